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

    A credential that no signal bears on has none; what is known of it is ``blank`` (c,). It may
    hold the signals of several walks, each in its own copy of the rows.
    """

    def __init__(self, n: int, blank: NDArray[np.float32]) -> None:
        self.blank = blank
        self._places = np.zeros(n, np.int32)
        self._rows = np.empty(0, np.int32)
        self._table = np.empty((0, len(blank)), np.float32)
        self._count = 0
        self._grows = True

    @classmethod
    def only(cls, rows: NDArray[np.int32], n: int, tables: NDArray[np.float32]) -> Self:
        """Of just these distinct credentials, with what ``tables`` (copies, len(rows), c) say of
        them so far; what bears on others is passed over.
        """
        copies, size, width = tables.shape
        met = cls(n, np.full(width, np.nan, np.float32))
        met._rows, met._count, met._grows = rows, size, False
        met._places[rows] = np.arange(1, size + 1, dtype=np.int32)
        met._table = tables.reshape(copies * size, width)
        return met

    def copy(self, which: int) -> Self:
        """One copy by itself; the numbers are shared."""
        size = len(self._rows)
        met = type(self)(0, self.blank)
        met._rows, met._count, met._grows = self._rows, size, False
        met._places = self._places
        met._table = self._table[which * size : (which + 1) * size]
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
        if rows is self._rows:
            return self._table
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
        copies: NDArray[np.int64] | None = None,
    ) -> None:
        """Add ``Σ_k weights[k, c] · matrix[rows[k]]`` to each column ``into[c]``, the k-th to the
        copy ``copies[k]``.
        """
        self._make_room(matrix, rows)
        self._count = sums.add_rows(
            matrix.indptr, matrix.indices, matrix.values, rows, weights, into,
            self._shifts(copies, len(rows)), *self._state(),
        )  # fmt: skip

    def put(self, rows: NDArray[np.int32], values: NDArray[np.float32], into: int) -> None:
        """Set a column to ``values[row]`` for some credentials; ``values`` are (n,)."""
        self._make_room_for(len(rows))
        self._count = sums.put(rows, values, into, *self._state())

    def add_journeys(
        self, journeys: Journeys, history: NDArray[np.int32], into: int, copy: int = 0
    ) -> None:
        """Add to a column, for what lies near the latest credential shared on the journeys most
        like a history (oldest first), the weighted share of these journeys, 0..1.
        """
        alike, taken = journeys.most_alike(history), journeys.taken
        self._make_room(taken, alike.chosen)
        self._count = sums.add_near(
            taken.indptr,
            taken.indices,
            alike.chosen,
            alike.latest,
            alike.weights,
            ONWARD,
            BEFORE,
            into,
            copy * len(self._rows),
            *self._state(),
        )

    def put_stacks(
        self, stacks: Csr, parts: Csr, history: NDArray[np.int32], into: int, copy: int = 0
    ) -> None:
        """Set a column for what completes a stack that a history has begun: the largest share
        0..1 of one that is done with it. ``parts`` is the transpose of ``stacks``.
        """
        at, _ = stacks.entries(history)
        if not len(at):
            return
        begun = stacks.indices[at]
        self._make_room_for(len(begun) + parts.count(begun))
        self._count = sums.put_stacks(
            stacks.indptr,
            stacks.indices,
            parts.indptr,
            parts.indices,
            history,
            np.zeros(len(self._places), np.int32),
            into,
            copy * len(self._rows),
            *self._state(),
        )

    def _shifts(self, copies: NDArray[np.int64] | None, length: int) -> NDArray[np.int64]:
        return np.zeros(length, np.int64) if copies is None else copies * len(self._rows)

    def _state(self) -> State:
        return self._places, self._rows, self._table, self.blank, self._count

    def _make_room(self, matrix: Csr, rows: NDArray[np.int32]) -> None:
        """Room for all that rows of a matrix name."""
        if self._grows:
            self._make_room_for(matrix.count(rows))

    def _make_room_for(self, more: int) -> None:
        """Room for so many credentials more, as far as there are so many."""
        wanted = min(len(self._places), self._count + more)
        if not self._grows or wanted <= len(self._rows):
            return
        size = min(len(self._places), max(wanted, 2 * len(self._rows)))
        rows, table = np.empty(size, np.int32), np.empty((size, len(self.blank)), np.float32)
        rows[: self._count], table[: self._count] = self.rows, self.table
        self._rows, self._table = rows, table
