"""Known models to measure against, each a small file with a small grid.

``BASELINES`` holds those that run here; ``ABSENT`` says why others do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from scipy.sparse import csr_array

from training.baselines.base import Baseline, Fitted, Params
from training.baselines.ease import Ease
from training.baselines.factors import Als, Bpr
from training.baselines.lightfm import Lightfm
from training.baselines.markov import Markov
from training.baselines.neighbours import ItemKnn
from training.baselines.popular import Popularity, RecentPopularity
from training.baselines.sasrec import MISSING, Sasrec
from training.baselines.tuning import tune

_ALWAYS: tuple[Baseline, ...] = (
    Popularity(),
    RecentPopularity(),
    ItemKnn(),
    Ease(),
    Als(),
    Bpr(),
    Lightfm(),
    Markov(),
)

ABSENT: Mapping[str, str]
"""Baselines that cannot run in this environment, by name, with the reason."""

if MISSING:
    _lacking = f"{' and '.join(MISSING)} not installed; see training/baselines/sasrec.txt"
    ABSENT = MappingProxyType({Sasrec.name: _lacking})
else:
    ABSENT = MappingProxyType({})

BASELINES: Mapping[str, Baseline] = MappingProxyType(
    {each.name: each for each in (*_ALWAYS, Sasrec()) if each.name not in ABSENT}
)
"""The baselines that need histories alone, by name, simplest first."""


def with_features(features: csr_array) -> Mapping[str, Baseline]:
    """``BASELINES`` and ``lightfm_features``, for features ``(n_credentials, f)``, non-negative."""
    featured = Lightfm("lightfm_features", features)
    return MappingProxyType({**BASELINES, featured.name: featured})


__all__ = ["ABSENT", "BASELINES", "Baseline", "Fitted", "Params", "tune", "with_features"]
