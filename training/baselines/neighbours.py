"""Item-kNN: credentials met by the same learners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training.baselines.base import Params, backed, popularity
from training.interactions import Interactions
from training.matrix import largest, met_matrix


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
        weights = cosines(csr_array(met.T @ met), params["shrink"])
        return Linear(met, nearest(weights, int(params["k"])), popularity(met))


def cosines(shared: csr_array, shrink: float) -> csr_array:
    """Cosines ``(n, n)``, none with itself, from how many learners met both (``shared``, with
    those who met the one on the diagonal); ``shrink`` is added to the product of the norms.
    """
    size = np.asarray(shared.diagonal(), np.float32)
    rows = np.repeat(np.arange(len(size)), np.diff(shared.indptr))
    other = rows != shared.indices
    rows, columns = rows[other], shared.indices[other]
    values = shared.data[other].astype(np.float32) / (np.sqrt(size[rows] * size[columns]) + shrink)
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(size)))])
    return csr_array((values.astype(np.float32), columns, indptr), shape=shared.shape)


def nearest(weights: csr_array, k: int) -> csr_array:
    """Keep the ``k`` largest entries of every column of ``weights`` (all of a tie's first)."""
    return csr_array(largest(csr_array(weights.T), k, by=lambda data: data).T)
