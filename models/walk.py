"""A learner's way through the catalogue: what they met, in which order, how earnestly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


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
        distinct, first, owner = np.unique(rows, return_index=True, return_inverse=True)
        strongest = np.zeros(len(distinct), np.float32)
        np.maximum.at(strongest, owner, weights)
        order = np.argsort(first)
        begins = np.ones(len(rows), np.bool_)
        begins[1:] = rows[1:] != rows[:-1]
        starts = np.flatnonzero(begins)
        return cls(
            history=distinct[order],
            history_weights=strongest[order],
            steps=rows[starts],
            step_weights=np.maximum.reduceat(weights, starts) if len(starts) else weights,
            times=times[starts],
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
