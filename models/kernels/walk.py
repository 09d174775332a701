"""Acts made a walk."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from models.compiled import ROWS, VALUES, compiled, read, written

SPREAD = np.uint32(2654435769)
"""2³² divided by the golden ratio: its multiples fall far from each other, in the lower bits of
products of 64 bits as well (Knuth, *The Art of Computer Programming* 3, 6.4).
"""

MOMENTS = read(types.float64)
PLACES = written(types.int32)
NUMBERS = written(types.float32)


@compiled(
    types.void, ROWS, MOMENTS, VALUES, PLACES, PLACES, NUMBERS, PLACES, NUMBERS,
    written(types.float64), written(types.int64),
)  # fmt: skip
def walked(
    rows: NDArray[np.int32],
    times: NDArray[np.float64],
    weights: NDArray[np.float32],
    slots: NDArray[np.int32],
    history: NDArray[np.int32],
    history_weights: NDArray[np.float32],
    steps: NDArray[np.int32],
    step_weights: NDArray[np.float32],
    step_times: NDArray[np.float64],
    sizes: NDArray[np.int64],
) -> None:
    """Fill the ``history`` and the ``steps`` of acts (e,) on ``rows``, oldest first, with the
    largest of the ``weights`` of each. All have room for all acts; ``sizes`` (2,) tells how many
    there are of both. ``slots`` are zeros to work with, a power of two of them and more than there
    are acts.
    """
    met = stepped = 0
    within = np.uint32(len(slots) - 1)
    for act in range(len(rows)):
        row = rows[act]
        slot = (np.uint32(row) * SPREAD >> np.uint32(7)) & within
        while slots[slot] > 0 and history[slots[slot] - 1] != row:
            slot = (slot + np.uint32(1)) & within
        if slots[slot] == 0:
            history[met], history_weights[met] = row, np.float32(0)
            met += 1
            slots[slot] = met
        mine = slots[slot] - 1
        history_weights[mine] = max(history_weights[mine], weights[act])
        if act == 0 or rows[act - 1] != row:
            steps[stepped], step_times[stepped] = row, times[act]
            step_weights[stepped] = weights[act]
            stepped += 1
        else:
            step_weights[stepped - 1] = max(step_weights[stepped - 1], weights[act])
    sizes[0], sizes[1] = met, stepped
