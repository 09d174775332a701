"""The learned ranker: boosted trees, read from LightGBM's own text."""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models.errors import BundleCorrupt


class Ranker:
    """Scores candidates from their features; ``features`` names the columns it was trained on."""

    def __init__(self, text: str, features: Sequence[str]) -> None:
        try:
            self._trees = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise BundleCorrupt(f"the ranker cannot be read: {error}") from error
        self.features = tuple(features)

    def score(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores ``(m,)`` of a feature matrix ``(m, features)``; higher is better."""
        scores = self._trees.predict(matrix, num_threads=1, validate_features=False)
        return np.asarray(scores, np.float64)

    def contributions(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each feature adds to the scores ``(m, features)``: exact Shapley values of the
        trees, which with a constant sum to the score.
        """
        shares = self._trees.predict(
            matrix, num_threads=1, validate_features=False, pred_contrib=True
        )
        return np.asarray(shares, np.float64)[:, :-1]
