"""An idea that helps is seen to help, one that cannot is not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.bundle import Bundle
from models.errors import UsageError
from models.query import Query
from models.sources import NOTHING, Asked, Proposal
from training.config import Config
from training.lab import Lab, Trial
from training.sample import PATH

Rows = NDArray[np.int32]


@pytest.fixture(scope="module")
def lab() -> Lab:
    quick = {"text": "none", "components": 4, "folds": 2, "questions": 400, "rounds": 20}
    return Lab.open(PATH, Config.model_validate(quick))


def next_of(lab: Lab) -> dict[tuple[int, ...], int]:
    """What each learner did next, by what they had done."""
    met, after = lab.teaching.met, {}
    for learner in range(met.n_learners):
        rows = met.credential[met.of(learner)].tolist()
        after |= {tuple(rows[:end]): rows[end] for end in range(1, len(rows))}
    return after


def test_a_feature_that_knows_the_answer_helps(lab: Lab) -> None:
    answers = next_of(lab)

    def oracle(bundle: Bundle, query: Query, rows: Rows) -> NDArray[np.float32]:
        answer = answers.get(tuple(query.walk.steps.tolist()), -1)
        return (rows == answer).astype(np.float32)

    trial = lab.feature("oracle", oracle)
    # Two learners with the same past may go on differently, so that even this is no certainty.
    assert trial.interval[0] > 0.05 and trial.with_ > trial.without + 0.1
    assert trial.learners > 50
    assert "without" in str(trial) and f"{trial.learners} learners" in str(trial)


def test_a_feature_that_says_nothing_changes_nothing(lab: Lab) -> None:
    def unknown(bundle: Bundle, query: Query, rows: Rows) -> NDArray[np.float32]:
        return np.full(len(rows), np.nan, np.float32)

    low, high = lab.feature("unknown", unknown).interval
    assert low <= 0 <= high


def test_a_source_is_judged_by_the_answers_it_adds(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everything(asked: Asked) -> Proposal:
        rows = np.flatnonzero(asked.eligible).astype(np.int32)
        return rows, np.ones(len(rows), np.float32)

    def nothing(asked: Asked) -> Proposal:
        return NOTHING

    # With so few sources that they miss some answers.
    monkeypatch.setattr("models.sources.SOURCES", {"none": nothing})
    added = lab.source("everything", everything, most=100)
    assert added == Trial(added.measure, added.learners, 0.0, 1.0, (1.0, 1.0))
    assert lab.source("nothing", nothing, most=100).interval == (0.0, 0.0)


def test_names_taken_are_refused(lab: Lab) -> None:
    with pytest.raises(UsageError, match="'gap' is a feature already"):
        lab.feature("gap", lambda *_: np.zeros(0, np.float32))
    with pytest.raises(UsageError, match="'popular' is a source already"):
        lab.source("popular", lambda asked: NOTHING)
