"""SASRec as a baseline: what it is made of takes seconds to import and waits for its first fit."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

from training.baselines.base import Fitted, Params
from training.interactions import Interactions

MISSING: Final = [each for each in ("rectools", "pytorch_lightning") if find_spec(each) is None]
"""Libraries that it lacks here."""


class Sasrec:
    """A causal transformer over histories."""

    name = "sasrec"
    grid: tuple[Params, ...] = (
        {"dropout": 0.3, "learning_rate": 0.003},
        {"dropout": 0.2, "learning_rate": 0.002},
    )

    def fit(self, train: Interactions, params: Params, seed: int) -> Fitted:
        """Train it on the processor."""
        from training.baselines.transformer import fitted

        return fitted(train, params, seed)
