"""The learned ranker: boosted trees over the features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.errors import BundleCorrupt, BundleTooNew
from models.feature_names import FEATURES
from models.trees import Trees


class Ranker:
    """Scores candidates from their features; ``features`` names the columns it was trained on,
    which may be fewer than there are now, and ``text`` is LightGBM's.

    Raises ``BundleCorrupt`` for a text that holds no such trees, ``BundleTooNew`` for features
    that this Cairn does not know.
    """

    def __init__(self, text: str, features: Sequence[str]) -> None:
        unknown = [name for name in features if name not in FEATURES]
        if unknown:
            raise BundleTooNew(
                f"the ranker reads features that this Cairn does not know: {', '.join(unknown)}; "
                "upgrade Cairn, or train again"
            )
        try:
            self._trees = Trees.parse(text, len(features))
        except ValueError as error:
            raise BundleCorrupt(f"the ranker cannot be read: {error}") from error
        self.text = text
        self.features = tuple(features)
        chosen = [FEATURES.index(name) for name in features]
        self._columns = slice(None) if self.features == FEATURES else chosen

    def score(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores ``(m,)`` of a matrix ``(m, len(FEATURES))``; higher is better."""
        return self._trees.score(self.read(matrix))

    def read(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """The columns of a matrix ``(m, len(FEATURES))`` that the trees read."""
        return matrix[:, self._columns]
