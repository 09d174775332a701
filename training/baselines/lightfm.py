"""LightFM by itself, with and without the features of the credentials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from training import collaborative
from training.baselines.base import Params, popularity
from training.baselines.factors import Embedded
from training.interactions import Interactions
from training.matrix import met_matrix


@dataclass(frozen=True, slots=True)
class Lightfm:
    """WARP with the learners' own vectors, not folded in.

    ``features`` ``(n_credentials, f)`` stand beside each credential's identity.
    """

    name: str = "lightfm"
    features: csr_array | None = None
    grid: tuple[Params, ...] = tuple(
        {"components": d, "learning_rate": rate, "epochs": epochs}
        for d, rate, epochs in ((64, 0.05, 60), (64, 0.05, 30), (128, 0.05, 60), (64, 0.02, 60))
    )

    def fit(self, train: Interactions, params: Params, seed: int) -> Embedded:
        """Fit for the number of epochs that ``params`` names."""
        model = collaborative.fit(
            train,
            self.features,
            epochs=int(params["epochs"]),
            components=int(params["components"]),
            learning_rate=params["learning_rate"],
            seed=seed,
        )
        met = met_matrix(train)
        return Embedded(
            learners=model.learner_factors,
            credentials=model.item_factors,
            biases=model.item_biases,
            prior=popularity(met),
            empty=np.diff(met.indptr) == 0,
        )
