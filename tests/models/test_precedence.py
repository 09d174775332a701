"""Inferred order: antisymmetric, silent where nothing is known, and never stronger than a rule."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_data import COURSES, TRADES
from worlds import NOW, world

from models.bundle import Bundle
from models.cues import LEAST, numbered, onward, stage
from models.domain import Learner, Target
from models.plan import Path, PathAsk, plan
from models.plan.precedence import CLEARLY, infer

SKILLS = [
    {"id": "a", "label": "skill a"},
    {"id": "b", "label": "skill b"},
    {"id": "narrow", "label": "skill narrow", "broader": ["a"]},
]
ROLE = [
    {"id": "role", "title": "Role", "requirements": [
        {"skill": "a", "importance": 1.0, "level": 1.0},
        {"skill": "b", "importance": 1.0, "level": 1.0}]},
]  # fmt: skip


def course(name: str, skill: str, at: float | None = None, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name, "skills": [{"skill": skill, "level": at}], **more}


def pair(one: dict[str, Any], other: dict[str, Any], **more: Any) -> Bundle:
    return world(skills=SKILLS, roles=ROLE, credentials=[one, other], **more)


def walks(*ways: tuple[str, str, int]) -> list[dict[str, Any]]:
    """So many learners who met one credential and then the other."""
    return [
        {"learner_id": f"{a}{b}{i}", "credential_id": name, "occurred_at": f"2025-01-0{at}"}
        for a, b, number in ways
        for i in range(number)
        for at, name in ((1, a), (2, b))
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, len(TRADES) * COURSES - 1), unique=True, max_size=8))
def test_every_kind_of_evidence_is_antisymmetric(tiny: Bundle, rows: list[int]) -> None:
    found = infer(tiny, rows)
    for odds in (*found.kinds.values(), found.score):
        assert odds.shape == (len(rows), len(rows))
        np.testing.assert_allclose(odds, -odds.T, atol=1e-5)
    assert np.isfinite(found.score).all()
    assert (np.abs(found.score) <= 1.0).all()


def test_what_is_missing_is_missing_and_decides_nothing() -> None:
    found = infer(pair(course("x", "a"), course("y", "b")), [0, 1])
    assert all(np.isnan(odds[0, 1]) for odds in found.kinds.values())
    assert found.score[0, 1] == 0.0


def test_what_is_alike_decides_nothing() -> None:
    found = infer(pair(course("x", "a", 0.5, level=0.5), course("y", "a", 0.5, level=0.5)), [0, 1])
    assert found.score[0, 1] == 0.0
    assert found.because(0, 1) == ()


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (course("x", "a", level=0.25), course("y", "b", level=0.75), "levels"),
        (course("x", "a"), course("y", "narrow"), "skills"),
        (course("x", "a", 0.2), course("y", "a", 0.9), "skills"),
        (course("x", "a"), course("y", "b", prerequisites={"any": [{"skill": "a"}]}), "skills"),
        (course("Bread basics", "a"), course("Bread capstone", "b"), "texts"),
        (course("Bread II", "a"), course("Bread III", "b"), "texts"),
    ],
)
def test_each_kind_speaks_by_itself(one: dict[str, Any], other: dict[str, Any], kind: str) -> None:
    found = infer(pair(one, other), [0, 1])
    assert found.clearly(0, 1)
    assert not found.clearly(1, 0)
    assert found.because(0, 1) == (kind,)


def test_a_level_taken_over_from_the_credential_is_not_counted_twice() -> None:
    found = infer(pair(course("x", "a", level=0.25), course("y", "a", level=0.75)), [0, 1])
    assert found.because(0, 1) == ("levels",)


def test_learners_say_something_from_five_on() -> None:
    one, other = course("x", "a"), course("y", "b")
    few = infer(pair(one, other, interactions=walks(("x", "y", 4))), [0, 1])
    assert np.isnan(few.kinds["learners"][0, 1])
    enough = infer(pair(one, other, interactions=walks(("x", "y", 8))), [0, 1])
    assert enough.because(0, 1) == ("learners",)
    assert enough.clearly(0, 1)


def test_learners_who_go_both_ways_say_nothing() -> None:
    both = walks(("x", "y", 6), ("y", "x", 6))
    found = infer(pair(course("x", "a"), course("y", "b"), interactions=both), [0, 1])
    assert found.score[0, 1] == 0.0


def test_titles_are_read_lightly() -> None:
    assert [stage(title) for title in ("Intro to R", "R", "R capstone", "Applied R basics")] == [
        -1, 0, 1, 0,
    ]  # fmt: skip
    assert stage("Databases") == 0
    assert (numbered("R 101", "R 201"), numbered("R II", "R I"), numbered("R 1", "SQL 2")) == (
        1, -1, 0,
    )  # fmt: skip


def test_the_direction_onward_is_read_out_of_titled_texts_or_unknown() -> None:
    early, late = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    vectors = np.array([early] * LEAST + [late] * LEAST, np.float32)
    way = onward(["Basics"] * LEAST + ["Capstone"] * LEAST, vectors)
    assert (vectors @ way).std() == pytest.approx(1.0)
    assert late @ way > early @ way
    assert onward(["Basics"] * 2 * LEAST, vectors).shape == (0,)
    assert onward(["Basics", "Capstone"], np.zeros((2, 0), np.float32)).shape == (0,)


def names(bundle: Bundle, path: Path) -> list[str]:
    return [bundle.credentials.ids[step.credential] for step in path.steps]


def planned(bundle: Bundle, **more: Any) -> Path:
    return plan(bundle, PathAsk(Learner(), Target(id="role"), NOW, **more))


def test_the_inferred_order_is_followed_and_labelled() -> None:
    bundle = pair(course("Bread capstone", "a", level=0.9), course("Bread basics", "b", level=0.2))
    path = planned(bundle)
    assert names(bundle, path) == ["Bread basics", "Bread capstone"]
    told = {reason.kind: reason for reason in path.steps[0].why}["order_inferred"]
    assert "inferred from levels and titles and texts" in told.text
    assert told.evidence == {
        "credentials": ["Bread capstone"],
        "inferred_from": ["levels", "texts"],
    }
    assert not {"unlocks", "builds_on"} & {reason.kind for reason in path.steps[0].why}


def test_a_prerequisite_is_never_turned_round() -> None:
    """Levels, titles and learners all say the opposite."""
    needs = {"all": [{"credential": "Expert exam"}]}
    first, then = course("Expert exam", "a", level=0.9), course("Basics", "b", level=0.1)
    bundle = pair(
        first, {**then, "prerequisites": needs}, interactions=walks(("Basics", "Expert exam", 20))
    )
    path = planned(bundle)
    assert names(bundle, path) == ["Expert exam", "Basics"]
    assert "order_inferred" not in {reason.kind for step in path.steps for reason in step.why}


def test_a_window_is_never_missed_for_it() -> None:
    late = course("Basics", "b", level=0.1, hours=10, available_from="2026-02-01")
    soon = course("Expert exam", "a", level=0.9, hours=10, available_until="2026-01-02")
    bundle = pair(soon, late)
    assert names(bundle, planned(bundle, hours_per_week=10.0)) == ["Expert exam", "Basics"]


def test_a_circle_of_evidence_still_gives_an_order() -> None:
    ring = walks(("x", "y", 9), ("y", "z", 9), ("z", "x", 9))
    credentials = [course("x", "a"), course("y", "b"), course("z", "narrow")]
    wanted = [{"skill": name, "importance": 1.0} for name in ("a", "b", "narrow")]
    roles = [{"id": "role", "title": "Role", "requirements": wanted}]
    bundle = world(skills=SKILLS, roles=roles, credentials=credentials, interactions=ring)
    path = planned(bundle)
    assert sorted(names(bundle, path)) == ["x", "y", "z"]
    assert path == planned(bundle)
    assert CLEARLY > 0
