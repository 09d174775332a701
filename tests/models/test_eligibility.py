from __future__ import annotations

from dataclasses import replace

import pytest
from worlds import NOW, world

from models import query
from models.bundle import Bundle
from models.domain import Ask, Constraints, Event, HeldSkill, Kind, Learner, Money
from models.eligibility import eligible

DAY = 86_400.0


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    credentials = [
        {"id": "short", "hours": 5, "cost": 10, "currency": "EUR", "language": "en"},
        {"id": "long", "hours": 50, "cost": 100, "currency": "EUR", "language": "fr"},
        {"id": "dollars", "hours": 5, "cost": 1, "currency": "USD", "issuer": "A"},
        {"id": "free", "hours": 10, "cost": 0, "currency": "USD", "delivery": "online"},
        {"id": "unknown"},
        {"id": "over", "available_until": "2025-12-30"},
        {"id": "soon", "available_from": "2026-01-02"},
        {"id": "second", "prerequisites": ["short"]},
        {"id": "skilled", "prerequisites": {"skill": "s", "level": 0.6}},
        {"id": "never", "prerequisites": {"skill": "t"}},
    ]
    return world(
        credentials=[{"title": each["id"], **each} for each in credentials],
        skills=[{"id": "s", "label": "s"}, {"id": "t", "label": "t"}],
    )


def allowed(bundle: Bundle, limits: Constraints | None = None, at: float = NOW) -> set[str]:
    ask = Ask(Learner(), at, constraints=limits or Constraints())
    return names(bundle, ask)


def names(bundle: Bundle, ask: Ask) -> set[str]:
    mask = eligible(bundle, query.build(bundle, ask))
    return {bundle.credentials.ids[row] for row in mask.nonzero()[0]} - {"nothing"}


OPEN = {"short", "long", "dollars", "free", "unknown"}


def test_without_limits(bundle: Bundle) -> None:
    assert allowed(bundle) == OPEN


def test_availability_is_judged_at_the_moment(bundle: Bundle) -> None:
    assert allowed(bundle, at=NOW + 2 * DAY) == OPEN | {"soon"}
    assert allowed(bundle, at=NOW - 3 * DAY) == OPEN | {"over"}


@pytest.mark.parametrize(
    ("limits", "known", "unknown"),
    [
        (Constraints(max_hours=10), {"short", "dollars", "free"}, {"unknown"}),
        (Constraints(max_hours=4.9), set(), {"unknown"}),
        (Constraints(max_cost=Money(10, "EUR")), {"short", "free"}, {"dollars", "unknown"}),
        (Constraints(max_cost=Money(0, "EUR")), {"free"}, {"dollars", "unknown"}),
        (Constraints(languages=("fr", "de")), {"long"}, {"dollars", "free", "unknown"}),
        (Constraints(delivery=("online",)), {"free"}, OPEN - {"free"}),
        (Constraints(issuers=("A",)), {"dollars"}, OPEN - {"dollars"}),
        (Constraints(issuers=("B",)), set(), OPEN - {"dollars"}),
    ],
)
def test_unknown_passes_a_limit_only_if_it_may(
    bundle: Bundle, limits: Constraints, known: set[str], unknown: set[str]
) -> None:
    assert allowed(bundle, limits) == known | unknown
    assert allowed(bundle, replace(limits, include_unknown=False)) == known


def test_excluded_held_and_dismissed_are_closed(bundle: Bundle) -> None:
    assert allowed(bundle, Constraints(exclude=("free", "elsewhere"))) == OPEN - {"free"}
    history = (
        Event("short", Kind.COMPLETE, NOW - 3),
        Event("long", Kind.DISMISS, NOW - 2),
        Event("free", Kind.VIEW, NOW - 1),
        Event("dollars", Kind.DISMISS, NOW - 1),
        Event("dollars", Kind.VIEW, NOW),
    )
    ask = Ask(Learner(history=history), NOW)
    assert names(bundle, ask) == {"free", "unknown", "dollars", "second"}


def test_skills_open_what_asks_for_them(bundle: Bundle) -> None:
    def found(*skills: HeldSkill) -> set[str]:
        return names(bundle, Ask(Learner(skills=skills), NOW)) - OPEN

    assert found(HeldSkill("s", 0.6)) == {"skilled"}
    assert found(HeldSkill("s", 0.5)) == set()
    assert found(HeldSkill("t")) == {"never"}
    assert found(HeldSkill("t", 0.0)) == {"never"}
