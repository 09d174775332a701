"""Columns of the feature table, filled row by row."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, ROWS, TABLE, compiled, read, written

FILLED = written(types.float32, 2)
NUMBERS = read(types.float64)


@compiled(types.void, TABLE, TABLE, INT, FILLED, any_order=True)
def fill_likeness(
    vectors: NDArray[np.float32],
    asked: NDArray[np.float32],
    into: int,
    table: NDArray[np.float32],
) -> None:
    """How like the texts ``vectors`` (m, d) are to those ``asked`` (a, d), by inner product: to the
    first, to the last, and at most to any but the last, into three columns from ``into`` on.
    """
    count, d = asked.shape
    for i in range(len(vectors)):
        most = np.float32(-np.inf)
        for which in range(count):
            like = np.float32(0)
            for k in range(d):
                like += vectors[i, k] * asked[which, k]
            if which == 0:
                table[i, into] = like
            if which == count - 1:
                table[i, into + 1] = like
            else:
                most = max(most, like)
        table[i, into + 2] = most


@compiled(types.void, NUMBERS, NUMBERS, ROWS, ROWS, INT, types.boolean, INT, FILLED)
def fill_facts(
    level: NDArray[np.float64],
    hours: NDArray[np.float64],
    issuer: NDArray[np.int32],
    rows: NDArray[np.int32],
    last: int,
    issued: bool,
    into: int,
    table: NDArray[np.float32],
) -> None:
    """Level, hours, how far the level is above that of the row ``last``, and whether the issuer
    is the same, into four columns from ``into`` on. Without (-1) a last row the third and fourth
    are left as they are, and the fourth where it is not known who ``issued`` it.
    """
    for i in range(len(rows)):
        row = rows[i]
        table[i, into] = level[row]
        table[i, into + 1] = hours[row]
        if last >= 0:
            table[i, into + 2] = level[row] - level[last]
            if issued:
                table[i, into + 3] = issuer[row] == issuer[last]


@compiled(types.void, ROWS, ROWS, INT, ROWS, INT, INT, FILLED)
def fill_order(
    place: NDArray[np.int32],
    rows: NDArray[np.int32],
    last: int,
    met: NDArray[np.int32],
    most: int,
    into: int,
    table: NDArray[np.float32],
) -> None:
    """How far each row's ``place`` is behind that of ``last``, and behind the nearest before it of
    the rows ``met``: ``most`` or less, into two columns from ``into`` on.
    """
    for i in range(len(rows)):
        here = place[rows[i]]
        table[i, into] = min(max(here - place[last], -most), most)
        behind = most
        for k in range(len(met)):
            distance = here - place[met[k]]
            if 0 < distance < behind:
                behind = distance
        table[i, into + 1] = behind
