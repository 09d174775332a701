"""Counts that fade, at one moment."""

from __future__ import annotations

import math

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import POINTERS, REAL, ROWS, TABLE, compiled, read, written

TIMES = read(types.float64)


@compiled(types.void, ROWS, POINTERS, TIMES, TABLE, TIMES, REAL, written(types.float32, 2))
def fade(
    rows: NDArray[np.int32],
    indptr: NDArray[np.int64],
    at: NDArray[np.float64],
    faded: NDArray[np.float32],
    horizons: NDArray[np.float64],
    moment: float,
    found: NDArray[np.float32],
) -> None:
    """What ``faded`` (m, horizons) said of each of ``rows`` after its last meeting before
    ``moment``, faded since, into ``found`` (len(rows), horizons); of what was not met by then
    nothing is written.
    """
    for i in range(len(rows)):
        low, high = indptr[rows[i]], indptr[rows[i] + 1]
        first = low
        while low < high:
            middle = (low + high) // 2
            if at[middle] < moment:
                low = middle + 1
            else:
                high = middle
        if low > first:
            age = moment - at[low - 1]
            for h in range(len(horizons)):
                found[i, h] = faded[low - 1, h] * math.exp(-age / horizons[h])
