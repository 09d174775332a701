"""Vectors read out of bytes."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, MASK, POINTERS, ROWS, TABLE, VALUES, compiled, read, written

BYTES = read(types.uint8)


@compiled(types.void, BYTES, POINTERS, written(types.uint8, 2))
def copy(content: NDArray[np.uint8], at: NDArray[np.int64], copied: NDArray[np.uint8]) -> None:
    """Copy what begins at each of the places ``at`` (m,) into a row of ``copied`` (m, bytes)."""
    for i in range(len(at)):
        start = np.uint64(at[i])
        for k in range(copied.shape[1]):
            copied[i, k] = content[start + np.uint64(k)]


@compiled(types.void, BYTES, POINTERS, ROWS, TABLE, VALUES, written(types.float32, 2))
def widen(
    content: NDArray[np.uint8],
    at: NDArray[np.int64],
    owner: NDArray[np.int32],
    centres: NDArray[np.float32],
    step: NDArray[np.float32],
    found: NDArray[np.float32],
) -> None:
    """The numbers ``centres[owner, k] + step[k] · byte`` of what begins at each of the places
    ``at`` (m,), into ``found`` (m, d).
    """
    for i in range(len(at)):
        start, mine = np.uint64(at[i]), np.uint32(owner[i])
        for k in range(found.shape[1]):
            found[i, k] = centres[mine, k] + step[k] * np.float32(content[start + np.uint64(k)])


@compiled(INT, POINTERS, ROWS, POINTERS, MASK, INT)
def reached(
    order: NDArray[np.int64],
    rows: NDArray[np.int32],
    ends: NDArray[np.int64],
    eligible: NDArray[np.bool_],
    wanted: int,
) -> int:
    """How many lists in the given ``order`` it takes to hold ``wanted`` rows that are ``eligible``
    (n,), which is empty where all are; all lists where they hold fewer. List ``i`` has the ``rows``
    from ``ends[i]`` to ``ends[i + 1]``.
    """
    found = 0
    for place in range(len(order)):
        start, end = ends[order[place]], ends[order[place] + 1]
        if len(eligible) == 0:
            found += end - start
        else:
            for at in range(start, end):
                found += eligible[np.uint32(rows[at])]
        if found >= wanted:
            return place + 1
    return len(order)
