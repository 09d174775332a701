"""The frozen map between external ids and row numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray


class IdMap:
    """External ids in row order; converts once each way.

    Raises ``ValueError`` when an id occurs twice.
    """

    __slots__ = ("_ids", "_rows", "_shown")

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = tuple(ids)
        self._rows = {external: row for row, external in enumerate(self._ids)}
        self._shown: NDArray[np.bool_] | None = None
        if len(self._rows) != len(self._ids):
            raise ValueError("an id occurs twice")

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __getitem__(self, row: int) -> str:
        return self._ids[row]

    def only(self, shown: NDArray[np.bool_]) -> IdMap:
        """The same map, to which ids of rows outside the mask ``shown`` ``(n,)`` are unknown."""
        narrowed = copy(self)
        narrowed._shown = shown
        return narrowed

    def hides(self, external: str) -> bool:
        """Whether there is a row of that id, outside the mask of ``only``."""
        return external in self._rows and self.row(external) is None

    def row(self, external: str) -> int | None:
        """The row of an id, or ``None`` when it is unknown."""
        row = self._rows.get(external)
        return row if row is None or self._shown is None or self._shown[row] else None

    def rows(self, externals: Sequence[str]) -> NDArray[np.int32]:
        """Rows of the known ids among ``externals``, in their order."""
        found = (self.row(external) for external in externals)
        return np.array([row for row in found if row is not None], np.int32)
