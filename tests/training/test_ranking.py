"""The ranker learns from answers that nothing has given away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from models import features, gap, signals, sources
from models.bundle import Bundle
from models.eligibility import eligible
from models.query import Query
from training import collaborative, folding, pipeline, ranking, tables
from training.config import Config
from training.interactions import Interactions
from training.pipeline import Prepared, prepare
from training.progress import Silent
from training.questions import (
    FEW,
    FORGETFUL,
    NEXT,
    PER_LEARNER,
    Ask,
    FoldBundle,
    Questions,
    collect,
)
from training.shape import Shape
from training.spread import Whole

SETTINGS = {"text": "none", "components": 4, "folds": 3, "questions": 1000, "rounds": 5}


class Inputs(NamedTuple):
    """What training hands to the ranker."""

    met: Interactions
    ask: Ask
    fold_bundle: FoldBundle


@pytest.fixture(scope="module")
def ready(tiny_data: Any) -> Prepared:
    data = tables.load(tiny_data)
    return prepare(data, Config.model_validate(SETTINGS), None, Silent())


def inputs(ready: Prepared, known: Interactions) -> Inputs:
    """Settings chosen by tuning are held fixed; all else is the training job's own."""
    caught: list[Inputs] = []

    def catch(met: Interactions, ask: Ask, fold_bundle: FoldBundle, *_: object) -> ranking.Boosted:
        caught.append(Inputs(met, ask, fold_bundle))
        return ranking.NO_RANKER

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "train", catch)
        shape = Shape(collaborative.Pace(3, 0.05), folding.WAYS[0], 30.0)
        patch.setattr(pipeline, "choose", lambda *_: shape)
        pipeline.fit(ready, known, 1, Silent())
    return caught[0]


def table(bundle: Bundle, given: Inputs, learner: int, position: int) -> dict[int, Any]:
    """Features of all candidates of one question, by credential."""
    query = given.ask(bundle, learner, position)
    known = signals.compute(bundle, query, gap.measure(bundle, query))
    candidates = sources.propose(bundle, query, known, eligible(bundle, query))
    matrix = features.matrix(bundle, query, known, candidates)
    return dict(zip(candidates.rows.tolist(), matrix, strict=True))


def shuffled_after(
    known: Interactions, learners: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Interactions, dict[int, int]]:
    """Other credentials from some place of each learner's history on, and these places."""
    credential = known.credential.copy()
    cuts = {}
    for learner in learners.tolist():
        mine = known.of(learner)
        if mine.stop > mine.start:
            cut = int(rng.integers(mine.start, mine.stop))
            others = np.setdiff1d(np.arange(known.n_credentials), credential[mine.start : cut])
            credential[cut : mine.stop] = rng.permutation(others)[: mine.stop - cut]
            cuts[learner] = cut
    return replace(known, credential=credential), cuts


def test_no_feature_sees_what_came_after(ready: Prepared) -> None:
    rng = np.random.default_rng(0)
    learners = rng.permutation(ready.known.n_learners)[:20]
    other, cuts = shuffled_after(ready.known, learners, rng)
    assert (other.credential != ready.known.credential).any()
    before, after = inputs(ready, ready.known), inputs(ready, other)
    kept = np.ones(ready.known.n_learners, np.bool_)
    kept[learners] = False
    bundles = before.fold_bundle(kept).bundle, after.fold_bundle(kept).bundle
    for learner, cut in cuts.items():  # in this data every act is a first meeting
        first = table(bundles[0], before, learner, cut)
        second = table(bundles[1], after, learner, cut)
        assert first.keys() == second.keys()
        np.testing.assert_array_equal(list(first.values()), list(second.values()))


