"""What most learners do, over all time or of late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.baselines.base import Params, popularity
from training.interactions import Interactions
from training.matrix import met_matrix


@dataclass(frozen=True, slots=True)
class _Same:
    """The same scores for everyone."""

    prior: NDArray[np.float32]

    def scores(self, learners: NDArray[np.int32]) -> NDArray[np.float32]:
        return np.tile(self.prior, (len(learners), 1))


class Popularity:
    """Number of learners who met a credential."""

    name = "popularity"
    grid: tuple[Params, ...] = ({},)

    def fit(self, train: Interactions, params: Params, seed: int) -> _Same:
        """There is nothing to tune and nothing random."""
        return _Same(popularity(met_matrix(train)))


class RecentPopularity:
    """The same, with meetings losing half their weight over a share of the training time.

    ``half_life`` is that share, so that one grid suits data over a month or over years.
    Where only an order is known, a learner's order numbers are no common time: the
    position in the file's order, from each learner's latest back, stands in for it.
    """

    name = "recent_popularity"
    grid: tuple[Params, ...] = tuple({"half_life": h} for h in (0.1, 0.01, 0.03, 0.3))

    def fit(self, train: Interactions, params: Params, seed: int) -> _Same:
        """Sum the decayed meetings."""
        first = train.first_meetings()
        age = _age(train)[first]
        span = max(float(age.max(initial=0.0)), 1.0)
        weight = 0.5 ** (age / (params["half_life"] * span))
        total = np.bincount(train.credential[first], weight, train.n_credentials)
        return _Same((total / max(total.max(initial=0.0), 1e-300)).astype(np.float32))


def _age(train: Interactions) -> NDArray[np.float64]:
    if train.dated:
        moments = train.moments()
        return np.asarray(moments.max(initial=-np.inf) - moments)
    return np.asarray(train.indptr[train.learner + 1] - 1 - np.arange(len(train)), np.float64)
