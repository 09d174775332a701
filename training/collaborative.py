"""LightFM: the only module that imports it.

WARP over first meetings. One thread, because several would make each run differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from lightfm import LightFM
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix, diags_array, eye_array, hstack

from models.errors import TrainingFailed
from training.interactions import Interactions
from training.matrix import met_matrix
from training.metrics import judged
from training.splits import Split, sampled

COMPONENTS = 64
LEARNING_RATES = (0.05, 0.02)
"""The slower one is better where taste lasts, the faster one where the latest steps decide."""

MOST_EPOCHS = 60
CHECK_EVERY = 3
PATIENCE = 4
"""Epochs are tried up to ``MOST_EPOCHS``, judged every ``CHECK_EVERY``, and given up after
``PATIENCE`` checks in a row without a new best."""

Progress = Callable[[int], None]
"""Told the number of every finished epoch, from one."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how fast a model is fitted."""

    epochs: int
    learning_rate: float


class Check(NamedTuple):
    """How good a model was on the inner split: NDCG@10 after an epoch."""

    learning_rate: float
    epoch: int
    quality: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model: float32 factors ``(rows, d)`` and biases ``(rows,)`` of both sides.

    A credential's already hold its features' share.
    """

    item_factors: NDArray[np.float32]
    item_biases: NDArray[np.float32]
    learner_factors: NDArray[np.float32]

    def scores(self, learners: NDArray[np.int32]) -> NDArray[np.float32]:
        """Scores ``(b, n_credentials)`` by the learners' own vectors from training."""
        return self.learner_factors[learners] @ self.item_factors.T + self.item_biases


def fit(
    train: Interactions,
    item_features: csr_array | None = None,
    *,
    epochs: int,
    components: int = COMPONENTS,
    learning_rate: float = LEARNING_RATES[0],
    seed: int,
    progress: Progress = lambda epoch: None,
) -> Fit:
    """Fit for a fixed number of epochs.

    ``item_features`` is ``(n_credentials, f)``, non-negative; its rows are scaled to sum
    one and stand beside every credential's own identity.

    Raises ``TrainingFailed`` when nothing was met in ``train`` or the factors diverge.
    """
    states = epochs_of(train, item_features, epochs, components, learning_rate, seed)
    for epoch, model in states:
        progress(epoch)
        if epoch == epochs:
            return model
    raise ValueError("epochs must be at least 1")


def best_pace(
    inner: Split,
    item_features: csr_array | None = None,
    *,
    components: int = COMPONENTS,
    seed: int,
) -> tuple[Pace, tuple[Check, ...]]:
    """The learning rate and number of epochs with the best NDCG@10 on ``inner``, and every check
    on the way; raises as ``fit`` does.
    """
    asked = sampled(inner, seed)
    checks = []
    best, chosen = -1.0, Pace(CHECK_EVERY, LEARNING_RATES[0])
    for rate in LEARNING_RATES:
        highest, waited = -1.0, 0
        for epoch, model in epochs_of(
            inner.train, item_features, MOST_EPOCHS, components, rate, seed
        ):
            if epoch % CHECK_EVERY:
                continue
            quality = judged(model.scores, asked)
            checks.append(Check(rate, epoch, quality))
            if quality > best:
                best, chosen = quality, Pace(epoch, rate)
            waited = 0 if quality > highest else waited + 1
            highest = max(highest, quality)
            if waited == PATIENCE:
                break
    return chosen, tuple(checks)


def epochs_of(
    train: Interactions,
    item_features: csr_array | None,
    epochs: int,
    components: int,
    learning_rate: float,
    seed: int,
) -> Iterator[tuple[int, Fit]]:
    """Every epoch's number, from one, and the model after it; arrays change with the next."""
    met = csr_matrix(met_matrix(train)).tocoo()
    if not met.nnz:
        raise TrainingFailed("no learner has met any credential: there is nothing to learn from")
    features = None if item_features is None else _with_identity(item_features)
    model = LightFM(
        no_components=components, loss="warp", learning_rate=learning_rate, random_state=seed
    )
    for epoch in range(1, epochs + 1):
        try:
            model.fit_partial(met, item_features=features, epochs=1, num_threads=1)
        except ValueError as fault:
            if not _diverged(model):
                raise
            raise TrainingFailed(
                f"LightFM diverged in epoch {epoch} at learning rate {learning_rate:g}: "
                "its factors are no longer finite; a lower learning rate may help"
            ) from fault
        biases, factors = model.get_item_representations(features)
        yield epoch, Fit(factors, biases, model.user_embeddings)


def _with_identity(features: csr_array) -> csr_matrix:
    total = np.asarray(features.sum(axis=1), np.float64)
    scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    scaled = diags_array(scale) @ features
    joined = csr_matrix(hstack([eye_array(features.shape[0]), scaled]), dtype=np.float32)
    joined.indices = joined.indices.astype(np.int32)  # LightFM reads C ints
    joined.indptr = joined.indptr.astype(np.int32)
    return joined


def _diverged(model: LightFM) -> bool:
    parameters = (model.item_embeddings, model.user_embeddings, model.item_biases)
    return any(p is not None and not np.isfinite(p).all() for p in parameters)
