"""Rows of a sparse matrix, found among its entries."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, POINTERS, ROWS, compiled, written

PLACES = written(types.int64)


@compiled(INT, POINTERS, ROWS)
def count(indptr: NDArray[np.int64], rows: NDArray[np.int32]) -> int:
    """How many entries the ``rows`` have."""
    found = 0
    for k in range(len(rows)):
        found += indptr[rows[k] + 1] - indptr[rows[k]]
    return found


@compiled(types.void, POINTERS, ROWS, PLACES, PLACES)
def locate(
    indptr: NDArray[np.int64],
    rows: NDArray[np.int32],
    at: NDArray[np.int64],
    owner: NDArray[np.int64],
) -> None:
    """Fill ``at`` with where each entry of the ``rows`` lies, one row after the other, and
    ``owner`` with the position in ``rows`` of whose it is; both (``count``,).
    """
    found = 0
    for k in range(len(rows)):
        for place in range(indptr[rows[k]], indptr[rows[k] + 1]):
            at[found], owner[found] = place, k
            found += 1
