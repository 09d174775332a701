"""Collaborative scores for any history, also of learners unseen in training.

A learner's vector is not looked up but folded in from the credentials' side: the weighted sum
of the factors of what the learner did, turned into a learner's vector by a matrix that training
found (see ``training.folding``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Folding:
    """How a history becomes a vector.

    ``decay`` (0..1) is what a step keeps of its weight with every later step; ``reg``
    (> 0) the penalty with which the solver was found, in units of the factors' mean variance;
    ``bias`` (≥ 0) the weight of the credentials' biases; ``power`` (0..1) how far a long history
    is brought down to a short one's size: the sum is divided by the ``power`` of its weights' sum.
    """

    decay: float = 0.5
    reg: float = 3.0
    bias: float = 0.3
    power: float = 0.0


@dataclass(frozen=True, slots=True)
class Factors:
    """What the fold-in needs of a fitted model, all float32.

    ``vectors`` is ``(n, d + 1)``: a credential's factors and its bias, so that scores are
    the inner products with what ``fold_in`` returns. ``solver`` is the ``(d, d)`` matrix that
    turns, from the right, a weighted sum of factors into the learner's.
    """

    vectors: Vectors
    solver: NDArray[np.float32]
    folding: Folding


def fold_in(
    rows: NDArray[np.int32], weights: NDArray[np.float32], factors: Factors
) -> NDArray[np.float32]:
    """The learner's vector ``(d + 1,)`` from credential rows and their weights, both ``(h,)``.

    Multiply ``factors.vectors`` by it to score. Without history it holds the bias alone.
    """
    size = max(float(weights.sum()), 1.0) ** -factors.folding.power
    summed = (size * weights) @ factors.vectors[rows][:, :-1]
    vector = np.empty(factors.vectors.shape[1], np.float32)
    vector[:-1], vector[-1] = summed @ factors.solver, factors.folding.bias
    return vector


def recency(length: int, decay: float) -> NDArray[np.float32]:
    """Weights ``(length,)`` of a history ordered oldest first; the latest step weighs one."""
    return (decay ** np.arange(length - 1, -1, -1, dtype=np.float64)).astype(np.float32)
