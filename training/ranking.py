"""The learned ranker, trained on answers that its base models have not seen.

Learners are divided into folds. For each fold the base models are fitted on the other
folds' learners only; then every meeting of the fold's learners is a question: what came
before it is the history, the credential met is the answer. Since no base model saw
anything of these learners, no feature can see its label, and every step of a history
teaches, not only the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from models import features, gap, signals, sources
from models.bundle import Bundle
from models.domain import Mode
from models.eligibility import eligible
from models.feature_names import FEATURES, TREND
from models.query import Query, mode
from models.ranker import Ranker
from models.signals import Signals
from models.sources import Candidates
from training.averaging import averaged
from training.config import Config
from training.interactions import Interactions
from training.progress import Advance, Progress

FEWEST_QUESTIONS: Final = 200
"""With fewer questions answered among the candidates no ranker is trained."""

PER_LEARNER: Final = 20
"""At most so many questions of one learner, the latest."""

SOON: Final = 10
"""So many credentials after the answer were met soon; time grows with their number."""

NEXT: Final = 2
"""The label of the answer; 1 is that of what was met soon after, 0 of all else."""

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

Ask = Callable[[Bundle, int, int], Query]
"""The question a learner (row) would have asked just before the meeting at a position."""

Columns = Callable[[Bundle, Query, Signals, Candidates], NDArray[np.float32]]
"""What the ranker reads of candidates, ``(m, columns)``."""

FoldBundle = Callable[[NDArray[np.bool_]], Bundle]
"""A bundle whose base models know only the learners under the mask ``(n_learners,)``."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Candidates of all questions end to end: features ``(m, f)``, label 0..``NEXT`` and learner
    per row ``(m,)``, and ``sizes`` ``(q,)``: candidates by question.
    """

    features: NDArray[np.float32]
    label: NDArray[np.int8]
    sizes: NDArray[np.int64]
    learner: NDArray[np.int64]
    names: tuple[str, ...] = FEATURES


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
) -> Boosted:
    """The ranker, or none when there are too few questions to learn from.

    ``met`` holds first meetings only.
    """
    if len(met) < FEWEST_QUESTIONS:
        return NO_RANKER
    questions = collect(met, ask, fold_bundle, config, seed, progress)
    if questions is None or len(questions.sizes) < FEWEST_QUESTIONS:
        return NO_RANKER
    with progress.stage("train ranker", config.rounds) as advance:
        return boost(questions, config, seed, advance)


def collect(
    met: Interactions,
    ask: Ask,
    fold_bundle: FoldBundle,
    config: Config,
    seed: int,
    progress: Progress,
    columns: Columns = features.matrix,
    names: tuple[str, ...] = FEATURES,
) -> Questions | None:
    """Questions from fold after fold until there are enough of them; ``names`` are those of the
    ``columns``.
    """
    rng = np.random.default_rng(seed)
    found: list[tuple[NDArray[np.float32], NDArray[np.int8], int]] = []
    with progress.stage("collect questions", config.questions) as advance:
        for bundle, query, learner, position in asked(met, ask, fold_bundle, config, rng):
            question = _question(bundle, query, met, position, rng, config.negatives, columns)
            if question is not None:
                found.append((*question, learner))
                advance(1)
            if len(found) == config.questions:
                break
    return _joined(found, names) if found else None


class Unseen(NamedTuple):
    """A question to a ``bundle`` that knows nothing of its learner (row); the answer is the meeting
    at ``position``.
    """

    bundle: Bundle
    query: Query
    learner: int
    position: int


def asked(
    met: Interactions,
    ask: Ask,
    fold_bundle: FoldBundle,
    config: Config,
    rng: np.random.Generator,
) -> Iterator[Unseen]:
    """All questions from fold after fold, save those of whom nothing is known."""
    fold = rng.integers(0, config.folds, met.n_learners)
    for part in range(config.folds):
        if not (fold[met.learner] != part).any():
            continue  # nobody is left to learn from
        bundle = fold_bundle(fold != part)
        for learner, position in _positions(met, np.flatnonzero(fold == part), rng):
            query = ask(bundle, learner, position)
            if mode(query) is not Mode.POPULAR:  # see models.rank.raw_scores
                yield Unseen(bundle, query, learner, position)


def _positions(
    met: Interactions, learners: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[tuple[int, int]]:
    for learner in rng.permutation(learners).tolist():
        cut = met.of(learner)
        for position in range(max(cut.start, cut.stop - PER_LEARNER), cut.stop):
            yield learner, position


def _question(
    bundle: Bundle,
    query: Query,
    met: Interactions,
    position: int,
    rng: np.random.Generator,
    negatives: int,
    columns: Columns,
) -> tuple[NDArray[np.float32], NDArray[np.int8]] | None:
    """Features and labels of one question; ``None`` when the answer is no candidate."""
    known = signals.compute(bundle, query, gap.measure(bundle, query))
    candidates = sources.propose(bundle, query, known, eligible(bundle, query))
    end = min(met.of(int(met.learner[position])).stop, position + 1 + SOON)
    answer, *later = met.credential[position:end].tolist()
    label = np.isin(candidates.rows, later).astype(np.int8)
    label[candidates.rows == answer] = NEXT
    if not (label == NEXT).any():
        return None
    matrix = columns(bundle, query, known, candidates)
    kept = label > 0
    wrong = np.flatnonzero(~kept)
    kept[rng.permutation(wrong)[:negatives]] = True
    return matrix[kept], label[kept]


def _joined(
    found: list[tuple[NDArray[np.float32], NDArray[np.int8], int]], names: tuple[str, ...]
) -> Questions:
    sizes = np.array([len(label) for _, label, _ in found], np.int64)
    return Questions(
        features=np.concatenate([matrix for matrix, _, _ in found]),
        label=np.concatenate([label for _, label, _ in found]),
        sizes=sizes,
        learner=np.repeat([learner for _, _, learner in found], sizes),
        names=names,
    )


def boost(questions: Questions, config: Config, seed: int, advance: Advance) -> Boosted:
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
        "num_threads": 1 if len(questions.label) < MANY else 2,
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
