"""Variety: near duplicates of a better item give way."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle

NEAR_DUPLICATE: Final = 0.97
"""Cosine of two texts from which two credentials are taken for the same thing."""

REPEATED: Final = 0.5
"""What the score of a near duplicate of a better item keeps."""


def spread(
    bundle: Bundle, rows: NDArray[np.int32], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scores ``(m,)`` of ``rows`` (best first), lowered where a text nearly repeats that of a
    better item which is not itself a repetition.
    """
    vectors = bundle.knowledge.text_vectors
    toned = scores.copy()
    if not vectors.shape[1]:
        return toned
    chosen = vectors[rows]
    alike = chosen @ chosen.T >= NEAR_DUPLICATE
    kept: list[int] = []
    for place in range(len(rows)):
        if alike[place, kept].any():
            toned[place] *= REPEATED
        else:
            kept.append(place)
    return toned
