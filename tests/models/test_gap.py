from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import NOW, world

from models import gap, query
from models.bundle import Bundle
from models.domain import Ask, Closing, HeldSkill, Learner, Status, Target
from models.gap import GapState

SKILLS = "pqrs"
LEVELS = st.none() | st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
NAMED = st.lists(st.tuples(st.sampled_from(SKILLS), LEVELS), max_size=4, unique_by=lambda s: s[0])
ROLE = st.lists(
    st.tuples(st.sampled_from(SKILLS), st.none() | st.sampled_from([0.2, 0.7, 1.0]), LEVELS),
    min_size=1,
    max_size=4,
    unique_by=lambda requirement: requirement[0],
)


def build(taught: list[list[tuple[str, Any]]], role: list[tuple[str, Any, Any]]) -> Bundle:
    """Skill ``q`` is narrower than ``p``, ``r`` than ``q``; ``s`` stands alone."""
    broader = {"q": ["p"], "r": ["q", "p"]}
    return world(
        skills=[{"id": s, "label": f"skill {s}", "broader": broader.get(s)} for s in SKILLS],
        credentials=[
            {"id": f"c{i}", "title": f"C{i}", "skills": [_skill(*each) for each in skills]}
            for i, skills in enumerate(taught)
        ],
        roles=[
            {
                "id": "role",
                "title": "Role",
                "requirements": [_skill(s, level) | {"importance": w} for s, w, level in role],
            }
        ],
    )


def _skill(skill: str, level: Any) -> dict[str, Any]:
    return {"skill": skill, "level": level}


def measured(bundle: Bundle, held: list[tuple[str, Any]]) -> GapState | None:
    learner = Learner(skills=tuple(HeldSkill(skill, level) for skill, level in held))
    return gap.measure(bundle, query.build(bundle, Ask(learner, NOW, Target(id="role"))))


def before(bundle: Bundle, held: list[tuple[str, Any]]) -> float:
    state = measured(bundle, held)
    assert state is not None
    return state.before


def test_by_hand() -> None:
    bundle = build([[("p", 0.4)]], [("p", 1.0, 0.8), ("s", 0.2, 0.5)])
    assert before(bundle, []) == pytest.approx(1.0)
    assert before(bundle, [("p", 0.4)]) == pytest.approx((0.5 + 0.2) / 1.2)
    assert before(bundle, [("q", 0.8)]) == pytest.approx((0.4 + 0.2) / 1.2)  # a narrower skill
    state = measured(bundle, [])
    assert state is not None
    assert state.closing[0] == pytest.approx(0.5 / 1.2)
    skill = bundle.skills.row("p")
    assert gap.closings(state, np.array([0], np.int32)) == [(Closing(skill, 0.0, 0.5),)]


def test_levels_unknown_stay_unknown_where_they_show() -> None:
    bundle = build([], [("p", None, None), ("s", 0.2, 0.5)])
    question = query.build(bundle, Ask(Learner(skills=(HeldSkill("p"),)), NOW, Target(id="role")))
    state = gap.measure(bundle, question)
    assert state is not None
    first, second = gap.describe(bundle, question, state).skills
    assert (first.required, first.held, first.status) == (None, None, Status.HAVE)
    assert (second.required, second.held, second.status) == (0.5, None, Status.MISSING)
    assert first.importance == 1.0


def test_learning_at_a_low_level_what_is_held_at_an_unknown_one_changes_nothing() -> None:
    bundle = build([], [("p", 1.0, 0.5)])
    learner = Learner(skills=(HeldSkill("p"), HeldSkill("p", 0.1)))
    state = gap.measure(bundle, query.build(bundle, Ask(learner, NOW, Target(id="role"))))
    assert state is not None
    assert state.before == pytest.approx(0.0)


def test_without_target_or_requirement_there_is_no_gap() -> None:
    bundle = build([], [("p", 0.2, 0.5)])
    assert gap.measure(bundle, query.build(bundle, Ask(Learner(), NOW))) is None
    unknown = query.build(bundle, Ask(Learner(), NOW, Target(id="elsewhere")))
    assert gap.measure(bundle, unknown) is None
    assert unknown.notes == ("role 'elsewhere' is not known here",)


@settings(max_examples=60, deadline=None)
@given(ROLE, st.lists(NAMED, min_size=1, max_size=3), NAMED, NAMED)
def test_holding_more_never_widens_and_closing_is_what_earning_does(
    role: list[tuple[str, Any, Any]],
    taught: list[list[tuple[str, Any]]],
    held: list[tuple[str, Any]],
    more: list[tuple[str, Any]],
) -> None:
    bundle = build(taught, role)
    state = measured(bundle, held)
    assert state is not None
    assert 0.0 <= state.before <= 1.0 + 1e-6
    assert before(bundle, held + more) <= state.before + 1e-6
    for row, skills in enumerate(taught):
        closed = state.before - before(bundle, held + skills)
        assert state.closing[row] == pytest.approx(closed, abs=1e-5)
        [parts] = gap.closings(state, np.array([row], np.int32))
        weight = dict(zip(state.requirement.skills.tolist(), state.weight.tolist(), strict=True))
        total = sum(weight[part.skill] * (part.after - part.before) for part in parts)
        assert total == pytest.approx(closed, abs=1e-3)
        assert len({part.skill for part in parts}) == len(parts)


@settings(max_examples=40, deadline=None)
@given(ROLE, NAMED, st.sampled_from([0.5, 0.75, 1.0]))
def test_holding_higher_never_widens(
    role: list[tuple[str, Any, Any]], held: list[tuple[str, Any]], lift: float
) -> None:
    bundle = build([], role)
    lifted = [(skill, max(0.5 if level is None else level, lift)) for skill, level in held]
    assert before(bundle, lifted) <= before(bundle, held) + 1e-6
    assert np.isfinite(before(bundle, held))
