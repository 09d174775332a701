"""Histories as sequences of steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training.interactions import DISMISS, Interactions
from training.tally import Tally, by_row

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

    def apart(self, longest: int) -> Tally:
        """How often a credential came ``g`` = 1..``longest`` steps after another; the key is
        ``(earlier · n + later) · longest + g - 1``.
        """
        n = self.shape[1]
        keys = [np.zeros(0, np.int64)]
        for gap in range(1, min(longest, len(self.learner) - 1) + 1):
            same = self.learner[gap:] == self.learner[:-gap]
            earlier = self.credential[:-gap][same].astype(np.int64)
            keys.append((earlier * n + self.credential[gap:][same]) * longest + gap - 1)
        return Tally.of(np.concatenate(keys))

    def transitions(self, decay: float) -> csr_array:
        """Counts ``(n, n)`` of the later credential (column) after the earlier one (row).

        A pair ``g`` steps apart counts ``decay ** (g - 1)``.
        """
        longest = reach(decay)
        return weighed(self.apart(longest), longest, decay, self.shape[1])

    def history(self, decay: float) -> csr_array:
        """Weights ``(n_learners, n)`` of what was met: one for the latest step, then decaying."""
        lengths = np.bincount(self.learner, minlength=self.shape[0])
        back = np.cumsum(lengths)[self.learner] - 1 - np.arange(len(self.learner))
        weight = (decay ** back.astype(np.float64)).astype(np.float32)
        return csr_array((weight, (self.learner, self.credential)), shape=self.shape)


def reach(decay: float) -> int:
    """Over how many steps a transition weighs more than nothing."""
    return math.ceil(math.log(NEGLIGIBLE) / math.log(decay))


def weighed(apart: Tally, longest: int, decay: float, n: int) -> csr_array:
    """Transitions ``(n, n)`` from what ``Steps.apart(longest)`` counted; see ``transitions``."""
    pair, gap = np.divmod(apart.keys, longest)
    counted = gap < reach(decay)
    pair = pair[counted]
    weight = decay ** gap[counted].astype(np.float64) * apart.counts[counted]
    begins = np.flatnonzero(np.diff(pair, prepend=-1))
    total = np.add.reduceat(weight, begins) if len(begins) else weight
    return by_row(pair[begins], total, (n, n))
