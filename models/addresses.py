"""Rows found by their address on the web."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from models.columns import Column


class Sums(NamedTuple):
    """Checksums of addresses, ascending, and the row of each."""

    sums: NDArray[np.uint32]
    rows: NDArray[np.int32]


class Addresses:
    """A column of addresses, ``None`` unknown; nothing is computed before the first question.

    An address is the same with and without a slash at its end.
    """

    def __init__(self, column: Column) -> None:
        self._column = column

    def rows(self, address: str) -> list[int]:
        """The rows with this address, in order."""
        wanted = address.rstrip("/")
        sums, rows = self._known
        key = np.uint32(_sum(wanted))
        here = rows[np.searchsorted(sums, key) : np.searchsorted(sums, key, side="right")]
        return [row for row in here.tolist() if self._column[row].rstrip("/") == wanted]

    @cached_property
    def _known(self) -> Sums:
        known = [
            (_sum(address.rstrip("/")), row)
            for row, address in enumerate(self._column)
            if address is not None
        ]
        table = np.array(known, np.int64).reshape(-1, 2)
        order = np.argsort(table[:, 0], kind="stable")
        return Sums(table[order, 0].astype(np.uint32), table[order, 1].astype(np.int32))


def _sum(address: str) -> int:
    return crc32(address.encode("utf-8", "surrogatepass"))
