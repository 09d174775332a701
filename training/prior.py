"""How likely each credential is to be taken by somebody of whom nothing is known."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.baselines.popular import RecentPopularity
from training.baselines.tuning import tune
from training.interactions import Interactions
from training.splits import Split

Counts = NDArray[np.float32]

SLOWEST: Final = max(params["half_life"] for params in RecentPopularity.grid)


def best_half_life(tuned: Split, seed: int) -> float:
    """That of ``RecentPopularity`` with the best NDCG@10 on ``tuned``, an inner split; the slowest
    where nobody is asked.
    """
    return tune(RecentPopularity(), tuned, seed)["half_life"] if len(tuned) else SLOWEST


def fit(train: Interactions, lasting: Counts, half_life: float) -> Counts:
    """Shares ``(n,)`` that sum to 1, or zeros where nothing was taken, of counts that fade by
    ``half_life``. For the slowest ``lasting`` (n,) stands: counts that fade slowly or not at all.
    """
    if half_life >= SLOWEST:
        taken = lasting
    else:
        taken = RecentPopularity().fit(train, {"half_life": half_life}, 0).prior
    return np.asarray(taken / (taken.sum(dtype=np.float64) or 1.0), np.float32)
