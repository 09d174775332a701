"""Matrix factorisation by the ``implicit`` library: ALS and BPR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from training.baselines.base import Params, popularity
from training.interactions import Interactions
from training.matrix import met_matrix


@dataclass(frozen=True, slots=True)
class Embedded:
    """Scores are products of learner and credential vectors, plus a credential's bias.

    ``learners`` ``(n_learners, d)``, ``credentials`` ``(n_credentials, d)``, ``biases``
    and ``prior`` ``(n_credentials,)``. Learners under the mask ``empty`` get the prior.
    """

    learners: NDArray[np.float32]
    credentials: NDArray[np.float32]
    biases: NDArray[np.float32]
    prior: NDArray[np.float32]
    empty: NDArray[np.bool_]

    def scores(self, learners: NDArray[np.int32]) -> NDArray[np.float32]:
        """Multiply; a learner without history gets popularity."""
        scores = self.learners[learners] @ self.credentials.T + self.biases
        scores[self.empty[learners]] = self.prior
        return scores


class _Model(Protocol):
    user_factors: NDArray[np.float32]
    item_factors: NDArray[np.float32]

    def fit(self, user_items: csr_matrix, show_progress: bool) -> None: ...


class Als:
    """Alternating least squares on what was met, unmet credentials as weak negatives."""

    name = "als"
    grid: tuple[Params, ...] = tuple(
        {"factors": f, "alpha": a, "regularization": r}
        for f in (64, 128)
        for a in (10, 1, 40)
        for r in (0.1, 1.0)
    )

    def fit(self, train: Interactions, params: Params, seed: int) -> Embedded:
        """Alternate 15 times."""
        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=int(params["factors"]),
                alpha=params["alpha"],
                regularization=params["regularization"],
                num_threads=1,
                random_state=seed,
            )
            return _fit(model, train)


class Bpr:
    """Bayesian personalised ranking: pairs of a met and a drawn unmet credential.

    One thread, as several would make each run differ.
    """

    name = "bpr"
    grid: tuple[Params, ...] = tuple(
        {"factors": 64, "learning_rate": rate, "regularization": reg, "iterations": 100}
        for rate in (0.05, 0.01, 0.1, 0.2)
        for reg in (0.01, 0.05)
    )

    def fit(self, train: Interactions, params: Params, seed: int) -> Embedded:
        """Descend for the number of iterations over the data that ``params`` names."""
        model = BayesianPersonalizedRanking(
            factors=int(params["factors"]) - 1,
            learning_rate=params["learning_rate"],
            regularization=params["regularization"],
            iterations=int(params["iterations"]),
            num_threads=1,
            random_state=seed,
        )
        return _fit(model, train)


def _fit(model: _Model, train: Interactions) -> Embedded:
    met = met_matrix(train)
    model.fit(csr_matrix(met), show_progress=False)
    return Embedded(
        learners=model.user_factors,
        credentials=model.item_factors,
        biases=np.zeros(train.n_credentials, np.float32),
        prior=popularity(met),
        empty=np.diff(met.indptr) == 0,
    )