def test_the_base_models_of_a_fold_never_saw_its_learners(ready: Prepared) -> None:
    given = inputs(ready, ready.known)
    masks: list[NDArray[np.bool_]] = []
    asked: list[tuple[int, int]] = []

    def fold_bundle(kept: NDArray[np.bool_]) -> Whole:
        masks.append(kept)
        whole = given.fold_bundle(kept)
        bundle = whole.bundle
        part = ready.known.where(kept[ready.known.learner])
        counts = np.bincount(part.credential[part.first_meetings()], minlength=bundle.n)
        np.testing.assert_array_equal(bundle.behaviour.learners_of, counts)
        assert bundle.behaviour.trend is not None
        assert len(bundle.behaviour.trend.at) == counts.sum()
        return whole

    def ask(bundle: Bundle, learner: int, position: int) -> Any:
        assert not masks[-1][learner]
        asked.append((learner, position))
        query = given.ask(bundle, learner, position)
        answer = given.met.credential[position]
        assert answer not in query.walk.history
        assert answer not in query.closed
        assert (query.walk.times <= given.met.at[position]).all()
        return query

    config = ready.config
    found = collect(given.met, ask, fold_bundle, config, 1, Silent())
    assert found is not None
    assert (~np.array(masks)).sum(0).max() == 1  # each learner is asked in one fold
    assert len(masks) == config.folds
    assert len(set(asked)) == len(asked)
    per_learner = np.bincount([learner for learner, _ in asked])
    assert per_learner.max() <= PER_LEARNER
    ends = np.cumsum(found.sizes)

    def counted(label: int) -> NDArray[np.int64]:
        return np.add.reduceat((found.label == label).astype(np.int64), np.append(0, ends[:-1]))

    assert (counted(NEXT) == 1).all()
    assert counted(0).max() <= config.negatives
    assert (counted(0) + counted(1) + counted(NEXT) == found.sizes).all()
    assert counted(1).max() > 0  # what was met later is not wrong
    assert ends[-1] == len(found.features) == len(found.label) == len(found.learner)


def test_questions_are_the_same_for_one_seed(ready: Prepared) -> None:
    given = inputs(ready, ready.known)

    def collected(seed: int) -> Questions:
        found = collect(*given, ready.config, seed, Silent())
        assert found is not None
        return found

    first, again, other = collected(1), collected(1), collected(2)
    np.testing.assert_array_equal(first.features, again.features)
    np.testing.assert_array_equal(first.label, again.label)
    assert first.features.shape != other.features.shape or not np.array_equal(
        first.features, other.features, equal_nan=True
    )


def test_there_are_no_more_questions_than_asked_for(ready: Prepared) -> None:
    given = inputs(ready, ready.known)
    few = ready.config.model_copy(update={"questions": 100})
    found = collect(*given, few, 1, Silent())
    assert found is not None
    assert len(found.sizes) == 100


def test_with_too_little_to_learn_from_there_is_no_ranker(ready: Prepared) -> None:
    few = ready.known.where(np.arange(len(ready.known)) < ranking.FEWEST_QUESTIONS - 1)
    given = inputs(ready, few)
    assert ranking.train(*given, ready.config, 1, Silent()) == ranking.NO_RANKER


def test_some_questions_know_no_more_than_the_latest_steps(ready: Prepared) -> None:
    given = inputs(ready, ready.known)
    asked: list[Query] = []
    known: list[tuple[int, int]] = []

    def ask(bundle: Bundle, learner: int, position: int) -> Query:
        asked.append(given.ask(bundle, learner, position))
        return asked[-1]

    def columns(bundle: Bundle, query: Query, *more: Any) -> NDArray[np.float32]:
        [whole] = [each.walk for each in asked if each.closed is query.closed]
        steps = len(query.walk.steps)
        np.testing.assert_array_equal(query.walk.steps, whole.steps[len(whole.steps) - steps :])
        known.append((steps, len(whole.steps)))
        return features.matrix(bundle, query, *more)

    assert collect(given.met, ask, given.fold_bundle, ready.config, 1, Silent(), columns=columns)
    less = [steps for steps, whole in known if steps < whole]
    assert set(less) == set(range(1, FEW + 1))
    longer = [whole for _, whole in known if whole > FEW]
    assert len(longer) > 50
    again = sum(steps < whole for steps, whole in known if whole > FEW)
    assert again / (len(longer) - again) == pytest.approx(FORGETFUL, abs=0.1)
