"""How likely each credential is to be taken by somebody of whom nothing is known.

How fast popularity should fade differs between platforms, and what was best on one inner split is a
matter of chance as well: so two splits choose, one by next steps and one by time, and the mean
of both is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.baselines.popular import RecentPopularity
from training.baselines.tuning import tune
from training.interactions import Interactions
from training.splits import Split, temporal

Counts = NDArray[np.float32]

SLOWEST: Final = max(params["half_life"] for params in RecentPopularity.grid)


def half_lives(part: Interactions, tuned: Split, seed: int) -> tuple[float, ...]:
    """Those of ``RecentPopularity`` with the best NDCG@10 on inner splits of ``part``: on
    ``tuned``, which asks for a next step, and, where there are times, on one that asks for what
    came after a moment. A split that asks nobody chooses nothing.
    """
    inner = [tuned, temporal(part)] if part.dated and len(part) else [tuned]
    recent = RecentPopularity()
    return tuple(tune(recent, split, seed)["half_life"] for split in inner if len(split))


def fit(train: Interactions, lasting: Counts, recency: Sequence[float]) -> Counts:
    """Shares ``(n,)`` that sum to 1, or zeros where nothing was taken: the mean of counts that fade
    by the half-lives ``recency``.

    For the slowest of them, and where none was chosen, ``lasting`` (n,) stands: counts that fade
    slowly or not at all.
    """
    faded = [
        RecentPopularity().fit(train, {"half_life": each}, 0).prior if each < SLOWEST else lasting
        for each in recency or (SLOWEST,)
    ]
    return np.asarray(np.mean([_shares(each) for each in faded], axis=0), np.float32)


def _shares(counts: Counts) -> Counts:
    return np.asarray(counts / (counts.sum(dtype=np.float64) or 1.0), np.float32)
