"""Learners of whom little is known: what decides, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from worlds import NOW, world

from models import recommend
from models.bundle import Bundle
from models.domain import Ask, HeldSkill, Learner, Mode, Target


@pytest.mark.parametrize("ranked", [True, False])
@pytest.mark.parametrize("faded", [1.0, 1e-30])
def test_of_whom_nothing_is_known_the_prior_decides_and_says_so(
    tiny: Bundle, ranked: bool, faded: float
) -> None:
    first = recommend.recommend(tiny, Ask(Learner(), NOW, limit=60)).items
    rows = [item.credential for item in first]
    upside_down = np.zeros(tiny.n, np.float32)
    upside_down[rows] = faded * np.arange(1, len(rows) + 1)
    behaviour = replace(tiny.behaviour, prior=upside_down)
    bundle = replace(tiny, behaviour=behaviour, ranker=tiny.ranker if ranked else None)
    found = recommend.recommend(bundle, Ask(Learner(), NOW, limit=5)).items
    assert [item.credential for item in found] == rows[:-6:-1]
    popular = [reason for item in found for reason in item.reasons if reason.kind == "popular"]
    assert popular
    assert all(reason.evidence["effect"] > 0 for reason in popular)


def test_a_role_that_names_no_skills_is_answered_by_what_those_do_who_aim_at_it() -> None:
    aims = {"ada": "smith", "ben": "smith", "cleo": None, "dora": None, "eve": None}
    platform = world(
        credentials=[{"id": each, "title": each} for each in ("anvil", "bread")],
        roles=[{"id": each, "title": each} for each in ("smith", "glazier")],
        learners=[{"id": name, "target_role": role} for name, role in aims.items()],
        interactions=[
            {
                "learner_id": name,
                "credential_id": "bread" if role is None else "anvil",
                "occurred_at": "2025-01-01",
            }
            for name, role in aims.items()
        ],
    )
    asked = {
        role: recommend.recommend(platform, Ask(Learner(), NOW, Target(id=role)))
        for role in ("smith", "glazier")
    }
    first = {role: platform.credentials.ids[a.items[0].credential] for role, a in asked.items()}
    assert first == {"smith": "anvil", "glazier": "bread"}
    assert asked["smith"].mode is Mode.COLD_START
    assert asked["glazier"].mode is Mode.POPULAR  # nobody known aims at it
    assert asked["smith"].notes == ("role 'smith' names no required skills",)


def test_skills_alone_say_what_is_within_reach_and_popularity_what_comes_first(
    tiny: Bundle,
) -> None:
    able = Learner(skills=(HeldSkill("bakery tools"),))
    for bundle in (tiny, replace(tiny, ranker=None)):
        found = recommend.recommend(bundle, Ask(able, NOW, limit=30))
        usual = recommend.recommend(bundle, Ask(Learner(), NOW, limit=60))
        order = {item.credential: place for place, item in enumerate(usual.items)}
        places = [order[item.credential] for item in found.items if item.credential in order]
        assert len(places) > 10
        assert places == sorted(places)
        for item in found.items:
            assert {each.kind for each in item.reasons} <= {"popular", "little_known", "new"}
