"""Roles side by side and roles by remaining effort: by hand, and as planning each alone says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_data import COURSES, TRADES
from worlds import NOW, world

from models import gap
from models.bundle import Bundle
from models.domain import Constraints, Event, HeldSkill, Kind, Learner, Target
from models.errors import UsageError
from models.plan import MOST_CLOSEST, PathAsk, Then, closest, compare, plan
from models.plan.question import DAY, read, towards
from models.plan.screen import screen


def teaches(name: str, skill: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "title": name.title(), "skills": [{"skill": skill, "level": 1.0}], **more}


def role(name: str, *skills: str) -> dict[str, Any]:
    needs = [{"skill": skill, "importance": 1.0, "level": 1.0} for skill in skills]
    return {"id": name, "title": name.title(), "requirements": needs}


@pytest.fixture(scope="module")
def trades() -> Bundle:
    """Five skills; ``advanced`` can be started after either of two courses that differ by role;
    nobody teaches ``rare``.
    """
    return world(
        skills=[{"id": s, "label": s} for s in ("base", "left", "right", "high", "rare")],
        credentials=[
            teaches("basics", "base", hours=10, cost=100, currency="EUR"),
            teaches("lefts", "left", hours=5, cost=20, currency="EUR"),
            teaches("rights", "right", cost=30, currency="EUR"),
            teaches("advanced", "high", hours=40, prerequisites={"any": [
                {"credential": "lefts"}, {"credential": "rights"}]}),
        ],
        roles=[
            role("lefty", "base", "left", "high"),
            role("righty", "base", "right", "high"),
            role("beginner", "base"),
            role("collector", "base", "rare"),
            {"id": "poet", "title": "Poet"},
        ],
    )  # fmt: skip


def ask(target: str | None, learner: Learner | None = None, **more: Any) -> PathAsk:
    aim = None if target is None else Target(id=target)
    return PathAsk(learner or Learner(), aim, NOW, **more)


def names(bundle: Bundle, rows: tuple[int, ...]) -> list[str]:
    return [bundle.credentials.ids[row] for row in rows]


def test_what_paths_share_and_what_of_it_can_come_first(trades: Bundle) -> None:
    found = compare(trades, [ask("lefty"), ask("righty")])
    assert [path.gap_after for path in found.paths] == [0.0, 0.0]
    assert sorted(names(trades, found.shared)) == ["advanced", "basics"]
    # ``advanced`` is on both paths, but waits on each for something that the other has not.
    assert names(trades, found.first) == ["basics"]
    three = compare(trades, [ask("lefty"), ask("righty"), ask("beginner")])
    assert names(trades, three.shared) == names(trades, three.first) == ["basics"]


def test_once_what_it_waits_for_is_held_a_shared_step_can_come_first(trades: Bundle) -> None:
    learner = Learner(history=(Event("lefts", Kind.COMPLETE, NOW - DAY),))
    found = compare(trades, [ask("lefty", learner), ask("righty", learner)])
    assert sorted(names(trades, found.first)) == ["advanced", "basics"]


def test_a_role_that_needs_no_steps_or_is_unknown_shares_nothing(trades: Bundle) -> None:
    learner = Learner(skills=(HeldSkill("base", 1.0),))
    found = compare(trades, [ask("beginner", learner), ask("lefty", learner)])
    assert (found.shared, found.first) == ((), ())
    assert found.paths[0].feasible
    unknown = compare(trades, [ask("pirate"), ask("lefty")])
    assert [path.feasible for path in unknown.paths] == [False, True]
    assert unknown.shared == ()


def test_the_closest_roles_by_hand(trades: Bundle) -> None:
    found = closest(trades, ask(None), 10)
    assert (found.considered, found.left_out) == (4, 1)
    told = [(trades.roles.ids[each.role], each.reached, each.after) for each in found.roles]
    # An unknown number of hours is compared as the median of the known: 10, not nothing.
    assert told == [
        ("beginner", True, 0.0),
        ("lefty", True, 0.0),
        ("righty", True, 0.0),
        ("collector", False, 0.5),
    ]
    hours = [each.totals.hours for each in found.roles]
    assert [(each.low, each.high) for each in hours] == [(10, 10), (55, 55), (50, None), (10, 10)]
    assert names(trades, found.roles[0].steps) == ["basics"]
    assert closest(trades, ask(None), 1).roles == found.roles[:1]


def test_how_much_of_a_role_is_enough_and_limits_count(trades: Bundle) -> None:
    half = closest(trades, ask(None, reach=0.5), 10)
    assert all(each.reached for each in half.roles)
    assert all(each.after <= 0.5 for each in half.roles)
    held = Learner(skills=(HeldSkill("base", 1.0),))
    first = closest(trades, ask(None, held, reach=0.5), 10).roles[0]
    assert (first.steps, first.reached, first.totals.hours.low) == ((), True, 0.0)
    short = closest(trades, ask(None, constraints=Constraints(max_hours=15)), 10)
    assert [trades.roles.ids[each.role] for each in short.roles if each.reached] == ["beginner"]
    assert all(each.totals.hours.low <= 15 for each in short.roles)


def test_a_question_that_contradicts_itself_is_refused(trades: Bundle) -> None:
    wrong = ask(None, hours_per_week=5.0, deadline=NOW - DAY)
    with pytest.raises(UsageError, match="after the start"):
        closest(trades, wrong, 5)
    with pytest.raises(UsageError, match="after the start"):
        compare(trades, [replace(wrong, target=Target(id="lefty"))] * 2)


def test_without_roles_that_require_anything_none_is_close() -> None:
    bundle = world(roles=[{"id": "poet", "title": "Poet"}], credentials=[teaches("c", "s")])
    found = closest(bundle, ask(None), 5)
    assert (found.roles, found.considered, found.left_out) == ((), 0, 1)


COURSE = st.sampled_from([f"{trade}-{k}" for trade in TRADES for k in range(COURSES)])
SKILL = st.sampled_from([f"{trade}-skill-{k}" for trade in TRADES for k in range(3)])
HELD = st.lists(st.builds(HeldSkill, SKILL, st.none() | st.floats(0, 1)), max_size=4).map(tuple)
DONE = st.lists(st.builds(Event, COURSE, st.just(Kind.COMPLETE), st.just(NOW - DAY)), max_size=5)
LIMITS = st.builds(
    Constraints, max_hours=st.none() | st.floats(0, 150), include_unknown=st.booleans()
)


@settings(max_examples=60, deadline=None)
@given(HELD, DONE, LIMITS, st.floats(0, 1))
def test_each_of_the_closest_is_what_planning_it_alone_says(
    tiny: Bundle,
    held: tuple[HeldSkill, ...],
    done: list[Event],
    limits: Constraints,
    reach: float,
) -> None:
    question = ask(None, Learner(skills=held, history=tuple(done)), constraints=limits, reach=reach)
    found = closest(tiny, question, MOST_CLOSEST)
    assert len(found.roles) == found.considered == len(TRADES)
    asked = read(tiny, question)
    screened = screen(tiny, asked, reach)
    least = dict(zip(screened.rows.tolist(), screened.least.tolist(), strict=True))
    before = dict(zip(screened.rows.tolist(), screened.before.tolist(), strict=True))
    for each in found.roles:
        aim = Target(id=tiny.roles.ids[each.role])
        path = plan(tiny, replace(question, target=aim, then=Then.FASTEST))
        assert [step.credential for step in path.steps] == list(each.steps)
        assert path.gap is not None
        assert path.gap_after == pytest.approx(each.after, abs=1e-5)
        assert path.gap.before == pytest.approx(each.before, abs=1e-5)
        assert path.totals == each.totals
        assert path.feasible == each.reached
        state = towards(tiny, asked, each.role).state
        assert state is not None
        assert before[each.role] == pytest.approx(state.before, abs=1e-5)
        assert -1e-6 <= least[each.role] <= each.after + 1e-5
    reached = [each.reached for each in found.roles]
    assert reached == sorted(reached, reverse=True)
    left = [each.after for each in found.roles if not each.reached]
    assert left == sorted(left)


@settings(max_examples=60, deadline=None)
@given(HELD, HELD, DONE, DONE)
def test_whoever_holds_more_is_no_further_from_any_role(
    tiny: Bundle,
    held: tuple[HeldSkill, ...],
    more: tuple[HeldSkill, ...],
    done: list[Event],
    later: list[Event],
) -> None:
    less = Learner(skills=held, history=tuple(done))
    most = Learner(skills=held + more, history=(*done, *later))
    gaps = []
    for learner in (less, most):
        screened = screen(tiny, read(tiny, ask(None, learner)), 1.0)
        gaps.append(dict(zip(screened.rows.tolist(), screened.before.tolist(), strict=True)))
    assert all(0.0 <= gaps[1][row] <= gaps[0][row] + 1e-6 <= 1.0 + 2e-6 for row in gaps[0])


def test_the_same_skill_may_be_asked_for_by_many_roles_at_many_levels(trades: Bundle) -> None:
    asked = read(trades, ask(None, Learner(skills=(HeldSkill("base", 0.5),))))
    screened = screen(trades, asked, 1.0)
    for row, before in zip(screened.rows.tolist(), screened.before.tolist(), strict=True):
        state = gap.measure(trades, towards(trades, asked, row).query)
        assert state is not None
        assert before == pytest.approx(state.before)
