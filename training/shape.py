"""The settings of the base models, chosen by results on an inner split."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.collaborative import Folding
from training import behaviour, collaborative, folding, prior
from training.baselines.ease import Ease
from training.config import Config
from training.interactions import Interactions
from training.splits import ASKED, Split, last, sampled

TUNED_ON: Final = 200_000
"""So many interactions are enough to choose the settings of the collaborative model by."""

SCORES: Final = 400_000_000
"""At each of some ninety looks at most so many scores are computed, one for each credential and
learner asked: of large catalogues fewer learners are asked."""

FEWEST: Final = 200
"""So many learners are asked all the same."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What was chosen on an inner split: the pace of the collaborative model and how it is folded
    in, the penalty of the item-to-item model, and the half-life of popularity, a share of the
    training time; ``checks`` are those that led to the pace.
    """

    pace: collaborative.Pace
    way: folding.Way
    ridge: float
    half_life: float = prior.SLOWEST
    checks: tuple[collaborative.Check, ...] = ()

    def told(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """What ``told`` gave."""
        way = told["way"]
        return cls(
            collaborative.Pace(**told["pace"]),
            folding.Way(Folding(**way["folding"]), way["learned"]),
            told["ridge"],
            told.get("half_life", prior.SLOWEST),  # shapes of before there was a prior have none
            tuple(collaborative.Check(*each) for each in told["checks"]),
        )


UNTRIED: Final = Shape(
    collaborative.Pace(collaborative.CHECK_EVERY, collaborative.LEARNING_RATES[0]),
    folding.WAYS[0],
    Ease.grid[0]["ridge"],
)
"""What is taken where nothing can be compared: the fewest epochs and the first of each."""


def choose(
    known: Interactions,
    item_features: csr_array | None,
    config: Config,
    seed: int,
) -> Shape:
    """The settings that were best on an inner split, of some learners only; ``UNTRIED`` where
    nobody has met anything.
    """
    tuned = affordable(last(known.where(some(known, TUNED_ON, seed)[known.learner])), seed)
    if not tuned.train.first_meetings().any():
        return UNTRIED
    components = config.components
    pace, checks = collaborative.best_pace(tuned, item_features, components=components, seed=seed)
    model = collaborative.fit(
        tuned.train,
        item_features,
        epochs=pace.epochs,
        learning_rate=pace.learning_rate,
        components=components,
        seed=seed,
    )
    ridge = config.ridge or behaviour.best_ridge(known, tuned, seed)
    half_life = prior.best_half_life(tuned, seed)
    return Shape(pace, folding.best(model, tuned, seed), ridge, half_life, checks)


def affordable(split: Split, seed: int) -> Split:
    """The same split, of a large catalogue asking fewer learners."""
    most = max(FEWEST, SCORES // split.train.n_credentials)
    return sampled(split, seed, most) if most < ASKED else split


def some(known: Interactions, most: int, seed: int) -> NDArray[np.bool_]:
    """Mask of learners drawn at random who have about ``most`` interactions between them."""
    drawn = np.random.default_rng(seed).permutation(known.n_learners)
    before = np.cumsum(np.diff(known.indptr)[drawn])
    chosen = np.zeros(known.n_learners, np.bool_)
    chosen[drawn[before <= most]] = True
    return chosen
