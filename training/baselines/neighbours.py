"""Item-kNN: credentials met by the same learners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training.baselines.base import Params, backed, popularity
from training.interactions import Interactions
from training.matrix import met_matrix


@dataclass(frozen=True, slots=True)
class Linear:
    """Scores are a learner's (weighted) history times an item-to-item matrix.

    ``history`` is ``(n_learners, n)``, ``weights`` ``(n, n)``, ``prior``
    ``(n,)`` the popularity behind it.
    """

    history: csr_array
    weights: csr_array
    prior: NDArray[np.float32]

    def scores(self, learners: NDArray[np.int32]) -> NDArray[np.float32]:
        """Sum the weights of what each learner met."""
        scores = (self.history[learners] @ self.weights).toarray()
        return backed(scores.astype(np.float32), self.prior)


class ItemKnn:
    """Cosine between credentials' learners, shrunk where they share few.

    ``k`` neighbours are kept for each credential; ``shrink`` is added to the product of
    the norms.
    """

    name = "item_knn"
    grid: tuple[Params, ...] = tuple(
        {"k": k, "shrink": shrink} for k in (100, 20, 500) for shrink in (10, 0, 50)
    )

    def fit(self, train: Interactions, params: Params, seed: int) -> Linear:
        """Count shared learners, normalise, keep the nearest."""
        met = met_matrix(train)
        shared = csr_array(met.T @ met)
        size = shared.diagonal()
        shared.setdiag(0)
        shared.eliminate_zeros()
        rows = np.repeat(np.arange(len(size)), np.diff(shared.indptr))
        norms = np.sqrt(size[rows] * size[shared.indices])
        shared.data = (shared.data / (norms + params["shrink"])).astype(np.float32)
        return Linear(met, nearest(shared, int(params["k"])), popularity(met))


def nearest(weights: csr_array, k: int) -> csr_array:
    """Keep the ``k`` largest entries of every column of ``weights`` (all of a tie's first)."""
    columns = csr_array(weights.T)
    order = np.lexsort(
        (-columns.data, np.repeat(np.arange(columns.shape[0]), np.diff(columns.indptr)))
    )
    rank = np.arange(len(order)) - np.repeat(columns.indptr[:-1], np.diff(columns.indptr))
    columns.data[order[rank >= k]] = 0
    columns.eliminate_zeros()
    return csr_array(columns.T)
