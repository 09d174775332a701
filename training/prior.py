"""How likely each credential is to be taken by somebody of whom nothing is known."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.baselines.popular import RecentPopularity
from training.interactions import Interactions
from training.metrics import judged
from training.splits import Split, sampled

Counts = NDArray[np.float32]

GRID: Final = tuple(params["half_life"] for params in RecentPopularity.grid)
SLOWEST: Final = max(GRID)


def best_half_life(tuned: Split, seed: int) -> float:
    """That of ``GRID`` with the best NDCG@10 on ``tuned``, an inner split whose learners ask as if
    nothing were known of them; the first of equal ones, and the slowest where nobody is asked.
    """
    if not len(tuned):
        return SLOWEST
    strangers = sampled(tuned, seed).forgotten()
    quality = [
        judged(
            RecentPopularity().fit(tuned.train, {"half_life": half_life}, seed).scores, strangers
        )
        for half_life in GRID
    ]
    return GRID[int(np.argmax(quality))]


def fit(train: Interactions, lasting: Counts, half_life: float) -> Counts:
    """Shares ``(n,)`` that sum to 1, or zeros where nothing was taken, of counts that fade by
    ``half_life``, a share of the time of ``train``. For the slowest ``lasting`` (n,) stands: counts
    that fade slowly or not at all.
    """
    if half_life >= SLOWEST:
        taken = lasting
    else:
        taken = RecentPopularity().fit(train, {"half_life": half_life}, 0).prior
    return np.asarray(taken / (taken.sum(dtype=np.float64) or 1.0), np.float32)
