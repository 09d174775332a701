"""What every baseline looks like, and what they share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training.interactions import Interactions

Params: TypeAlias = Mapping[str, float]
"""One setting of a baseline, by parameter name."""


class Fitted(Protocol):
    """A baseline that has seen the training part."""

    def scores(self, learners: NDArray[np.int32]) -> NDArray[np.float32]:
        """Scores ``(b, n_credentials)`` for training rows ``(b,)``; higher is better."""
        ...


class Baseline(Protocol):
    """A recommender to be measured against. ``grid`` lists the settings tried, usual one first."""

    @property
    def name(self) -> str:
        """The key under which its figures are reported."""
        ...

    @property
    def grid(self) -> tuple[Params, ...]:
        """Every setting that tuning may choose from."""
        ...

    def fit(self, train: Interactions, params: Params, seed: int) -> Fitted:
        """Learn from ``train``; the same arguments give the same scores."""
        ...


def popularity(met: csr_array) -> NDArray[np.float32]:
    """How many learners met each credential, scaled to 0..1, shape ``(n_credentials,)``."""
    counts = np.asarray(met.sum(axis=0), np.float32)
    return counts / max(1.0, float(counts.max(initial=0.0)))


def backed(scores: NDArray[np.float32], prior: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores ``(b, n)`` that rest on ``prior`` (``(n,)``, 0..1) where the model is silent.

    A row of zeros, as of a learner without history, becomes the prior itself. To others it
    is added at a millionth of their best score, which only orders credentials that the
    model holds equal, as sparse models do with all they never reach.
    """
    best = np.abs(scores).max(axis=1, keepdims=True)
    weight = np.where(best > 0, 1e-6 * best, 1.0).astype(np.float32)
    return scores + weight * prior
