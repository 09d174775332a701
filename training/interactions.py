"""Learner histories as flat arrays: the form every fit and every evaluation reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models.domain import Kind

KINDS = tuple(Kind)
"""``Interactions.kind`` holds positions in this tuple."""

DISMISS = KINDS.index(Kind.DISMISS)
RETRACT = KINDS.index(Kind.RETRACT)

NEARLY_ALL: Final = (0.005, 0.995)
FAR: Final = 3.0
"""A moment is far from the others where it lies outside the quantiles ``NEARLY_ALL`` of them by
more than so many times what lies between."""


@dataclass(frozen=True, slots=True)
class Interactions:
    """Interactions sorted by learner, then time, then their order in the file.

    ``learner`` and ``credential`` are rows (int32), ``kind`` positions in ``KINDS`` (uint8),
    ``at`` seconds since the epoch (float64), or plain order numbers where ``dated`` is
    False; ``value`` is float32 with NaN for unknown. All have shape ``(n,)``. ``indptr``
    (int64, ``n_learners + 1``) delimits each learner's slice; a learner's may be empty.
    """

    learner: NDArray[np.int32]
    credential: NDArray[np.int32]
    kind: NDArray[np.uint8]
    at: NDArray[np.float64]
    value: NDArray[np.float32]
    indptr: NDArray[np.int64]
    n_credentials: int
    dated: bool

    @classmethod
    def build(
        cls,
        learner: NDArray[np.int32],
        credential: NDArray[np.int32],
        at: NDArray[np.float64],
        *,
        n_learners: int,
        n_credentials: int,
        kind: NDArray[np.uint8] | None = None,
        value: NDArray[np.float32] | None = None,
        dated: bool = True,
    ) -> Self:
        """Sort parallel arrays of shape ``(n,)`` in file order into ``Interactions``.

        A missing ``kind`` means ``complete``; a missing ``value`` is unknown. What was taken back
        is left out, and so are the retractions.
        """
        if kind is None:
            kind = np.full(len(learner), KINDS.index(Kind.COMPLETE), np.uint8)
        if value is None:
            value = np.full(len(learner), np.nan, np.float32)
        order = np.lexsort((at, learner))
        order = order[_standing(learner[order], credential[order], kind[order])]
        learner = learner[order]
        return cls(
            learner=learner,
            credential=credential[order],
            kind=kind[order],
            at=at[order],
            value=value[order],
            indptr=np.searchsorted(learner, np.arange(n_learners + 1)).astype(np.int64),
            n_credentials=n_credentials,
            dated=dated,
        )

    @property
    def n_learners(self) -> int:
        return len(self.indptr) - 1

    def __len__(self) -> int:
        return len(self.learner)

    def period(self) -> tuple[float, float]:
        """The first and the last moment, in the unit of ``at``, those left out that are far from
        all others: a clock that says 1970 or 2099 does not say when something was done. Zeros
        without interactions.
        """
        if not len(self):
            return 0.0, 0.0
        low, high = np.quantile(self.at, NEARLY_ALL)
        reach = FAR * (high - low) or np.inf  # where nearly all have one moment, none is far
        near = self.at[(self.at >= low - reach) & (self.at <= high + reach)]
        return float(near.min()), float(near.max())

    def moments(self) -> NDArray[np.float64]:
        """``at`` (n,), what lies outside of the ``period`` taken for its beginning: that it was
        lately is the last thing to assume.
        """
        begin, end = self.period()
        return np.where((self.at < begin) | (self.at > end), begin, self.at)

    def of(self, learner: int) -> slice:
        """The slice of one learner's interactions, oldest first."""
        return slice(int(self.indptr[learner]), int(self.indptr[learner + 1]))

    def where(self, keep: NDArray[np.bool_]) -> Self:
        """The interactions under the mask ``keep`` of shape ``(n,)``; rows keep their meaning."""
        return type(self)(
            learner=self.learner[keep],
            credential=self.credential[keep],
            kind=self.kind[keep],
            at=self.at[keep],
            value=self.value[keep],
            indptr=np.concatenate([[0], np.cumsum(keep)])[self.indptr].astype(np.int64),
            n_credentials=self.n_credentials,
            dated=self.dated,
        )

    def among(self, first: int, last: int) -> Self:
        """Of the learners ``first``..``last - 1`` only, who are rows from 0 in it."""
        start, stop = int(self.indptr[first]), int(self.indptr[last])
        return type(self)(
            learner=self.learner[start:stop] - np.int32(first),
            credential=self.credential[start:stop],
            kind=self.kind[start:stop],
            at=self.at[start:stop],
            value=self.value[start:stop],
            indptr=self.indptr[first : last + 1] - start,
            n_credentials=self.n_credentials,
            dated=self.dated,
        )

    def first_meetings(self) -> NDArray[np.bool_]:
        """Mask ``(n,)``: the first time each learner met each credential, dismissals left out."""
        met = self.kind != DISMISS
        first = np.zeros(len(self), np.bool_)
        pair = self.learner[met].astype(np.int64) * self.n_credentials + self.credential[met]
        first[np.flatnonzero(met)[np.unique(pair, return_index=True)[1]]] = True
        return first


def _standing(
    learner: NDArray[np.int32], credential: NDArray[np.int32], kind: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Mask ``(n,)`` of what ``models.histories.standing`` keeps, of rows by learner and time."""
    stands: NDArray[np.bool_] = kind != RETRACT
    if stands.all():
        return stands
    acts: dict[tuple[int, int], list[int]] = {}
    concerned = np.isin(learner, learner[~stands])
    for row in np.flatnonzero(concerned).tolist():
        before = acts.setdefault((int(learner[row]), int(credential[row])), [])
        if stands[row]:
            before.append(row)
        elif before:
            stands[before.pop()] = False
    return stands
