"""The diagnostics against cases worked out by hand, and on the small data set."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import prepared, world

from models import bundle, gap
from models.domain import Ask, Learner, Target
from models.feature_names import FEATURES
from models.met import Met
from models.query import Query, build
from models.rank import Ranked
from models.signals import Signals
from models.sources import SOURCES, Candidates
from training.diagnostics import GOAL_WEIGHTS, Aim, Question, calibration, diagnose, gap_closed
from training.progress import Silent
from training.ranking import contributions
from training.splits import last


def question(raw: list[float], relevant: list[int]) -> Question:
    """Candidates 0, 1, … with the ranker's scores ``raw``, of which ``relevant`` were taken."""
    n = len(raw)
    candidates = Candidates(np.arange(n, dtype=np.int32), np.zeros((n, len(SOURCES)), np.int32))
    ranked = Ranked(
        known=Signals(Met(n, np.zeros(0, np.float32)), None, None, None, None),
        candidates=candidates,
        table=np.zeros((n, len(FEATURES)), np.float32),
        raw=np.array(raw, np.float64),
        scores=np.zeros(n),
        places=np.arange(n)[:10],
    )
    return Question(Query(at=0.0), ranked, np.array(relevant, np.int32))


def test_what_always_comes_as_predicted_is_calibrated() -> None:
    found = calibration([question([1.5], [0])] * 20)
    assert found["error"] == 0.0
    assert [(b["predicted"], b["observed"], b["items"]) for b in found["bins"]] == [(1, 1, 2)] * 10


def test_what_never_comes_is_off_by_what_was_predicted() -> None:
    found = calibration([question([0.0] * 4, [9])] * 10)
    assert found["error"] == pytest.approx(0.25)
    assert {each["observed"] for each in found["bins"]} == {0.0}


def test_several_answers_share_one_question() -> None:
    assert calibration([question([3.0, 3.0], [0, 1])])["error"] == pytest.approx(0.0)


def test_only_the_likeliest_ten_count_but_all_share_the_probability() -> None:
    found = calibration([question([0.0] * 20, [99])])
    assert sum(each["items"] for each in found["bins"]) == 10
    assert {each["predicted"] for each in found["bins"]} == {0.05}


def test_a_question_without_candidates_says_nothing() -> None:
    assert calibration([question([], [0])]) == {"error": 0.0, "bins": []}


def test_a_skill_taught_twice_closes_the_gap_once() -> None:
    made = world(
        skills=[{"id": "a", "label": "a"}, {"id": "b", "label": "b"}],
        roles=[{"id": "r", "title": "r", "requirements": [
            {"skill": "a", "importance": 0.5}, {"skill": "b", "importance": 0.5}]}],
        credentials=[
            {"id": "a1", "title": "a1", "skills": [{"skill": "a", "level": 1.0}]},
            {"id": "a2", "title": "a2", "skills": [{"skill": "a", "level": 1.0}]},
            {"id": "b1", "title": "b1", "skills": [{"skill": "b", "level": 1.0}]},
        ],
    )  # fmt: skip
    query = build(made, Ask(Learner(), 0.0, Target(id="r")))
    state = gap.measure(made, query)
    assert state is not None
    aim = Aim(0, query, state)
    expected = {("a1",): 0.5, ("a1", "a2"): 0.5, ("a1", "b1"): 1.0, (): 0.0}
    for earned, closed in expected.items():
        rows = made.credentials.ids.rows(earned)
        assert gap_closed(made, aim, rows) == pytest.approx(closed)


def test_the_small_data_set_gives_every_diagnostic(tiny_report: dict[str, Any]) -> None:
    found = tiny_report["diagnostics"]
    assert found["absent"] == {}
    assert found["questions"] == tiny_report["learners"] == found["goal"]["learners"] == 60
    points = found["goal"]["points"]
    assert tuple(point["goal_weight"] for point in points) == GOAL_WEIGHTS
    for point in points:
        assert 0 <= point["gap_closed@10"] <= found["goal"]["gap"] + 1e-6
        for name, (low, high) in point["ci"].items():
            assert low <= point[name] <= high
    assert points[-1]["gap_closed@10"] >= points[0]["gap_closed@10"]
    bins = found["calibration"]["bins"]
    assert sum(each["items"] for each in bins) == 600
    assert all(a["to"] <= b["from"] for a, b in pairwise(bins))
    assert set(found["contributions"]) == set(FEATURES)
    assert found["contributions"]["text_last"] == 0  # there are no texts to compare
    assert sum(found["contributions"].values()) > 0
    assert json.loads(json.dumps(tiny_report)) == tiny_report


def test_what_the_data_cannot_tell_is_left_out_and_said() -> None:
    names = ["a", "b", "c", "d"]
    ready = prepared(
        credentials=[{"id": name, "title": name} for name in names],
        interactions=[
            {"learner_id": who, "credential_id": name, "occurred_at": f"2025-01-0{day}"}
            for who in ("l1", "l2")
            for day, name in enumerate(names[:3], 1)
        ],
    )
    made = world(
        credentials=[{"id": name, "title": name} for name in names],
        interactions=[{"learner_id": "l1", "credential_id": "a", "occurred_at": "2025-01-01"}],
    )
    found = diagnose(ready, made, last(ready.known), 1, Silent())
    assert found.keys() == {"questions", "absent"}
    assert found["absent"].keys() == {"goal", "calibration", "contributions"}


def test_contributions_and_a_constant_make_up_the_score(tiny_bundle: Path) -> None:
    ranker = bundle.read(tiny_bundle).ranker
    assert ranker is not None
    rows = np.random.default_rng(1).random((50, len(ranker.features))).astype(np.float32)
    rows[::3, ::4] = np.nan
    rest = ranker.score(rows) - contributions(ranker, rows).sum(1)
    assert rest == pytest.approx(np.full(50, rest[0]), abs=1e-9)
