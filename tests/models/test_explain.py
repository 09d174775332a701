"""Every reason is checked against the data it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tiny_data import LEARNERS, TRADES
from worlds import NOW, world

from models import recommend
from models.bundle import Bundle
from models.domain import Ask, Event, HeldSkill, Item, Kind, Learner, Reason, Target
from models.explain import MIN_LEARNERS
from models.index import VectorIndex
from training.counts import SOON

Evidence = Mapping[str, Any]


def histories(bundle: Bundle) -> dict[str, list[str]]:
    """What each learner met, by first meeting, as the raw data say."""
    return {
        learner: list(dict.fromkeys(event.credential for event in bundle.histories.of(learner)))
        for learner in bundle.histories.learners
    }


def answers(bundle: Bundle) -> list[tuple[Learner, str, Item]]:
    """All learners, early in their history and with all of it, at their own trade and another."""
    found = []
    for number in range(0, LEARNERS, 3):
        name = f"learner-{number:02}"
        events = bundle.histories.of(name)
        for cut, trade in ((3, TRADES[number % 4]), (len(events), TRADES[(number + 1) % 4])):
            learner = Learner(name, history=events[:cut], skills=(HeldSkill("bakery-skill-0"),))
            ask = Ask(learner, NOW, Target(id=f"{trade}-role"), limit=20)
            answer = recommend.recommend(bundle, ask)
            found += [(learner, trade, item) for item in answer.items]
    return found


def reasons(item: Item, kind: str) -> list[Reason]:
    return [reason for reason in item.reasons if reason.kind == kind]


def test_every_kind_of_reason_is_true(tiny: Bundle) -> None:
    met = histories(tiny)
    told = dict.fromkeys(("followers", "popular", "stack", "prerequisite_met", "role_peers"), 0)
    for learner, trade, item in answers(tiny):
        name = tiny.credentials.ids[item.credential]
        held = {event.credential for event in learner.history}
        checks = {
            "followers": lambda e, name=name, held=held: _followers(met, name, held, e),
            "popular": lambda e, name=name: _popular(met, name, e),
            "stack": lambda e, name=name, held=held: _stack(tiny, name, held, e),
            "prerequisite_met": lambda e, name=name, held=held: _prerequisite(tiny, name, held, e),
            "role_peers": lambda e, name=name, trade=trade: _peers(met, name, trade, e),
        }
        for kind, check in checks.items():
            for reason in reasons(item, kind):
                check(reason.evidence)
                told[kind] += 1
    assert all(told.values()), told


def _followers(met: dict[str, list[str]], name: str, held: set[str], evidence: Evidence) -> None:
    origin = evidence["after"]
    took = [each for each in met.values() if origin in each]
    went_on = [
        each
        for each in took
        if name in each[each.index(origin) + 1 : each.index(origin) + 1 + SOON]
    ]
    assert origin in held
    assert (evidence["learners"], evidence["went_on"]) == (len(took), len(went_on))
    assert len(went_on) >= MIN_LEARNERS


def _popular(met: dict[str, list[str]], name: str, evidence: Evidence) -> None:
    assert evidence["learners"] == sum(name in each for each in met.values()) >= MIN_LEARNERS


def _stack(bundle: Bundle, name: str, held: set[str], evidence: Evidence) -> None:
    cards = [bundle.credentials.card(row) for row in range(bundle.n)]
    parts = {card["id"] for card in cards if evidence["stack"] in card["stacks_into"]}
    assert name in parts
    assert evidence["stack"] not in held
    assert (evidence["done"], evidence["size"]) == (len(parts & held), len(parts))
    assert 1 <= evidence["done"] < evidence["size"]


def _prerequisite(bundle: Bundle, name: str, held: set[str], evidence: Evidence) -> None:
    row = bundle.credentials.row(name)
    assert row is not None
    asked = {each["credential"] for each in bundle.credentials.card(row)["prerequisites"]["all"]}
    assert set(evidence["held"]) <= asked & held


def _peers(met: dict[str, list[str]], name: str, trade: str, evidence: Evidence) -> None:
    aiming = [
        each for learner, each in met.items() if each and TRADES[int(learner[-2:]) % 4] == trade
    ]
    took = sum(name in each for each in aiming)
    assert (evidence["learners"], evidence["chose"]) == (len(aiming), took)
    assert took >= MIN_LEARNERS


def test_the_share_closed_is_what_the_answer_shows(tiny: Bundle) -> None:
    ask = Ask(Learner(), NOW, Target(id="bakery-role"), limit=40)
    answer = recommend.recommend(tiny, ask)
    assert answer.gap is not None
    closing = [(item, reason) for item in answer.items for reason in reasons(item, "closes_gap")]
    assert closing
    for item, reason in closing:
        assert item.gap_after is not None
        share = answer.gap.before - item.gap_after
        assert reason.evidence["share"] == pytest.approx(share, abs=1e-4)
        named = [tiny.skills.ids[part.skill] for part in item.closes]
        assert reason.evidence["skills"] == named
        assert f"{share:.0%}" in reason.text


def told(bundle: Bundle, learner: Learner, name: str) -> dict[str, Reason]:
    answer = recommend.recommend(bundle, Ask(learner, NOW, Target(id="r"), limit=100))
    for item in answer.items:
        if bundle.credentials.ids[item.credential] == name:
            return {reason.kind: reason for reason in item.reasons}
    raise AssertionError(f"{name} is not among the answers")


def few(n: int) -> Bundle:
    """``n`` learners who aim at ``r`` took ``a`` and then ``b``; nobody took ``c``."""
    return world(
        credentials=[{"id": name, "title": name.upper()} for name in "abc"],
        roles=[{"id": "r", "title": "Role"}],
        learners=[{"id": f"l{k}", "target_role": "r"} for k in range(n)],
        interactions=[
            {"learner_id": f"l{k}", "credential_id": name, "occurred_at": f"2025-01-0{day}"}
            for k in range(n)
            for day, name in enumerate("ab", 1)
        ],
    )


def test_nothing_is_said_of_fewer_than_five_learners() -> None:
    learner = Learner(history=(Event("a", Kind.COMPLETE, NOW - 9),))
    enough = told(few(MIN_LEARNERS), learner, "b")
    assert enough.keys() == {"followers", "role_peers", "popular"}
    assert enough["followers"].text == "Of 5 learners who chose A, 5 went on to this"
    assert enough["role_peers"].text == "Chosen by 5 of 5 learners aiming at Role"
    scarce = told(few(MIN_LEARNERS - 1), learner, "b")
    assert scarce.keys() == {"little_known"}
    assert not any(digit in scarce["little_known"].text for digit in "01234")


def test_the_peers_of_a_role_move_only_what_would_fall_without_them() -> None:
    aims = {f"l{k}": "smith" if k < MIN_LEARNERS else None for k in range(3 * MIN_LEARNERS)}
    takes = [(name, "bread") for name in aims] + [(n, "anvil") for n, aim in aims.items() if aim]
    bundle = world(
        credentials=[{"id": each, "title": each} for each in ("anvil", "bread", "cloth")],
        roles=[{"id": "smith", "title": "Smith"}],
        learners=[{"id": name, "target_role": aim} for name, aim in aims.items()],
        interactions=[
            {"learner_id": name, "credential_id": taken, "occurred_at": "2025-01-01"}
            for name, taken in [*takes, *((f"m{k}", "cloth") for k in range(2 * MIN_LEARNERS))]
        ],
    )
    items = recommend.recommend(bundle, Ask(Learner(), NOW, Target(id="smith"))).items
    effects = {
        bundle.credentials.ids[item.credential]: reason.evidence["effect"]
        for item in items
        for reason in item.reasons
        if reason.kind == "role_peers"
    }
    assert effects["anvil"] > 0  # else behind cloth, which more took
    assert effects["bread"] == 0  # everybody took it


def test_what_nobody_took_is_called_new() -> None:
    assert told(few(6), Learner(), "c").keys() == {"new"}


def test_only_what_is_held_counts_towards_a_stack() -> None:
    bundle = world(
        credentials=[
            {"id": "stack", "title": "Stack"},
            *({"id": name, "title": name, "stacks_into": ["stack"]} for name in "abc"),
        ],
    )
    viewed = Learner(history=(Event("a", Kind.VIEW, NOW - 9), Event("b", Kind.VIEW, NOW - 8)))
    assert "stack" not in told(bundle, viewed, "a")
    one = Learner(history=(*viewed.history, Event("b", Kind.COMPLETE, NOW - 7)))
    assert told(bundle, one, "a")["stack"].text == "Makes 2 of 3 towards Stack"


@pytest.mark.parametrize(("kind", "did"), [(Kind.VIEW, "looked at"), (Kind.COMPLETE, "took")])
def test_what_was_only_looked_at_was_not_taken(kind: Kind, did: str) -> None:
    bundle = world(credentials=[{"id": name, "title": name.upper()} for name in "ab"])
    alike = np.ones((bundle.n, 1), np.float32)
    knowledge = replace(bundle.knowledge, text_vectors=alike)
    indexes = {"text": VectorIndex.build(alike)}
    bundle = replace(bundle, knowledge=knowledge, indexes=indexes)
    learner = Learner(history=(Event("a", kind, NOW - 9),))
    found = told(bundle, learner, "b")
    assert found["similar"].text == f"Close in content to A, which you {did}"
