"""What credentials close of a gap, summed over the skills that a role requires."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, MASK, POINTERS, ROWS, VALUES, compiled, read, written

NUMBERS = written(types.float32)
PLACES = read(types.int64)


@compiled(
    INT, POINTERS, ROWS, VALUES, VALUES, ROWS, VALUES, types.float32, types.float32,
    written(types.int32), written(types.int64), NUMBERS,
)  # fmt: skip
def bearing(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    levels: NDArray[np.float32],
    credit: NDArray[np.float32],
    skills: NDArray[np.int32],
    needed: NDArray[np.float32],
    assumed: float,
    least: float,
    rows: NDArray[np.int32],
    place: NDArray[np.int64],
    after: NDArray[np.float32],
) -> int:
    """Every pair of a credential and one of the ``skills`` (k,), of which a level ``needed`` (k,)
    is required, into ``rows``, ``place`` (in ``skills``) and the coverage ``after`` it (p,).

    A skill has the entries of its row, ascending by credential, each with the one of the ``levels``
    that it leads to (``assumed`` where unknown, never below ``least``) and its ``credit``; of
    several with one credential the strongest counts. Returns how many pairs there are.
    """
    found = 0
    for k in range(len(skills)):
        begin = found
        for at in range(indptr[skills[k]], indptr[skills[k] + 1]):
            level = assumed if np.isnan(levels[at]) else levels[at]
            covers = min(np.float32(1), max(level, least) / needed[k]) * credit[at]
            if found > begin and rows[found - 1] == indices[at]:
                after[found - 1] = max(after[found - 1], covers)
            else:
                rows[found], place[found], after[found] = indices[at], k, covers
                found += 1
    return found


@compiled(
    INT, POINTERS, ROWS, VALUES, ROWS, VALUES, ROWS, VALUES, written(types.int32),
    written(types.int32), written(types.int64), written(types.int64), NUMBERS, NUMBERS,
)  # fmt: skip
def counting(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
    near: NDArray[np.float32],
    skills: NDArray[np.int32],
    levels: NDArray[np.float32],
    required: NDArray[np.int32],
    needed: NDArray[np.float32],
    first: NDArray[np.int32],
    others: NDArray[np.int32],
    held: NDArray[np.int64],
    place: NDArray[np.int64],
    nearness: NDArray[np.float32],
    covers: NDArray[np.float32],
) -> int:
    """Every pair of one of the ``skills`` (h,), held at ``levels`` (h,), and one of those
    ``required`` (k,), at the levels ``needed`` (k,), that is among those near to it: positions in
    both, how ``near`` they are, and what is covered (p,). Returns how many there are.

    ``first`` (all skills,) are zeros to work with, ``others`` (k,) room.
    """
    for k in range(len(required) - 1, -1, -1):
        others[k], first[required[k]] = first[required[k]], k + 1
    found = 0
    for h in range(len(skills)):
        for at in range(indptr[skills[h]], indptr[skills[h] + 1]):
            k = first[indices[at]] - 1
            while k >= 0:
                held[found], place[found], nearness[found] = h, k, near[at]
                covers[found] = min(np.float32(1), levels[h] / needed[k]) * near[at]
                found += 1
                k = others[k] - 1
    return found


@compiled(types.float32, ROWS, PLACES, VALUES, VALUES, VALUES, MASK, NUMBERS)
def close(
    rows: NDArray[np.int32],
    place: NDArray[np.int64],
    after: NDArray[np.float32],
    covered: NDArray[np.float32],
    weight: NDArray[np.float32],
    shown: NDArray[np.bool_],
    closing: NDArray[np.float32],
) -> np.float32:
    """Add to ``closing`` (n,), for those that are ``shown`` (n,), what each pair adds to what is
    ``covered`` (k,), times its ``weight`` (k,); returns the largest sum.
    """
    most = np.float32(0)
    for at in range(len(rows)):
        row = np.uint32(rows[at])
        gain = max(after[at] - covered[place[at]], np.float32(0)) * weight[place[at]]
        if shown[row]:
            closing[row] += gain
            most = max(most, closing[row])
    return most


@compiled(types.void, ROWS, ROWS, PLACES, VALUES, written(types.int32), written(types.float32, 2))
def alone(
    asked: NDArray[np.int32],
    rows: NDArray[np.int32],
    place: NDArray[np.int64],
    after: NDArray[np.float32],
    places: NDArray[np.int32],
    reached: NDArray[np.float32],
) -> None:
    """Put the coverage ``after`` each pair into ``reached`` (m, k), zeros, at the place of the
    credential in ``asked`` (m,) and that of the skill; ``places`` (n,) are zeros to work with.
    """
    for i in range(len(asked)):
        places[asked[i]] = i + 1
    for at in range(len(rows)):
        here = places[np.uint32(rows[at])]
        if here > 0:
            reached[here - 1, place[at]] = after[at]
