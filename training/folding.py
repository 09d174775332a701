"""How a history becomes a learner's vector: found from the fitted model, chosen by results.

Two solvers turn the weighted sum of a history's factors into a learner's vector. The ridge
regression, over the whole catalogue, of the weights of what was done (zero for all the rest) on
the credentials' factors says what goes with that; it is sharp where the latest steps decide. The
learned one is the ridge regression of the learners' own vectors from training on the sums of
their histories: it gives back what the model would have made of a learner, where lasting taste
decides.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.collaborative import Factors, Folding
from training.collaborative import Fit
from training.interactions import Interactions
from training.metrics import judged
from training.splits import Split, sampled
from training.steps import Steps
from training.toplists import Scorer

SLIGHT: Final = 0.1
"""Penalty of the learned solver: it has many more learners to go by than factors to find."""


@dataclass(frozen=True, slots=True)
class Way:
    """``folding``, with the ``learned`` solver or else the catalogue's."""

    folding: Folding
    learned: bool


DECAYS: Final = (0.5, 0.3, 0.8, 1.0)
WAYS: Final = tuple(
    Way(Folding(decay, reg, bias), learned=False)
    for decay, reg, bias in itertools.product(DECAYS, (3.0, 30.0), (0.3, 0.0, 1.0))
) + tuple(
    Way(Folding(decay, SLIGHT, bias, power), learned=True)
    for decay, bias, power in itertools.product(DECAYS, (1.0, 0.5), (0.5, 1.0))
)


def factors(model: Fit, train: Interactions, way: Way) -> Factors:
    """What folds in by ``way``; ``model`` must have been fitted on ``train``."""
    solver = _learned(model, train, way.folding) if way.learned else _ridge(model, way.folding)
    vectors = np.column_stack([model.item_factors, model.item_biases]).astype(np.float32)
    return Factors(vectors, solver.astype(np.float32), way.folding)


def folded(model: Fit, train: Interactions, way: Way) -> Scorer:
    """Scores of learners of ``train`` as serving makes them, many at a time."""
    prepared = factors(model, train, way)
    summed = _summed(model, train, way.folding)

    def scores(learners: NDArray[np.int32]) -> NDArray[np.float32]:
        bias = np.full((len(learners), 1), way.folding.bias, np.float32)
        vectors = np.hstack([summed[learners] @ prepared.solver, bias])
        return np.asarray(vectors @ np.asarray(prepared.vectors).T, np.float32)

    return scores


def best(model: Fit, inner: Split, seed: int) -> Way:
    """The way to fold in with the best NDCG@10 on ``inner``.

    ``model`` must have been fitted on ``inner.train``.
    """
    asked = sampled(inner, seed)
    return WAYS[int(np.argmax([judged(folded(model, inner.train, way), asked) for way in WAYS]))]


def _summed(model: Fit, train: Interactions, folding: Folding) -> NDArray[np.float32]:
    """The weighted sums ``(n_learners, d)`` of the factors of what was met."""
    history = Steps.of(train, repeats=False).history(folding.decay)
    size = np.maximum(np.asarray(history.sum(axis=1)).ravel(), 1.0) ** -folding.power
    return np.asarray((history @ model.item_factors) * size[:, None], np.float32)


def _ridge(model: Fit, folding: Folding) -> NDArray[np.float64]:
    d = model.item_factors.shape[1]
    gram = model.item_factors.astype(np.float64).T @ model.item_factors
    return np.asarray(np.linalg.inv(np.eye(d) + gram / _penalty(gram, folding.reg)))


def _learned(model: Fit, train: Interactions, folding: Folding) -> NDArray[np.float64]:
    met = np.diff(train.indptr) > 0
    summed = _summed(model, train, folding)[met].astype(np.float64)
    gram = summed.T @ summed
    loaded = gram + _penalty(gram, folding.reg) * np.eye(len(gram))
    return np.asarray(np.linalg.solve(loaded, summed.T @ model.learner_factors[met]))


def _penalty(gram: NDArray[np.float64], reg: float) -> float:
    return reg * max(float(np.trace(gram)) / len(gram), np.finfo(np.float64).tiny)
