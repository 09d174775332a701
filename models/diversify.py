"""Variety: near duplicates of a better item give way."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle

NEAR_DUPLICATE: Final = 0.97
"""Cosine of two texts from which two credentials are taken for the same thing."""


def spread(bundle: Bundle, rows: NDArray[np.int32], limit: int) -> NDArray[np.int64]:
    """Positions in ``rows`` (best first) of the ``limit`` to show, best first.

    An item whose text nearly repeats that of a better one comes after those that do not.
    """
    vectors = bundle.knowledge.text_vectors
    if not vectors.shape[1] or len(rows) < 2:
        return np.arange(min(limit, len(rows)))
    chosen = vectors[rows]
    repeats = np.tril(chosen @ chosen.T >= NEAR_DUPLICATE, -1)
    keep: list[int] = []
    late: list[int] = []
    for place in range(len(rows)):
        (late if repeats[place, keep].any() else keep).append(place)
    return np.array((keep + late)[:limit], np.int64)
