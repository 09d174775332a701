"""Choosing a baseline's setting without looking at the test part."""

from __future__ import annotations

import numpy as np

from training.baselines.base import Baseline, Params
from training.metrics import judged
from training.splits import Split, sampled


def tune(baseline: Baseline, inner: Split, seed: int) -> Params:
    """The setting of the grid with the best NDCG@10 on ``inner``, a split of the training part.

    Of equal ones the first wins; so it does where ``inner`` asks nobody.
    """
    if len(baseline.grid) == 1 or not len(inner):
        return baseline.grid[0]
    sample = sampled(inner, seed)
    quality = [
        judged(baseline.fit(inner.train, params, seed).scores, sample) for params in baseline.grid
    ]
    return baseline.grid[int(np.argmax(quality))]
