"""The learned ranker, trained on answers that its base models have not seen."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models.feature_names import TREND
from models.ranker import Ranker
from training.averaging import averaged
from training.config import Config
from training.interactions import Interactions
from training.progress import Advance, Progress
from training.questions import Ask, FoldBundle, Questions, collect
from training.spread import HERE, Spread

FEWEST_QUESTIONS: Final = 200
"""With fewer questions answered among the candidates no ranker is trained."""

VALIDATION: Final = 5
"""Every fifth learner is left out to choose the number of trees."""

PATIENCE: Final = 40

RANKERS: Final = 3
"""So many models, each with chances of its own, differ by more than a slice of few learners can
bear; their mean differs less from one training to the next.
"""

MANY: Final = 500_000
"""With fewer candidates a second thread mostly waits, and on a busy machine it costs ten times the
work (50 rounds of 20,000 candidates: .7 s with one, 15 s with two). The trees are the same.
"""

MONOTONE: Final = frozenset({"gap", "stack", "popular_for_role", "learners", "begun_with", *TREND})
"""More of the gap closed, of a stack completed, or more learners who took it never lowers the
score: what these say is one-sided, and without the bound trees learn by heart which credentials
were popular when, and go wrong as soon as time moves on.
"""


class Boosted(NamedTuple):
    """The ranker as LightGBM text, ``None`` where none was trained, and its NDCG@10 on learners
    left out after each round, empty where none were.
    """

    text: str | None
    curve: list[float]


NO_RANKER: Final = Boosted(None, [])


def train(
    met: Interactions,
    ask: Ask,
    fold_bundle: FoldBundle,
    config: Config,
    seed: int,
    progress: Progress,
    spread: Spread = HERE,
    threads: int = 2,
) -> Boosted:
    """The ranker, or none when there are too few questions to learn from.

    ``met`` holds first meetings only. The trees are the same with any number of ``threads``.
    """
    if len(met) < FEWEST_QUESTIONS:
        return NO_RANKER
    questions = collect(met, ask, fold_bundle, config, seed, progress, spread)
    if questions is None or len(questions.sizes) < FEWEST_QUESTIONS:
        return NO_RANKER
    with progress.stage("train ranker", config.rounds) as advance:
        return boost(questions, config, seed, advance, threads)


def boost(
    questions: Questions, config: Config, seed: int, advance: Advance, threads: int = 2
) -> Boosted:
    """Trees, their number chosen on learners left out; then all teach ``RANKERS`` models, of which
    the mean is taken.
    """
    parameters = {
        "objective": "lambdarank",
        "lambdarank_truncation_level": 60,
        "label_gain": [0.0, config.later, 1.0],
        "metric": "ndcg",
        "eval_at": [10],
        "num_leaves": config.leaves,
        "learning_rate": config.learning_rate,
        "min_data_in_leaf": 50,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "monotone_constraints": [int(name in MONOTONE) for name in questions.names],
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "verbosity": -1,
        "num_threads": 1 if len(questions.label) < MANY else threads,
    }

    curve: list[float] = []

    def told(after: Any) -> None:
        advance(1)
        curve.extend(round(float(each.metric_value), 4) for each in after.evaluation_result_list)

    left_out = questions.learner % VALIDATION == 0
    owner = np.repeat(np.arange(len(questions.sizes)), questions.sizes)
    rounds = config.rounds
    if left_out.any() and not left_out.all():
        fitted = lightgbm.train(
            parameters,
            _dataset(questions, ~left_out, owner),
            config.rounds,
            valid_sets=[_dataset(questions, left_out, owner)],
            callbacks=[told, lightgbm.early_stopping(PATIENCE, verbose=False)],
        )
        rounds = max(fitted.best_iteration, 1)
    everything = _dataset(questions, np.ones(len(questions.label), np.bool_), owner)
    texts = []
    for which in range(RANKERS):
        drawn = dict.fromkeys(("bagging_seed", "feature_fraction_seed"), RANKERS * seed + which)
        texts.append(lightgbm.train(parameters | drawn, everything, rounds).model_to_string())
    return Boosted(averaged(texts), curve)


def contributions(ranker: Ranker, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
    """What each of the ranker's features adds to the scores of a matrix ``(m, len(FEATURES))``:
    exact Shapley values of the trees ``(m, features)``, which with a constant sum to the score.
    """
    trees = lightgbm.Booster(model_str=ranker.text)
    shares = trees.predict(
        ranker.read(matrix), num_threads=1, validate_features=False, pred_contrib=True
    )
    return np.asarray(shares, np.float64)[:, :-1]


def _dataset(
    questions: Questions, kept: NDArray[np.bool_], owner: NDArray[np.int64]
) -> lightgbm.Dataset:
    sizes = np.bincount(owner[kept])
    return lightgbm.Dataset(
        questions.features[kept],
        questions.label[kept],
        group=sizes[sizes > 0],
        feature_name=list(questions.names),
        free_raw_data=True,
    )
