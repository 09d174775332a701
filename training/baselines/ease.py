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
        inside, weights = solve(csr_array(met.T @ met), params["ridge"])
        return _Fitted(met, inside, weights, popularity(met))


def solve(shared: csr_array, ridge: float) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Who takes part, rows ``(m,)``, and their weights ``(m, m)`` (what was met by what is
    scored), from how many learners met both: ``shared`` ``(n, n)``.
    """
    size = shared.diagonal()
    inside = np.argsort(-size, kind="stable")[: min(LARGEST, np.count_nonzero(size))]
    gram = shared[inside][:, inside].toarray().astype(np.float64)
    gram[np.diag_indices_from(gram)] += ridge
    inverse = _inverse(gram)
    weights = (-inverse / np.diag(inverse)).astype(np.float32)
    np.fill_diagonal(weights, 0)
    return inside, weights


def _inverse(positive: NDArray[np.float64]) -> NDArray[np.float64]:
    """Inverse of a positive definite matrix by Cholesky: half the work of the general one."""
    if not len(positive):
        return positive
    factor, _ = lapack.dpotrf(positive, lower=True)
    half, _ = lapack.dpotri(factor, lower=True)
    return np.asarray(np.tril(half) + np.tril(half, -1).T)
