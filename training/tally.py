"""How often things happened, as whole numbers: whatever the parts they were counted in, their sum
is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Tally:
    """Distinct ``keys`` ``(m,)``, ascending, and how often each occurred, ``counts`` ``(m,)``."""

    keys: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, keys: NDArray[np.int64]) -> Self:
        """Count ``keys`` of any order."""
        distinct, counts = np.unique(keys, return_counts=True)
        return cls(distinct, counts.astype(np.int64))

    @classmethod
    def total(cls, tallies: Sequence[Tally]) -> Self:
        """The sum of at least one tally."""
        if len(tallies) == 1:
            return cls(tallies[0].keys, tallies[0].counts)
        keys = np.concatenate([each.keys for each in tallies])
        # Stable, since that kind of sorting goes fast through runs that are sorted already.
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        begins = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.concatenate([each.counts for each in tallies])[order]
        return cls(keys[begins], np.add.reduceat(counts, begins) if len(begins) else counts)

    def matrix(self, shape: tuple[int, int]) -> csr_array:
        """The counts (float64), where a key is ``row · columns + column``."""
        return by_row(self.keys, self.counts.astype(np.float64), shape)


def summed(items: Iterable[Item], add: Callable[[Item, Item], Item]) -> Item:
    """The sum of at least one item, each taken when it is added: to a sum of as many as it stands
    for itself, so that few sums are held at once and nothing is added often.
    """
    sums: list[tuple[int, Item]] = []
    for item in items:
        count = 1
        while sums and sums[-1][0] <= count:
            before, total = sums.pop()
            count, item = count + before, add(total, item)
        sums.append((count, item))
    _, item = sums.pop()
    while sums:
        item = add(sums.pop()[1], item)
    return item


def by_row(
    keys: NDArray[np.int64], values: NDArray[np.float64], shape: tuple[int, int]
) -> csr_array:
    """A matrix from ascending ``keys`` of its entries, each ``row · columns + column``."""
    rows, columns = shape
    indptr = np.searchsorted(keys, np.arange(rows + 1) * columns)
    return csr_array((values, (keys % max(columns, 1)).astype(np.int32), indptr), shape=shape)
