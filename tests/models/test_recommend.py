"""Whatever is asked, the answer is sorted, full, allowed, and the same again."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_data import COURSES, LEARNERS, TRADES
from worlds import NOW, world

from models import gap, query, recommend, signals, sources
from models.bundle import Bundle
from models.domain import Ask, Constraints, Event, HeldSkill, Kind, Learner, Mode, Money, Target
from models.eligibility import eligible
from models.rank import rank
from models.sources import SOURCES

TRAINED = 1_750_000_000.0
"""Within the time of the histories of ``tiny_data``."""

CREDENTIALS = st.sampled_from([f"{trade}-{k}" for trade in TRADES for k in range(COURSES)] + ["?"])
SKILLS = st.sampled_from([f"{trade}-skill-{k}" for trade in TRADES for k in range(3)] + ["?", ""])
ROLES = st.sampled_from([f"{trade}-role" for trade in TRADES] + ["?", "bakery lead", ""])
LEVELS = st.none() | st.floats(0, 1)
SOME = st.none() | st.floats(0, 500)

EVENTS = st.builds(Event, CREDENTIALS, st.sampled_from(Kind), st.floats(TRAINED - 1e7, TRAINED))
HISTORIES = st.lists(EVENTS, max_size=15).map(lambda events: tuple(sorted(events, key=_at)))
LEARNER = st.builds(
    Learner,
    skills=st.lists(st.builds(HeldSkill, SKILLS, LEVELS), max_size=4).map(tuple),
    history=HISTORIES,
)
CONSTRAINTS = st.builds(
    Constraints,
    max_hours=SOME,
    max_cost=st.none() | st.builds(Money, st.floats(0, 500), st.sampled_from(["EUR", "USD"])),
    languages=st.sampled_from([(), ("en",), ("fr",)]),
    issuers=st.sampled_from([(), ("Bakery School", "Joinery School")]),
    exclude=st.lists(CREDENTIALS, max_size=5).map(tuple),
    include_unknown=st.booleans(),
)
ASKS = st.builds(
    Ask,
    LEARNER,
    st.sampled_from([TRAINED, NOW]),
    target=st.none() | st.builds(Target, id=ROLES) | st.builds(Target, text=ROLES),
    limit=st.sampled_from([1, 2, 10, 40, 100]),
    constraints=CONSTRAINTS,
    goal_weight=st.floats(0, 1),
    explain=st.just(False),
)


def _at(event: Event) -> float:
    return event.at


@settings(max_examples=150, deadline=None)
@given(ASKS)
def test_every_answer(tiny: Bundle, ask: Ask) -> None:
    answer = recommend.recommend(tiny, ask)
    asked = query.build(tiny, ask)
    allowed = np.flatnonzero(eligible(tiny, asked))
    rows = [item.credential for item in answer.items]
    assert len(rows) == min(ask.limit, len(allowed))
    assert len(set(rows)) == len(rows)
    assert set(rows) <= set(allowed.tolist())
    assert not set(rows) & {*asked.held.tolist(), *asked.dismissed.tolist()}
    names = {tiny.credentials.ids[row] for row in rows}
    assert not names & set(ask.constraints.exclude)
    ranked = rank(tiny, asked)
    best = [(-ranked.scores[place], ranked.candidates.rows[place]) for place in ranked.places]
    assert best == sorted(best)
    scores = [item.score for item in answer.items]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert all(item.sources for item in answer.items)
    assert recommend.recommend(tiny, ask) == answer


@settings(max_examples=60, deadline=None)
@given(ASKS, st.lists(st.floats(0, 1), min_size=2, max_size=4))
def test_more_weight_on_the_goal_never_closes_less_by_the_first(
    tiny: Bundle, ask: Ask, weights: list[float]
) -> None:
    best = []
    for weight in sorted(weights):
        answer = recommend.recommend(tiny, replace(ask, goal_weight=weight))
        if answer.gap is None or not answer.items:
            return
        after = answer.items[0].gap_after
        assert after is not None
        best.append(answer.gap.before - after)
    assert all(later >= earlier - 1e-6 for earlier, later in itertools.pairwise(best))


@settings(max_examples=60, deadline=None)
@given(ASKS)
def test_two_items_for_the_goal_close_no_less_together_than_any_other_two(
    tiny: Bundle, ask: Ask
) -> None:
    asked = query.build(tiny, replace(ask, goal_weight=1.0, limit=2))
    ranked = rank(tiny, asked)
    state = ranked.known.gap
    if state is None or len(ranked.places) < 2:
        return
    reached = gap.reached(state, ranked.candidates.rows)

    def closed(*places: int) -> float:
        together = np.maximum(reached[list(places)].max(0), state.coverage)
        return float((together - state.coverage) @ state.weight)

    first, second = ranked.places.tolist()
    for other in range(len(reached)):
        if other != first:
            assert closed(first, second) >= closed(first, other) - 1e-5


@settings(max_examples=60, deadline=None)
@given(ASKS)
def test_the_gap_of_an_answer_adds_up(tiny: Bundle, ask: Ask) -> None:
    answer = recommend.recommend(tiny, ask)
    if answer.gap is None:
        assert all(item.gap_after is None and not item.closes for item in answer.items)
        return
    weight = {each.skill: each.importance for each in answer.gap.skills}
    total = sum(weight.values())
    uncovered = sum(each.importance * (1 - each.coverage) for each in answer.gap.skills)
    assert answer.gap.before == pytest.approx(uncovered / total, abs=1e-3)
    for item in answer.items:
        assert item.gap_after is not None
        closed = sum(weight[part.skill] * (part.after - part.before) for part in item.closes)
        assert answer.gap.before - item.gap_after == pytest.approx(closed / total, abs=1e-3)


@pytest.mark.parametrize(
    ("learner", "target", "mode"),
    [
        (Learner(), None, Mode.POPULAR),
        (Learner(), Target(), Mode.POPULAR),
        (Learner(), Target(id="elsewhere"), Mode.POPULAR),
        (Learner(), Target(text=""), Mode.POPULAR),
        (Learner(), Target(text="bakery lead"), Mode.COLD_START),
        (Learner(), Target(id="bakery-role"), Mode.COLD_START),
        (Learner(skills=(HeldSkill("bakery tools"),)), None, Mode.COLD_START),
        (Learner(skills=(HeldSkill("unheard of"),)), None, Mode.POPULAR),
        (Learner(history=(Event("bakery-0", Kind.VIEW, 0.0),)), None, Mode.PERSONALISED),
        (Learner(history=(Event("bakery-0", Kind.DISMISS, 0.0),)), None, Mode.POPULAR),
        (Learner(history=(Event("unheard of", Kind.COMPLETE, 0.0),)), None, Mode.POPULAR),
    ],
)
def test_the_mode_says_what_the_answer_rests_on(
    tiny: Bundle, learner: Learner, target: Target | None, mode: Mode
) -> None:
    answer = recommend.recommend(tiny, Ask(learner, NOW, target))
    assert answer.mode is mode
    assert len(answer.items) == 10
    assert all(item.reasons for item in answer.items)


def test_what_is_next_in_the_trade_comes_first(tiny: Bundle) -> None:
    history = tuple(Event(f"joinery-{k}", Kind.COMPLETE, TRAINED + k) for k in range(6))
    ask = Ask(Learner(history=history), TRAINED + 9, limit=2)
    for bundle in (tiny, replace(tiny, ranker=None)):
        for item in recommend.recommend(bundle, ask).items:
            assert bundle.credentials.ids[item.credential].startswith("joinery-")


def test_an_event_changes_the_next_answer(tiny: Bundle) -> None:
    history = tuple(Event(f"joinery-{k}", Kind.COMPLETE, TRAINED + k) for k in range(3))
    before = recommend.recommend(tiny, Ask(Learner(history=history), TRAINED + 9))
    first = tiny.credentials.ids[before.items[0].credential]
    more = (*history, Event(first, Kind.COMPLETE, TRAINED + 5))
    after = recommend.recommend(tiny, Ask(Learner(history=more), TRAINED + 9))
    assert first not in {tiny.credentials.ids[item.credential] for item in after.items}


def test_each_source_proposes_only_what_is_eligible_and_best_first(tiny: Bundle) -> None:
    history = tiny.histories.of("learner-03")[:3]
    ask = Ask(Learner(history=history), TRAINED, Target(id="tailoring-role"))
    asked = query.build(tiny, ask)
    known = rank(tiny, asked).known
    mask = eligible(tiny, asked)
    mask[::3] = False
    for name, source in SOURCES.items():
        rows, scores = source(sources.Asked(tiny, asked, known, mask))
        assert mask[rows].all(), name
        assert len(set(rows.tolist())) == len(rows), name
        assert (np.diff(scores) <= 1e-6).all(), name
    found = sources.propose(tiny, asked, known, mask)
    assert (np.diff(found.rows) > 0).all()
    assert (found.ranks >= 0).any(1).all()
    assert found.ranks.shape[1] == len(SOURCES)


def test_signals_that_the_data_cannot_give_are_missing(tiny: Bundle) -> None:
    nobody = signals.compute(tiny, query.build(tiny, Ask(Learner(), NOW)), None)
    assert np.isnan(nobody.met.blank).all()
    assert nobody.vector is nobody.profile is nobody.gap is None


def test_a_catalogue_that_nobody_has_met_is_still_recommended() -> None:
    bundle = world(credentials=[{"id": f"c{k}", "title": f"C{k}"} for k in range(8)])
    for limit in (3, 9, 50):
        answer = recommend.recommend(bundle, Ask(Learner(), NOW, limit=limit))
        assert len(answer.items) == min(limit, 9)
        assert answer.mode is Mode.POPULAR


def test_nothing_eligible_gives_an_empty_answer(tiny: Bundle) -> None:
    limits = Constraints(languages=("tlh",), include_unknown=False)
    answer = recommend.recommend(tiny, Ask(Learner(), NOW, constraints=limits))
    assert answer.items == ()


def test_a_near_duplicate_of_a_better_item_gives_way() -> None:
    counts = {"a": 9, "b": 8, "c": 7, "nothing": 1}
    bundle = world(
        credentials=[{"id": name, "title": name} for name in counts],
        interactions=[
            {"learner_id": f"{name}{k}", "credential_id": name, "occurred_at": "2025-01-01"}
            for name, count in counts.items()
            for k in range(count)
        ],
    )
    texts = np.array([[1, 0], [1, 0], [0, 1], [0.6, 0.8]], np.float32)
    alike = replace(bundle, knowledge=replace(bundle.knowledge, text_vectors=texts))

    def shown(bundle: Bundle) -> list[str]:
        answer = recommend.recommend(bundle, Ask(Learner(), NOW))
        scores = [item.score for item in answer.items]
        assert scores == sorted(scores, reverse=True)
        return [bundle.credentials.ids[item.credential] for item in answer.items]

    assert shown(bundle) == ["a", "b", "c", "nothing"]
    assert shown(alike) == ["a", "c", "b", "nothing"]


@pytest.mark.parametrize("cap", [1, 2])
def test_no_issuer_comes_more_often_than_allowed_and_the_list_is_full(
    tiny: Bundle, cap: int
) -> None:
    history = tiny.histories.of("learner-05")[:3]
    limit = cap * len(TRADES)
    answer = recommend.recommend(
        tiny, Ask(Learner(history=history), TRAINED, limit=limit, max_per_issuer=cap)
    )
    issuers = [tiny.credentials.issuer[item.credential] for item in answer.items]
    assert len(issuers) == limit
    assert {issuers.count(issuer) for issuer in issuers} == {cap}


def test_every_trained_learner_is_known(tiny: Bundle) -> None:
    assert len(tiny.histories.learners) == LEARNERS
    for learner in tiny.histories.learners:
        events = tiny.histories.of(learner)
        assert [event.at for event in events] == sorted(event.at for event in events)
    assert tiny.histories.of("elsewhere") == ()
