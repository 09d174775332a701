"""Part of a bundle: what is hidden is nowhere, and the rest is as it was."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import world

from models.bundle import Bundle
from models.domain import Ask, Constraints, Event, Kind, Learner, Target
from models.narrow import Shelf, narrowed
from models.plan import PathAsk, closest, commonest_currency, plan
from models.plan.limits import CHOICES
from models.plan.screen import supposed_hours
from models.query import build
from models.rank import rank
from models.recommend import recommend
from models.search import search
from models.tables import Credentials

AT = 1_760_000_000.0
ISSUERS = ("North", "South", None)


@pytest.fixture(scope="module")
def wide(embedder: Any) -> Bundle:
    """Twelve credentials of two issuers or none, with prerequisites and stacks across them."""
    skills = [{"id": f"s{i}", "label": f"topic {i}"} for i in range(4)]
    credentials: list[dict[str, Any]] = [
        {
            "id": f"c{i}",
            "title": f"Course <{i}>",
            "issuer": ISSUERS[i % 3],
            "language": "en" if i % 2 else "de",
            "skills": [{"skill": f"s{i % 4}", "level": 0.25 + 0.05 * i}],
            "hours": 10.0 + i,
            "cost": float(i),
            "currency": "EUR",
        }
        for i in range(12)
    ]
    credentials[4]["prerequisites"] = ["c3"]
    credentials[5]["prerequisites"] = {"any": [{"credential": "c0"}, {"credential": "c1"}]}
    for part in (1, 2, 4):
        credentials[part]["stacks_into"] = ["c6", "c7"]
    roles = [
        {
            "id": "r",
            "title": "All-rounder",
            "requirements": [{"skill": f"s{i}", "importance": 1.0, "level": 0.9} for i in range(4)],
        }
    ]
    interactions = [
        {
            "learner_id": f"l{who}",
            "credential_id": f"c{(who * 5 + step) % 12}",
            "occurred_at": f"2025-01-0{step + 1}",
        }
        for who in range(96)
        for step in range(4)
    ]
    return world(
        embedder, skills=skills, roles=roles, credentials=credentials, interactions=interactions
    )


shelves = st.builds(
    Shelf,
    issuers=st.sampled_from([(), ("North",), ("South",), ("North", "South")]),
    languages=st.sampled_from([(), ("en",)]),
    include=st.lists(st.sampled_from([f"c{i}" for i in range(12)]), max_size=3).map(tuple),
    exclude=st.lists(st.sampled_from([f"c{i}" for i in range(12)]), max_size=3).map(tuple),
)


def named(bundle: Bundle, told: object) -> set[str]:
    """Credentials that an answer names, by id or by title, rows told as ids."""
    text = json.dumps(told, default=str)
    return {
        bundle.credentials.ids[row]
        for row in range(bundle.n)
        if f'"{bundle.credentials.ids[row]}"' in text or bundle.credentials.titles[row] in text
    }


@settings(max_examples=25, deadline=None)
@given(shelf=shelves, held=st.lists(st.sampled_from([f"c{i}" for i in range(12)]), max_size=4))
def test_no_answer_names_what_is_hidden(wide: Bundle, shelf: Shelf, held: list[str]) -> None:
    part = narrowed(wide, shelf, histories=False)
    shown = {wide.credentials.ids[row] for row in np.flatnonzero(shelf.of(wide.credentials))}
    history = tuple(Event(name, Kind.COMPLETE, AT - 9 + i) for i, name in enumerate(held))
    learner = Learner(history=history, verified=tuple(held[:1]))
    wish = Constraints(issuers=("East",))
    for limits in (Constraints(), wish):
        answer = recommend(part, Ask(learner, AT, Target(id="r"), 100, limits, pinned=("c0",)))
        proposed = {wide.credentials.ids[item.credential] for item in answer.items}
        evidence = {
            wide.credentials.ids[each.credential]
            for skill in (answer.gap.skills if answer.gap else ())
            for each in skill.evidence
            if each.credential is not None
        }
        reasons = [asdict(reason) for item in answer.items for reason in item.reasons]
        assert proposed | evidence | named(wide, reasons) <= shown
        path = plan(part, PathAsk(learner, Target(id="r"), AT, limits))
        rows = {step.credential for step in path.steps}
        rows |= {stack.stack for step in path.steps for stack in step.stack_progress}
        rows |= {row for step in path.steps for row in step.earned.stacks}
        rows |= {each.credential for each in path.alternatives}
        assert {wide.credentials.ids[row] for row in rows} <= shown
        why = [asdict(reason) for step in path.steps for reason in step.why]
        assert named(wide, [why, path.notes, [asdict(b) for b in path.infeasible]]) <= shown
        if "South" not in {wide.credentials.issuer[wide.credentials.ids.row(n)] for n in shown}:
            assert "South" not in json.dumps([asdict(b) for b in path.infeasible], default=str)
    near = closest(part, PathAsk(learner, None, AT), 1)
    steps = {wide.credentials.ids[row] for role in near.roles for row in role.steps}
    assert steps <= shown
    for text in ("", "Course", "course <1>"):
        found = search(part, "credentials", text, 100)
        assert {wide.credentials.ids[row] for row in found.rows} <= shown
        assert found.total == len(found.rows)
    for row in np.flatnonzero(shelf.of(wide.credentials)):
        card = part.credentials.card(int(row))
        assert named(wide, [card["prerequisites"], card["stacks_into"]]) <= shown
    assert {f"c{i}" for i in range(12) if part.credentials.row(f"c{i}") is not None} == shown


def test_what_is_asked_of_everything_is_answered_as_before(wide: Bundle) -> None:
    assert narrowed(wide, Shelf(), histories=True) is wide
    whole = replace(wide, credentials=wide.credentials.only(np.ones(wide.n, np.bool_)))
    ask = Ask(Learner(history=(Event("c1", Kind.COMPLETE, AT),)), AT, Target(id="r"), 12)
    assert recommend(whole, ask) == recommend(wide, ask)


@pytest.mark.parametrize(
    ("shelf", "expected"),
    [
        (Shelf(), set(range(12))),
        (Shelf(include=("c2", "none")), {2}),
        (Shelf(exclude=("c2",)), set(range(12)) - {2}),
        (Shelf(issuers=("North",)), {0, 3, 6, 9}),
        (Shelf(issuers=("North",), languages=("en",)), {3, 9}),
        (Shelf(issuers=("North",), include=("c1",), exclude=("c0", "c1")), {3, 6, 9}),
        (Shelf(delivery=("online",)), set()),
    ],
)
def test_a_shelf_holds_what_it_says(wide: Bundle, shelf: Shelf, expected: set[int]) -> None:
    assert set(np.flatnonzero(shelf.of(wide.credentials)).tolist()) == expected


def test_what_a_shelf_names_in_vain_is_told(wide: Bundle) -> None:
    shelf = Shelf(include=("c1", "x"), exclude=("y",))
    assert shelf.unknown(wide.credentials) == ["x", "y"]


def test_a_hidden_prerequisite_is_neither_named_nor_forgotten(wide: Bundle) -> None:
    part = narrowed(wide, Shelf(exclude=("c3", "c0")), histories=False)
    card = part.credentials.card(4)
    assert "c3" not in json.dumps(card["prerequisites"])
    assert card["prerequisites"]
    assert part.credentials.card(5)["prerequisites"] == {
        "any": [{"credential": None}, {"credential": "c1"}]
    }
    learner = Learner(history=(Event("c3", Kind.COMPLETE, AT),))
    answer = recommend(part, Ask(learner, AT, limit=100))
    assert 4 not in {item.credential for item in answer.items}
    assert answer.notes == ("1 events name credentials that this bundle does not know",)


def test_a_part_without_histories_knows_nobody(tiny: Bundle) -> None:
    someone = next(iter(tiny.histories.learners))
    assert tiny.histories.of(someone)
    part = narrowed(tiny, Shelf(), histories=False)
    assert part.histories.of(someone) == ()
    assert list(part.histories.learners) == []


def test_what_is_hidden_closes_no_gap(wide: Bundle) -> None:
    best = rank(wide, build(wide, Ask(Learner(), AT, Target(id="r")))).known.gap
    assert best is not None
    first = int(best.closing.argmax())
    part = narrowed(wide, Shelf(exclude=(wide.credentials.ids[first],)), histories=False)
    left = rank(part, build(part, Ask(Learner(), AT, Target(id="r")))).known.gap
    assert left is not None
    expected = best.closing.copy()
    expected[first] = 0
    assert left.closing == pytest.approx(expected)


def test_what_is_hidden_is_not_found_by_its_meaning(worded: Bundle) -> None:
    text = "how to work a dough in the oven"
    found = search(worded, "credentials", text, 10)
    assert worded.credentials.ids[found.rows[0]] == "c:bread"
    part = narrowed(worded, Shelf(exclude=("c:bread",)), histories=False)
    assert search(part, "credentials", text, 10).rows == found.rows[1:]


def test_suppositions_rest_on_what_is_shown(wide: Bundle) -> None:
    columns = dict(wide.credentials.columns) | {
        "currency": ["EUR"] * 3 + ["USD"] * 9,
        "hours": [1.0, 2.0, 3.0, None, *[50.0] * 8],
    }
    credentials = Credentials(columns, wide.credentials.teaches, wide.skills)
    whole = replace(wide, credentials=credentials)
    part = narrowed(whole, Shelf(include=("c0", "c1", "c2", "c3")), histories=False)
    assert [commonest_currency(each) for each in (whole, part)] == ["USD", "EUR"]
    assert [supposed_hours(each)[3] for each in (whole, part)] == [50.0, 2.0]


def test_a_change_that_helps_is_sought_among_what_is_shown() -> None:
    """More issuers than are tried are hidden, each commoner than the one that helps."""
    skills = [{"id": "s", "label": "topic"}]
    issuers = [f"Hidden {i // 2}" for i in range(2 * (CHOICES + 1))] + ["Helpful"]
    credentials = [
        {"id": f"c{i}", "title": f"Course {i}", "issuer": issuer, "skills": [{"skill": "s"}]}
        for i, issuer in enumerate(issuers)
    ]
    roles = [{"id": "r", "title": "Role", "requirements": [{"skill": "s", "importance": 1.0}]}]
    whole = world(skills=skills, credentials=credentials, roles=roles)
    part = narrowed(whole, Shelf(issuers=("Helpful",)), histories=False)
    limits = Constraints(issuers=("Nobody",), include_unknown=False)
    path = plan(part, PathAsk(Learner(), Target(id="r"), AT, limits))
    assert [each.smallest_change for each in path.infeasible] == ["allow Helpful"]
