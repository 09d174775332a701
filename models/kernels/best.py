"""The best few of many: a heap whose root is the worst kept. Ties go to the lower row."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, MASK, REAL, ROWS, TABLE, compiled, written

SCORES = written(types.float64)
KEPT = written(types.int32)
STRIDED = types.Array(types.float32, 1, "A", readonly=True)


@compiled(types.void, SCORES, KEPT, INT, REAL, types.int32)
def sink(
    scores: NDArray[np.float64], rows: NDArray[np.int32], size: int, score: float, row: int
) -> None:
    """Put one row in the place of the root of a heap of ``size``."""
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (
            scores[other] < scores[below]
            or (scores[other] == scores[below] and rows[other] > rows[below])
        ):
            below = other
        if scores[below] > score or (scores[below] == score and rows[below] < row):
            break
        scores[at] = scores[below]
        rows[at] = rows[below]
        at = below
    scores[at] = score
    rows[at] = row


@compiled(INT, SCORES, KEPT, INT, INT, REAL, types.int32)
def offer(
    scores: NDArray[np.float64],
    rows: NDArray[np.int32],
    size: int,
    most: int,
    score: float,
    row: int,
) -> int:
    """Offer one row to a heap of ``size``, of ``most`` at most; returns its size after."""
    if size < most:
        at = size
        while at > 0:
            above = (at - 1) // 2
            if scores[above] < score or (scores[above] == score and rows[above] > row):
                break
            scores[at] = scores[above]
            rows[at] = rows[above]
            at = above
        scores[at] = score
        rows[at] = row
        return size + 1
    if most == 0 or score < scores[0] or (score == scores[0] and row > rows[0]):
        return size
    sink(scores, rows, size, score, row)
    return size


@compiled(types.void, SCORES, KEPT, INT)
def sort(scores: NDArray[np.float64], rows: NDArray[np.int32], size: int) -> None:
    """Turn a heap of ``size`` into an order, best first."""
    for last in range(size - 1, 0, -1):
        score, row = scores[last], rows[last]
        scores[last], rows[last] = scores[0], rows[0]
        sink(scores, rows, last, score, row)


@compiled(INT, STRIDED, MASK, SCORES, KEPT)
def best_of_all(
    values: NDArray[np.float32],
    eligible: NDArray[np.bool_],
    scores: NDArray[np.float64],
    rows: NDArray[np.int32],
) -> int:
    """The eligible rows of the largest positive ``values`` (n,), best first, into ``rows`` (k,)
    with their ``scores``; returns how many there are.
    """
    size = 0
    for row in range(len(values)):
        if values[row] > 0 and eligible[row]:
            size = offer(scores, rows, size, len(rows), values[row], row)
    sort(scores, rows, size)
    return size


@compiled(types.void, TABLE, SCORES, written(types.int32, 2))
def best_of_each(
    table: NDArray[np.float32], scores: NDArray[np.float64], lists: NDArray[np.int32]
) -> None:
    """The columns of the largest values of each row of a ``table`` (b, n), best first, at the
    beginning of its row of ``lists`` (b, k), and nothing behind them; minus infinity is none of
    them. ``scores`` (k,) is room to work in.
    """
    most = lists.shape[1]
    for i in range(len(table)):
        size = 0
        for column in range(table.shape[1]):
            value = table[i, column]
            # What comes later gives way to its equals, so that most are passed over here.
            if value > -np.inf and (size < most or value > scores[0]):
                size = offer(scores, lists[i], size, most, value, column)
        sort(scores, lists[i], size)


@compiled(INT, TABLE, INT, ROWS, MASK, SCORES, KEPT)
def best_of_some(
    table: NDArray[np.float32],
    column: int,
    met: NDArray[np.int32],
    eligible: NDArray[np.bool_],
    scores: NDArray[np.float64],
    rows: NDArray[np.int32],
) -> int:
    """The same of one column of a ``table`` whose rows are the credentials ``met``."""
    size = 0
    for place in range(len(met)):
        value = table[place, column]
        if value > 0 and eligible[met[place]]:
            size = offer(scores, rows, size, len(rows), value, met[place])
    sort(scores, rows, size)
    return size


@compiled(INT, ROWS, MASK, KEPT)
def first_of(order: NDArray[np.int32], eligible: NDArray[np.bool_], rows: NDArray[np.int32]) -> int:
    """The first eligible rows of an ``order``, into ``rows`` (k,); returns how many there are."""
    size = 0
    for place in range(len(order)):
        if size == len(rows):
            break
        if eligible[order[place]]:
            rows[size] = order[place]
            size += 1
    return size
