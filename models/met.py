"""The credentials that a question's signals bear on, found while the signals are added up.

Most signals are sums of a few sparse rows: of a large catalogue they say nothing of most
credentials, and nothing is stored or looked at for those.
"""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.journeys import BEFORE, ONWARD, Journeys
from models.kernels import sums
from models.sparse import Csr

State = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32], NDArray[np.float32], int]


class Met:
    """A table with a row for each credential met and a column for each signal.

    A credential that no signal bears on has none; what is known of it is ``blank`` (c,).
    """

    def __init__(self, n: int, blank: NDArray[np.float32]) -> None:
        self.blank = blank
        self._places = np.zeros(n, np.int32)
        self._rows = np.empty(0, np.int32)
        self._table = np.empty((0, len(blank)), np.float32)
        self._count = 0
        self._grows = True

    @classmethod
    def only(cls, rows: NDArray[np.int32], n: int, blank: NDArray[np.float32]) -> Self:
        """A table of just these distinct credentials; what bears on others is passed over."""
        met = cls(n, blank)
        met._rows, met._count, met._grows = rows, len(rows), False
        met._places[rows] = np.arange(1, len(rows) + 1, dtype=np.int32)
        met._table = np.tile(blank, (len(rows), 1))
        return met

    @property
    def rows(self) -> NDArray[np.int32]:
        """The credentials met, ``(m,)``, in no order."""
        return self._rows[: self._count]

    @property
    def table(self) -> NDArray[np.float32]:
        """Their signals, ``(m, c)``."""
        return self._table[: self._count]

    def of(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """The signals of any credentials, ``(len(rows), c)``."""
        places = self._places[rows] - 1
        found = np.empty((len(rows), len(self.blank)), np.float32)
        found[:] = self.blank
        there = places >= 0
        found[there] = self._table[places[there]]
        return found

    def add(
        self,
        matrix: Csr,
        rows: NDArray[np.int32],
        weights: NDArray[np.float32],
        into: NDArray[np.int32],
    ) -> None:
        """Add ``Σ_k weights[k, c] · matrix[rows[k]]`` to each column ``into[c]``."""
        self._make_room(int((matrix.indptr[rows + 1] - matrix.indptr[rows]).sum()))
        self._count = sums.add_rows(
            matrix.indptr, matrix.indices, matrix.values, rows, weights, into, *self._state()
        )

    def put(self, rows: NDArray[np.int32], values: NDArray[np.float32], into: int) -> None:
        """Set a column to ``values[row]`` for some credentials; ``values`` are (n,)."""
        self._make_room(len(rows))
        self._count = sums.put(rows, values, into, *self._state())

    def add_journeys(self, journeys: Journeys, history: NDArray[np.int32], into: int) -> None:
        """Add to a column, for what lies near the latest credential shared on the journeys most
        like a history (oldest first), the weighted share of these journeys, 0..1.
        """
        alike, taken = journeys.most_alike(history), journeys.taken
        self._make_room(int((taken.indptr[alike.chosen + 1] - taken.indptr[alike.chosen]).sum()))
        self._count = sums.add_near(
            taken.indptr,
            taken.indices,
            alike.chosen,
            alike.latest,
            alike.weights,
            ONWARD,
            BEFORE,
            into,
            *self._state(),
        )

    def put_stacks(self, stacks: Csr, parts: Csr, history: NDArray[np.int32], into: int) -> None:
        """Set a column for what completes a stack that a history has begun: the largest share
        0..1 of one that is done with it. ``parts`` is the transpose of ``stacks``.
        """
        at, _ = stacks.entries(history)
        if not len(at):
            return
        begun = stacks.indices[at]
        self._make_room(len(begun) + int((parts.indptr[begun + 1] - parts.indptr[begun]).sum()))
        self._count = sums.put_stacks(
            stacks.indptr,
            stacks.indices,
            parts.indptr,
            parts.indices,
            history,
            np.zeros(len(self._places), np.int32),
            into,
            *self._state(),
        )

    def _state(self) -> State:
        return self._places, self._rows, self._table, self.blank, self._count

    def _make_room(self, more: int) -> None:
        """Room for so many credentials more, as far as there are so many."""
        wanted = min(len(self._places), self._count + more)
        if not self._grows or wanted <= len(self._rows):
            return
        size = min(len(self._places), max(wanted, 2 * len(self._rows)))
        rows, table = np.empty(size, np.int32), np.empty((size, len(self.blank)), np.float32)
        rows[: self._count], table[: self._count] = self.rows, self.table
        self._rows, self._table = rows, table
