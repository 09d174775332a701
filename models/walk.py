"""A learner's way through the catalogue: what they met, in which order, how earnestly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.kernels import walk as kernels


@dataclass(frozen=True, slots=True)
class Walk:
    """``history`` (h,): credentials met, each once, by first meeting, oldest first.

    ``steps`` (t,): the same with every return, save to the one just left; ``times`` (t,)
    the moments of the steps in seconds. ``history_weights`` and ``step_weights`` 0..1 are
    those of the weightiest act: a completion says more than a click.
    """

    history: NDArray[np.int32]
    history_weights: NDArray[np.float32]
    steps: NDArray[np.int32]
    step_weights: NDArray[np.float32]
    times: NDArray[np.float64]

    @classmethod
    def of(
        cls, rows: NDArray[np.int32], times: NDArray[np.float64], weights: NDArray[np.float32]
    ) -> Walk:
        """From acts ``(e,)``, oldest first. Of several in a row on one credential the first
        gives the moment.
        """
        most = len(rows)
        history, steps = np.empty(most, np.int32), np.empty(most, np.int32)
        history_weights, step_weights = np.empty(most, np.float32), np.empty(most, np.float32)
        step_times, sizes = np.empty(most), np.empty(2, np.int64)
        kernels.walked(
            rows, times, weights, np.zeros(1 << (2 * most).bit_length(), np.int32),
            history, history_weights, steps, step_weights, step_times, sizes,
        )  # fmt: skip
        met, stepped = sizes.tolist()
        return cls(
            history[:met],
            history_weights[:met],
            steps[:stepped],
            step_weights[:stepped],
            step_times[:stepped],
        )

    def latest(self, steps: int) -> Walk:
        """The walk as if no more than the latest ``steps`` (at least 1) were known."""
        return Walk.of(self.steps[-steps:], self.times[-steps:], self.step_weights[-steps:])

    def without(self, *rows: int) -> Walk:
        """The walk as if the credentials ``rows`` had never been met."""
        met, stepped = np.ones(len(self.history), np.bool_), np.ones(len(self.steps), np.bool_)
        for row in rows:
            met &= self.history != row
            stepped &= self.steps != row
        return Walk(
            history=self.history[met],
            history_weights=self.history_weights[met],
            steps=self.steps[stepped],
            step_weights=self.step_weights[stepped],
            times=self.times[stepped],
        )


NOWHERE = Walk.of(np.zeros(0, np.int32), np.zeros(0, np.float64), np.zeros(0, np.float32))
"""The walk of somebody who has met nothing."""
