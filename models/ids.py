"""The frozen map between external ids and row numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy

import numpy as np
from numpy.typing import NDArray

from models.texts import Ids


class IdMap:
    """External ids in row order; converts once each way. ``ids`` that can be looked up by
    themselves stay where they are.

    Raises ``ValueError`` when an id occurs twice.
    """

    __slots__ = ("_ids", "_rows", "_shown")

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids: tuple[str, ...] | Ids
        self._rows: dict[str, int] | Ids
        if isinstance(ids, Ids):
            self._ids = self._rows = ids
        else:
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
        external: str = self._ids[row]
        return external

    def only(self, shown: NDArray[np.bool_]) -> IdMap:
        """The same map, to which ids of rows outside the mask ``shown`` ``(n,)`` are unknown."""
        narrowed = copy(self)
        narrowed._shown = shown
        return narrowed

    def hides(self, external: str) -> bool:
        """Whether there is a row of that id, outside the mask of ``only``."""
        return self._rows.get(external) is not None and self.row(external) is None

    def row(self, external: str) -> int | None:
        """The row of an id, or ``None`` when it is unknown."""
        row = self._rows.get(external)
        return row if row is None or self._shown is None or self._shown[row] else None

    def rows(self, externals: Sequence[str]) -> NDArray[np.int32]:
        """Rows of the known ids among ``externals``, in their order."""
        found = (self.row(external) for external in externals)
        return np.array([row for row in found if row is not None], np.int32)
