"""The learned ranker: boosted trees, read from LightGBM's own text."""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models.errors import BundleCorrupt, BundleTooNew
from models.feature_names import FEATURES


class Ranker:
    """Scores candidates from their features; ``features`` names the columns it was trained on,
    which may be fewer than there are now.

    Raises ``BundleCorrupt`` for a text that holds no trees, ``BundleTooNew`` for features
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
            self._trees = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise BundleCorrupt(f"the ranker cannot be read: {error}") from error
        self.features = tuple(features)
        chosen = [FEATURES.index(name) for name in features]
        self._columns = slice(None) if self.features == FEATURES else chosen

    def score(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores ``(m,)`` of a matrix ``(m, len(FEATURES))``; higher is better."""
        scores = self._trees.predict(
            matrix[:, self._columns], num_threads=1, validate_features=False
        )
        return np.asarray(scores, np.float64)

    def contributions(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each of ``features`` adds to the scores, ``(m, len(features))``: exact Shapley
        values of the trees, which with a constant sum to the score.
        """
        shares = self._trees.predict(
            matrix[:, self._columns], num_threads=1, validate_features=False, pred_contrib=True
        )
        return np.asarray(shares, np.float64)[:, :-1]
