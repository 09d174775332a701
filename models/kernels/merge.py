"""Proposals of several sources made one set of candidates."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, REAL, ROWS, compiled, read, written
from models.kernels.best import offer


@compiled(
    INT, ROWS, read(types.int64), ROWS, REAL, written(types.int32), written(types.int32, 2),
    written(types.int32), written(types.float64),
)  # fmt: skip
def merge(
    proposed: NDArray[np.int32],
    counts: NDArray[np.int64],
    pinned: NDArray[np.int32],
    constant: float,
    places: NDArray[np.int32],
    ranks: NDArray[np.int32],
    rows: NDArray[np.int32],
    fused: NDArray[np.float64],
) -> int:
    """Merge the rows ``proposed``, ``counts`` of them by each source in turn, best first.

    Fills ``rows`` (m,), in no order, with the best by reciprocal rank fusion, the ``pinned`` among
    the proposed before all others; returns how many there are. ``places`` (n,) are zeros; at the
    end one more than the row of ``ranks`` (all proposed, sources), which holds -1 to begin with,
    where each one's ranks with the sources are.
    """
    found = 0
    start = 0
    met = np.empty(len(proposed), np.int32)
    for source in range(len(counts)):
        for rank in range(counts[source]):
            row = proposed[start + rank]
            if places[row] == 0:
                met[found] = row
                found += 1
                places[row] = found
            place = places[row] - 1
            ranks[place, source] = rank
        start += counts[source]
    for place in range(found):
        fused[place] = 0.0
        for source in range(len(counts)):
            if ranks[place, source] >= 0:
                fused[place] += 1.0 / (constant + ranks[place, source])
    for k in range(len(pinned)):
        if places[pinned[k]] > 0:
            fused[places[pinned[k]] - 1] += 1e6
    scores = np.empty(len(rows))
    size = 0
    for place in range(found):
        size = offer(scores, rows, size, len(rows), fused[place], met[place])
    return size
