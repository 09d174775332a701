"""Conditions decided for a whole catalogue."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import MASK, ROWS, VALUES, compiled, read, written


@compiled(
    types.void, read(types.uint8), ROWS, VALUES, ROWS, ROWS, ROWS, MASK, VALUES,
    written(types.boolean),
)  # fmt: skip
def decide(
    kind: NDArray[np.uint8],
    row: NDArray[np.int32],
    level: NDArray[np.float32],
    need: NDArray[np.int32],
    parent: NDArray[np.int32],
    owner: NDArray[np.int32],
    held: NDArray[np.bool_],
    levels: NDArray[np.float32],
    open_: NDArray[np.bool_],
) -> None:
    """Set ``open_`` (n,) for each owner of a root; nodes as ``models.conditions`` has them."""
    true = np.zeros(len(kind), np.int32)
    for node in range(len(kind) - 1, -1, -1):  # parents stand before their children
        if kind[node] == 0:
            holds = row[node] >= 0 and held[row[node]]
        elif kind[node] == 1:
            holds = row[node] >= 0 and levels[row[node]] >= level[node] - np.float32(1e-6)
        else:
            holds = true[node] >= need[node]
        if parent[node] < 0:
            open_[owner[node]] = holds
        elif holds:
            true[parent[node]] += 1
