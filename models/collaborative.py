"""Collaborative scores for any history, also of learners unseen in training.

A learner's vector is not looked up but folded in from the credentials' side: it is the
ridge regression, over the whole catalogue, of the weights of what the learner did (zero
for all the rest) on the credentials' factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Folding:
    """How a history becomes a vector.

    ``decay`` (0..1) is what a step keeps of its weight with every later step; ``reg``
    (> 0) the ridge penalty in units of the factors' mean variance; ``bias`` (≥ 0) the
    weight of the credentials' biases beside a latest step of weight one.
    """

    decay: float = 0.5
    reg: float = 3.0
    bias: float = 0.3


@dataclass(frozen=True, slots=True)
class Factors:
    """What the fold-in needs of a fitted model, all float32.

    ``vectors`` is ``(n, d + 1)``: a credential's factors and its bias, so that scores are
    the inner products with what ``fold_in`` returns. ``solver`` is the ``(d, d)``
    symmetric matrix that turns a weighted sum of factors into the learner's.
    """

    vectors: NDArray[np.float32]
    solver: NDArray[np.float32]
    folding: Folding

    @classmethod
    def prepare(
        cls,
        item_factors: NDArray[np.float32],
        item_biases: NDArray[np.float32],
        folding: Folding,
    ) -> Self:
        """Factors ``(n, d)`` and biases ``(n,)`` with the regression solved once for all."""
        d = item_factors.shape[1]
        gram = item_factors.astype(np.float64).T @ item_factors
        variance = max(float(np.trace(gram)) / d, np.finfo(np.float64).tiny)
        solver = np.linalg.inv(np.eye(d) + gram / (folding.reg * variance))
        vectors = np.column_stack([item_factors, item_biases]).astype(np.float32)
        return cls(vectors, solver.astype(np.float32), folding)


def fold_in(
    rows: NDArray[np.int32], weights: NDArray[np.float32], factors: Factors
) -> NDArray[np.float32]:
    """The learner's vector ``(d + 1,)`` from credential rows and their weights, both ``(h,)``.

    Multiply ``factors.vectors`` by it to score. Without history it holds the bias alone.
    """
    summed = weights @ factors.vectors[rows, :-1]
    bias = np.float32(factors.folding.bias)
    return np.append(summed @ factors.solver, bias).astype(np.float32)


def recency(length: int, decay: float) -> NDArray[np.float32]:
    """Weights ``(length,)`` of a history ordered oldest first; the latest step weighs one."""
    return (decay ** np.arange(length - 1, -1, -1, dtype=np.float64)).astype(np.float32)
