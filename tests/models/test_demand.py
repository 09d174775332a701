"""What the labour market asks for: only where it is asked for and known, told with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import NOW, world

from models import demand
from models.bundle import Bundle
from models.demand import HOT
from models.domain import Ask, Learner, Recommendation, Target
from models.query import build
from models.recommend import recommend
from training.importers import run
from training.writing import existing

ADVERTS = {"demand_source": "Adverts", "demand_date": "2025-02"}


def made(*roles: Mapping[str, object]) -> Bundle:
    """Three skills, a credential for each, one that teaches nothing known, and the roles."""
    names = ("python", "cobol", "sums")
    asked = [{"skill": name, "importance": 1.0} for name in names]
    return world(
        skills=[{"id": name, "label": name.title()} for name in names],
        credentials=[
            *({"id": f"c:{name}", "title": name, "skills": [{"skill": name}]} for name in names),
            {"id": "c:odd", "title": "Odd"},
        ],
        roles=[{"id": f"r{i}", "title": f"Role {i}", "requirements": asked, **role}
               for i, role in enumerate(roles)],
        interactions=[
            {"learner_id": f"l{i}", "credential_id": f"c:{name}", "occurred_at": f"2025-01-{d:02}"}
            for i in range(8)
            for d, name in enumerate(("cobol", "sums", "odd"), 1)
        ],
    )  # fmt: skip


@pytest.fixture(scope="module")
def market() -> Bundle:
    return made(
        {"in_demand": ["sums"], "hot": ["cobol"], **ADVERTS},
        {"in_demand": ["sums", "python"], "hot": [], **ADVERTS},
        {},
        {"in_demand": ["cobol"], "demand_source": "Rumour"},
    )


def answer(bundle: Bundle, weight: float, role: str | None = "r0", **more: Any) -> Recommendation:
    target = None if role is None else Target(id=role)
    ask = Ask(Learner(), at=NOW, target=target, labour_market=weight, **more)
    return recommend(bundle, ask)


def scores(bundle: Bundle, found: Recommendation) -> dict[str, float]:
    return {bundle.credentials.ids[item.credential]: item.score for item in found.items}


def reasons(bundle: Bundle, found: Recommendation) -> dict[str, str]:
    return {
        bundle.credentials.ids[item.credential]: reason.text
        for item in found.items
        for reason in item.reasons
        if reason.kind == "in_demand"
    }


def test_unless_asked_for_nothing_changes(market: Bundle) -> None:
    silent = answer(market, 0.0)
    assert reasons(market, silent) == {}
    plain = made({}, {}, {}, {})
    assert scores(market, silent) == scores(plain, answer(plain, 0.0))


def test_what_is_in_demand_is_lifted_and_nothing_is_lowered(market: Bundle) -> None:
    before = scores(market, answer(market, 0.0, goal_weight=0.0))
    after = scores(market, answer(market, 0.8, goal_weight=0.0))
    rise = {name: after[name] - score for name, score in before.items()}
    assert rise["c:sums"] == pytest.approx(0.8 * (1 - before["c:sums"]), abs=1e-5)
    assert rise["c:cobol"] == pytest.approx(0.8 * HOT * (1 - before["c:cobol"]), abs=1e-5)
    assert min(rise["c:sums"], rise["c:cobol"]) > 0
    assert rise["c:python"] == rise["c:odd"] == 0
    assert list(before)[-1] == "c:sums"
    assert list(after).index("c:sums") < list(after).index("c:odd")


@settings(max_examples=25)
@given(weight=st.floats(0, 1), role=st.sampled_from(["r0", "r1", "r2", "r3", None]))
def test_scores_rise_with_the_weight_within_bounds(
    market: Bundle, weight: float, role: str | None
) -> None:
    before = scores(market, answer(market, 0.0, role, goal_weight=0.0))
    after = scores(market, answer(market, weight, role, goal_weight=0.0))
    assert all(before[name] - 1e-6 <= score <= 1 + 1e-6 for name, score in after.items())


def test_the_reason_names_what_where_source_and_date(market: Bundle) -> None:
    assert reasons(market, answer(market, 1.0)) == {
        "c:sums": "Teaches Sums, in demand for Role 0 (Adverts, 2025-02)",
        "c:cobol": "Teaches Cobol, a hot technology for Role 0 (Adverts, 2025-02)",
    }
    found = answer(market, 1.0, goal_weight=0.0)
    [item] = [i for i in found.items if market.credentials.ids[i.credential] == "c:sums"]
    [reason] = [each for each in item.reasons if each.kind == "in_demand"]
    effect = reason.evidence.pop("effect")
    assert isinstance(effect, float)
    assert effect > 0
    assert reason.evidence == {
        "source": "Adverts", "date": "2025-02", "role": "r0", "skills": ["sums"],
    }  # fmt: skip


@pytest.mark.parametrize("role", ["r2", "r3", None])
def test_without_the_roles_own_demand_that_of_all_roles_counts(
    market: Bundle, role: str | None
) -> None:
    told = reasons(market, answer(market, 1.0, role))
    assert told == {
        "c:sums": "Teaches Sums, in demand in 2 of 2 roles (Adverts, 2025-02)",
        "c:python": "Teaches Python, in demand in 1 of 2 roles (Adverts, 2025-02)",
    }
    query = build(market, Ask(Learner(), at=NOW, labour_market=1.0))
    measured = demand.measure(market, query)
    assert measured is not None
    assert measured.wanted.tolist() == [0.5, 0.0, 1.0]


def test_demand_without_source_or_date_is_shown_and_counts_for_nothing() -> None:
    bundle = made({"in_demand": ["python"], "demand_source": "Rumour"}, {"in_demand": ["python"]})
    found = answer(bundle, 1.0)
    assert reasons(bundle, found) == {}
    assert found.notes == ("nothing is known here of what the labour market asks for",)
    assert scores(bundle, found) == scores(bundle, answer(bundle, 0.0))
    card = bundle.roles.card(0)
    assert card["in_demand"] == [{"skill": "python", "label": "Python"}]
    assert (card["hot"], card["demand_date"]) == (None, None)


def test_near_skills_count_by_their_nearness(market: Bundle) -> None:
    near = market.knowledge.near
    values = near.values.copy()
    at, _ = near.entries(np.array([market.skills.row("sums")], np.int32))
    values[at] = 0.5
    less = replace(market, knowledge=replace(market.knowledge, near=replace(near, values=values)))
    query = build(less, Ask(Learner(), at=NOW, target=Target(id="r0"), labour_market=1.0))
    measured = demand.measure(less, query)
    assert measured is not None
    rows = less.credentials.ids.rows(["c:sums", "c:odd"])
    assert demand.lift(less, measured, rows).tolist() == [0.5, 0.0]


def test_real_demand_lifts_what_teaches_it(shared_data: Path, tmp_path: Path) -> None:
    run("onet", shared_data / "onet_29_2", tmp_path)
    roles = [
        {"id": role["id"], "title": role["title"], **{name: role[name] for name in NAMES}}
        for role in existing(tmp_path)["roles"].to_dicts()
    ]
    flagged = {name for role in roles for flag in NAMES[:2] for name in role[flag] or ()}
    bundle = world(
        skills=[{"id": name, "label": name} for name in sorted(flagged)],
        credentials=[
            {"id": name, "title": name, "skills": [{"skill": f"onet:tech:{name}"}]}
            for name in ("python", "microsoft-excel", "autodesk-autocad")
        ],
        roles=roles,
    )
    told = reasons(bundle, answer(bundle, 1.0, "onet:15-1252.00"))
    where = "for Software Developers (O*NET 29.2, 2025-02)"
    assert told["python"] == f"Teaches onet:tech:python, in demand {where}"
    for name, text in reasons(bundle, answer(bundle, 1.0, None)).items():
        naming = sum(f"onet:tech:{name}" in (role["in_demand"] or ()) for role in roles)
        known = sum(bool(role["in_demand"] or role["hot"]) for role in roles)
        assert f"in demand in {naming} of {known} roles (O*NET 29.2, 2025-02)" in text


NAMES = ("in_demand", "hot", "demand_source", "demand_date")
