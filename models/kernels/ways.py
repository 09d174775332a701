"""The journeys most alike; ``models.journeys`` says why."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import INT, POINTERS, REAL, ROWS, VALUES, compiled, written
from models.kernels.best import offer, sort


@compiled(
    INT, ROWS, POINTERS, ROWS, VALUES, written(types.int32), REAL,
    written(types.float64), written(types.int32), written(types.int32),
)  # fmt: skip
def most_alike(
    recent: NDArray[np.int32],
    indptr: NDArray[np.int64],
    journeys: NDArray[np.int32],
    passed: NDArray[np.float32],
    seen: NDArray[np.int32],
    decay: float,
    shared: NDArray[np.float64],
    chosen: NDArray[np.int32],
    latest: NDArray[np.int32],
) -> int:
    """Find the journeys that share most with the credentials ``recent``, latest first, each step
    back counting ``decay`` of the one after it; returns how many there are.

    ``indptr``, ``journeys``, ``passed``: the journeys through each credential, and at which place
    they pass. ``seen`` (journeys,) are zeros to work with. Filled, best first, ``(most,)``:
    ``chosen`` the journeys, ``shared`` how much, ``latest`` the place of the latest shared.
    """
    bound = 0
    for k in range(len(recent)):
        bound += indptr[recent[k] + 1] - indptr[recent[k]]
    weight = np.zeros(bound)
    number = np.empty(bound, np.int32)
    place = np.empty(bound, np.int32)
    found = 0
    fading = 1.0
    for k in range(len(recent)):
        for at in range(indptr[recent[k]], indptr[recent[k] + 1]):
            mine = seen[journeys[at]] - 1
            if mine < 0:  # the steps come latest first: this is the latest one shared
                mine = found
                found += 1
                seen[journeys[at]] = found
                number[mine] = journeys[at]
                place[mine] = np.int32(passed[at])
            weight[mine] += fading
        fading *= decay
    size = 0
    for mine in range(found):
        size = offer(shared, chosen, size, len(chosen), weight[mine], number[mine])
    sort(shared, chosen, size)
    for i in range(size):
        latest[i] = place[seen[chosen[i]] - 1]
    return size
