"""Histories as sequences of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training.interactions import DISMISS, Interactions

NEGLIGIBLE = 1e-3
"""Transitions over so many steps that their weight falls below this are not counted."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The sequences of all learners end to end, ``learner`` and ``credential`` rows ``(s,)``."""

    learner: NDArray[np.int32]
    credential: NDArray[np.int32]
    shape: tuple[int, int]

    @classmethod
    def of(cls, interactions: Interactions, *, repeats: bool) -> Self:
        """First meetings only, or with ``repeats`` every return that is not to the same again.

        Dismissals are no steps.
        """
        kept = interactions.kind != DISMISS if repeats else interactions.first_meetings()
        learner, credential = interactions.learner[kept], interactions.credential[kept]
        moved = np.ones(len(learner), np.bool_)
        moved[1:] = (learner[1:] != learner[:-1]) | (credential[1:] != credential[:-1])
        shape = (interactions.n_learners, interactions.n_credentials)
        return cls(learner[moved], credential[moved], shape)

    def transitions(self, decay: float) -> csr_array:
        """Counts ``(n, n)`` of the later credential (column) after the earlier one (row).

        A pair ``g`` steps apart counts ``decay ** (g - 1)``.
        """
        n = self.shape[1]
        counts = csr_array((n, n), dtype=np.float64)
        weight, gap = 1.0, 1
        while weight > NEGLIGIBLE and gap < len(self.learner):
            same = self.learner[gap:] == self.learner[:-gap]
            pair = (self.credential[:-gap][same], self.credential[gap:][same])
            counts = counts + csr_array((np.full(len(pair[0]), weight), pair), shape=(n, n))
            weight, gap = weight * decay, gap + 1
        return counts

    def history(self, decay: float) -> csr_array:
        """Weights ``(n_learners, n)`` of what was met: one for the latest step, then decaying."""
        lengths = np.bincount(self.learner, minlength=self.shape[0])
        back = np.cumsum(lengths)[self.learner] - 1 - np.arange(len(self.learner))
        weight = (decay ** back.astype(np.float64)).astype(np.float32)
        return csr_array((weight, (self.learner, self.credential)), shape=self.shape)
