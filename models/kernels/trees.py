"""Boosted trees, walked."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, ROWS, TABLE, VALUES, compiled, read, written


@compiled(
    types.void, TABLE, ROWS, ROWS, VALUES, ROWS, read(types.float64), ROWS, INT, INT,
    written(types.float64),
)  # fmt: skip
def add_trees(
    table: NDArray[np.float32],
    rows: NDArray[np.int32],
    features: NDArray[np.int32],
    thresholds: NDArray[np.float32],
    children: NDArray[np.int32],
    leaves: NDArray[np.float64],
    roots: NDArray[np.int32],
    first: int,
    last: int,
    scores: NDArray[np.float64],
) -> None:
    """Add to the ``scores`` of ``rows`` what the trees ``first`` to ``last`` say of the ``table``.

    Node ``i`` leads to ``children[2 * i]``, or, where the value of ``features[i]`` is above
    ``thresholds[i]``, to ``children[2 * i + 1]``; below zero they are leaves, ``~leaf``. Four rows
    go down a tree together: while one waits for memory the others go on.
    """
    m = len(rows)
    for tree in range(first, last):
        root = roots[tree]
        k = 0
        while k + 3 < m:
            r, s, t, u = rows[k], rows[k + 1], rows[k + 2], rows[k + 3]
            a = b = c = d = root
            while (a >= 0) | (b >= 0) | (c >= 0) | (d >= 0):
                if a >= 0:
                    a = children[2 * a + (table[r, features[a]] > thresholds[a])]
                if b >= 0:
                    b = children[2 * b + (table[s, features[b]] > thresholds[b])]
                if c >= 0:
                    c = children[2 * c + (table[t, features[c]] > thresholds[c])]
                if d >= 0:
                    d = children[2 * d + (table[u, features[d]] > thresholds[d])]
            scores[r] += leaves[~a]
            scores[s] += leaves[~b]
            scores[t] += leaves[~c]
            scores[u] += leaves[~d]
            k += 4
        while k < m:
            a = root
            while a >= 0:
                a = children[2 * a + (table[rows[k], features[a]] > thresholds[a])]
            scores[rows[k]] += leaves[~a]
            k += 1
