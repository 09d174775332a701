"""What is told as evidence is what was counted, and holding more never counts for less."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import NOW, world

from models import gap, query
from models.bundle import Bundle
from models.domain import (
    Ask,
    Event,
    Evidence,
    EvidenceKind,
    Gap,
    HeldSkill,
    How,
    Kind,
    Learner,
    Status,
    Target,
)
from models.evidence import SHOWN
from training.embedder import Embedder

SKILLS = "pqrs"
LEVELS = st.none() | st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
DECLARED = st.lists(st.tuples(st.sampled_from(SKILLS), LEVELS), max_size=5)
TAUGHT = st.lists(
    st.lists(st.tuples(st.sampled_from(SKILLS), LEVELS), max_size=3, unique_by=lambda s: s[0]),
    min_size=3,
    max_size=3,
)
EARNED = st.lists(st.sampled_from(["c0", "c1", "c2"]), max_size=3, unique=True)
ROLE = st.lists(
    st.tuples(st.sampled_from(SKILLS), st.none() | st.sampled_from([0.2, 1.0]), LEVELS),
    min_size=1,
    max_size=4,
    unique_by=lambda requirement: requirement[0],
)


def build(taught: list[list[tuple[str, Any]]], role: list[tuple[str, Any, Any]]) -> Bundle:
    """Skill ``q`` is narrower than ``p``, ``r`` than ``q``; ``s`` stands alone."""
    broader = {"q": ["p"], "r": ["q"]}
    return world(
        skills=[{"id": s, "label": f"skill {s}", "broader": broader.get(s)} for s in SKILLS],
        credentials=[
            {
                "id": f"c{i}",
                "title": f"C{i}",
                "skills": [{"skill": s, "level": level} for s, level in skills],
            }
            for i, skills in enumerate(taught)
        ],
        roles=[
            {
                "id": "role",
                "title": "Role",
                "requirements": [
                    {"skill": s, "importance": w, "level": level} for s, w, level in role
                ],
            }
        ],
    )


def described(
    bundle: Bundle,
    declared: list[tuple[str, Any]],
    earned: list[str],
    verified: Sequence[str] = (),
    proven: Sequence[tuple[str, Any]] = (),
) -> Gap:
    learner = Learner(
        skills=tuple(HeldSkill(skill, level) for skill, level in declared),
        history=tuple(Event(name, Kind.COMPLETE, NOW) for name in earned),
        verified=tuple(verified),
        proven=tuple(HeldSkill(skill, level) for skill, level in proven),
    )
    asked = query.build(bundle, Ask(learner, NOW, Target(id="role")))
    state = gap.measure(bundle, asked)
    assert state is not None
    return gap.describe(bundle, asked, state)


def told(bundle: Bundle, found: Gap, skill: str) -> list[tuple[Any, ...]]:
    def worded(each: Evidence) -> tuple[Any, ...]:
        row = each.credential
        name = None if row is None else bundle.credentials.ids[row]
        return (each.kind, name, bundle.skills.ids[each.skill], each.level, each.nearness, each.how)

    wanted = bundle.skills.row(skill)
    [entry] = [entry for entry in found.skills if entry.skill == wanted]
    return [worded(each) for each in entry.evidence]


def test_by_hand() -> None:
    bundle = build([[("p", 0.5), ("q", 1.0)], [("q", None)], []], [("p", 1.0, 1.0), ("s", 1.0, 1)])
    found = described(bundle, [("p", 0.25), ("q", 0.5)], ["c0", "c1"])
    # c0 teaches p itself to a half, and counts by q, which is narrower, for more: 0.6.
    assert told(bundle, found, "p") == [
        (EvidenceKind.CREDENTIAL, "c0", "q", 1.0, 0.6, How.BROADER),
        # A credential said to be held is better proven than a skill said to be.
        (EvidenceKind.CREDENTIAL, "c1", "q", None, 0.6, How.BROADER),
        (EvidenceKind.DECLARED, None, "q", 0.5, 0.6, How.BROADER),
    ]
    proven = described(bundle, [("p", 0.25), ("q", 0.5)], ["c0"], ["c1"])
    assert told(bundle, proven, "p")[1] == (
        EvidenceKind.VERIFIED, "c1", "q", None, 0.6, How.BROADER,
    )  # fmt: skip
    assert proven.before == found.before
    assert told(bundle, found, "s") == []
    lone = described(bundle, [("p", 0.25)], [])
    assert told(bundle, lone, "p") == [(EvidenceKind.DECLARED, None, "p", 0.25, 1.0, How.SAME)]
    both = described(bundle, [("p", 0.25)], [], proven=[("p", 0.25), ("p", 0.2), ("nothing", 1.0)])
    assert told(bundle, both, "p") == [
        (EvidenceKind.VERIFIED, None, "p", 0.25, 1.0, How.SAME),
        (EvidenceKind.DECLARED, None, "p", 0.25, 1.0, How.SAME),
    ]
    assert both.before == lone.before


def test_what_is_near_in_meaning_is_told_as_similar(embedder: Embedder) -> None:
    bundle = world(
        embedder,
        skills=[
            {"id": "weld", "label": "weld metal"},
            {"id": "welding", "label": "welding of metals"},
            {"id": "nursing", "label": "care for hospital patients"},
        ],
        credentials=[{"id": "c", "title": "C"}],
        roles=[{"id": "role", "title": "Role", "requirements": ["weld", "nursing"]}],
    )
    weld, care = described(bundle, [("welding", 0.5)], []).skills
    [found] = weld.evidence
    assert (found.how, found.kind) == (How.SIMILAR, EvidenceKind.DECLARED)
    assert 0.0 < found.nearness <= 0.8
    assert found.covers == found.nearness == weld.coverage
    assert care.evidence == ()


@settings(max_examples=80, deadline=None)
@given(ROLE, TAUGHT, DECLARED, EARNED, EARNED, DECLARED)
def test_evidence_says_what_was_counted(
    role: list[tuple[str, Any, Any]],
    taught: list[list[tuple[str, Any]]],
    declared: list[tuple[str, Any]],
    earned: list[str],
    verified: list[str],
    proven: list[tuple[str, Any]],
) -> None:
    bundle = build(taught, role)
    names, shown = ({skill for skill, _ in each} for each in (declared, proven))
    for entry in described(bundle, declared, earned, verified, proven).skills:
        covers = [each.covers for each in entry.evidence]
        assert len(covers) <= SHOWN
        assert covers == sorted(covers, reverse=True)
        assert max(covers, default=0.0) == pytest.approx(entry.coverage, abs=1e-4)
        assert (entry.status is Status.MISSING) == (not covers)
        for each in entry.evidence:
            assert 0.0 < each.covers <= each.nearness <= 1.0
            assert (each.how is How.SAME) == (each.skill == entry.skill) == (each.nearness == 1.0)
            if each.kind is EvidenceKind.DECLARED:
                assert each.credential is None
                assert bundle.skills.ids[each.skill] in names
            elif each.credential is None:
                assert each.kind is EvidenceKind.VERIFIED
                assert bundle.skills.ids[each.skill] in shown
            else:
                name = bundle.credentials.ids[each.credential]
                assert (each.kind is EvidenceKind.VERIFIED) == (name in verified)
                assert name in {*earned, *verified}
                assert bundle.skills.ids[each.skill] in dict(taught[int(name[1:])])


@settings(max_examples=80, deadline=None)
@given(ROLE, TAUGHT, DECLARED, DECLARED, EARNED, EARNED, EARNED, DECLARED)
def test_holding_more_skills_or_credentials_never_widens_the_gap(
    role: list[tuple[str, Any, Any]],
    taught: list[list[tuple[str, Any]]],
    declared: list[tuple[str, Any]],
    more: list[tuple[str, Any]],
    earned: list[str],
    later: list[str],
    verified: list[str],
    proven: list[tuple[str, Any]],
) -> None:
    bundle = build(taught, role)
    less = described(bundle, declared, earned)
    most = described(bundle, declared + more, [*earned, *later], verified, proven)
    assert 0.0 <= most.before <= less.before + 1e-6 <= 1.0 + 2e-6
    coverage = {entry.skill: entry.coverage for entry in most.skills}
    for entry in less.skills:
        assert 0.0 <= entry.coverage <= coverage[entry.skill] <= 1.0
