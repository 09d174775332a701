"""EASE: a linear item-to-item model in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse import csr_array

from training.baselines.base import Params, backed, popularity
from training.interactions import Interactions
from training.matrix import met_matrix

LARGEST = 10_000
"""Credentials that take part, the most met first: time grows with the third power."""


@dataclass(frozen=True, slots=True)
class _Fitted:
    history: csr_array
    inside: NDArray[np.int64]
    weights: NDArray[np.float32]
    prior: NDArray[np.float32]

    def scores(self, learners: NDArray[np.int32]) -> NDArray[np.float32]:
        history = self.history[learners]
        scores = np.zeros(history.shape, np.float32)
        scores[:, self.inside] = history[:, self.inside] @ self.weights
        return backed(scores, self.prior)


class Ease:
    """Ridge regression of every credential on all others, no credential on itself.

    ``ridge`` is the penalty. In a catalogue with more than ``LARGEST`` met credentials
    the rest stays outside the model, scored zero and ordered by popularity.
    """

    name = "ease"
    grid: tuple[Params, ...] = tuple({"ridge": r} for r in (100, 10, 30, 300, 1000))

    def fit(self, train: Interactions, params: Params, seed: int) -> _Fitted:
        """Invert the regularised Gram matrix once."""
        met = met_matrix(train)
        prior = popularity(met)
        inside = np.argsort(-prior, kind="stable")[: min(LARGEST, np.count_nonzero(prior))]
        part = met[:, inside].astype(np.float64)
        gram = (part.T @ part).toarray()
        gram[np.diag_indices_from(gram)] += params["ridge"]
        inverse = _inverse(gram)
        weights = (-inverse / np.diag(inverse)).astype(np.float32)
        np.fill_diagonal(weights, 0)
        return _Fitted(met, inside, weights, prior)


def _inverse(positive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse of a positive definite matrix by Cholesky: half the work of the general one."""
    if not len(positive):
        return positive
    factor, _ = lapack.dpotrf(positive, lower=True)
    half, _ = lapack.dpotri(factor, lower=True)
    return np.asarray(np.tril(half) + np.tril(half, -1).T)
