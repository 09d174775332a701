"""Reports on simulated logs: events find their answers, nothing is found where nothing is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import trials
from models.domain import Kind
from models.errors import UsageError
from models.trials import MISMATCH
from service.experiments.outcomes import CONVERSIONS, DAY, Exposure, attribute, exposures
from service.experiments.report import judge, report
from service.held import LoggedEvent, tombstone

TENANT = "t"


def decision(
    learner: str,
    at: float,
    shown: Sequence[str],
    variant: str = "a",
    name: str = "r",
    share: float = 0.5,
) -> dict[str, Any]:
    return {
        "request_id": name,
        "at": at,
        "learner": tombstone(TENANT, learner),
        "items": [{"credential": each, "propensity": None} for each in shown],
        "experiments": [{"experiment": "x", "variant": variant, "propensity": share}],
    }


def event(
    learner: str, credential: str, at: float, kind: Kind = Kind.COMPLETE, name: str | None = None
) -> LoggedEvent:
    return LoggedEvent(f"{learner}{credential}{at}", learner, credential, kind, at, None, name)


def led(
    decisions: Sequence[Mapping[str, Any]], *events: LoggedEvent, days: float = 1.0
) -> list[int]:
    """The places of the decisions that are credited with anything."""
    found = exposures(decisions, "x")
    attribute(found, events, TENANT, days)
    return [i for i, each in enumerate(found) if each.reached(CONVERSIONS)]


def test_an_event_is_credited_to_the_latest_answer_that_showed_it() -> None:
    log = [
        decision("lea", 0, ["c1"]),
        decision("lea", 10, ["c1", "c2"]),
        decision("lea", 20, ["c2"]),
        decision("bob", 15, ["c1"]),
        decision("lea", 50, ["c1"]),
    ]
    assert led(log, event("lea", "c1", 30)) == [1]
    assert led(log, event("lea", "c1", 10)) == [1]
    assert led(log, event("lea", "c1", 10 + DAY, Kind.ENROL)) == [4]
    assert led(log, event("lea", "c3", 30)) == []
    assert led(log, event("eve", "c1", 30)) == []
    assert led(log, event("lea", "c1", 30, Kind.VIEW)) == []
    assert led(log, event("lea", "c1", -1)) == []
    assert led(log, event("lea", "c1", 51 + DAY)) == []


def test_an_event_that_names_its_request_is_credited_to_that() -> None:
    log = [decision("lea", 0, ["c1"], name="r0"), decision("lea", 10, ["c1"], name="r1")]
    assert led(log, event("lea", "c1", 20, name="r0")) == [0]
    assert led(log, event("lea", "c1", 9 * DAY, name="r0")) == [0]
    assert led(log, event("lea", "c1", 20, name="of another tenant")) == [1]
    assert led([decision("bob", 0, ["c1"], name="r0")], event("lea", "c1", 20, name="r0")) == []


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_no_event_is_credited_twice(pairs: list[tuple[int, int]]) -> None:
    log = [decision(f"l{who}", at, [f"c{what}"]) for at, (who, what) in enumerate(pairs)]
    for who, what in pairs:
        assert len(led(log, event(f"l{who}", f"c{what}", 99))) == 1


def simulated(seed: int, lift: float, learners: int = 1_200) -> list[Exposure]:
    """Two variants of equal weight; ``b`` converts by ``lift`` more often."""
    rng = np.random.default_rng(seed)
    log, events = [], []
    for i in range(learners):
        name = f"l{seed}-{i}"
        variant = "ab"[trials.variant(f"salt{seed}", name, [1, 1])]
        keen = rng.beta(2, 8) + (lift if variant == "b" else 0.0)
        for turn in range(rng.integers(1, 6)):
            log.append(decision(name, turn * 100.0, [f"c{turn}"], variant))
            if rng.random() < keen:
                events.append(event(name, f"c{turn}", turn * 100.0 + 1))
    found = exposures(log, "x")
    attribute(found, events, TENANT, 14)
    return found


def test_the_same_against_the_same_finds_nothing() -> None:
    missed, split = 0, 0
    for seed in range(100):
        found = report("x", simulated(seed, 0.0, 300), 14, CONVERSIONS)
        gain = found.arms[1].gain
        assert gain is not None
        missed += not gain.low <= 0 <= gain.high
        split += found.split < MISMATCH
    assert missed <= 11  # five expected; more than eleven in one of a hundred tries
    assert split == 0


def test_a_planted_effect_is_found() -> None:
    found = report("x", simulated(1, 0.08), 14, CONVERSIONS)
    control, other = found.arms
    assert (control.variant, other.variant, found.control) == ("a", "b", "a")
    assert control.gain is None
    assert other.gain is not None
    assert 0 < other.gain.low < 0.08 < other.gain.high
    assert control.rate.low < 0.2 < control.rate.high
    assert control.learners + other.learners == 1_200
    assert found.crossed == 0
    assert report("x", simulated(1, 0.08), 14, CONVERSIONS, "b").control == "b"


def test_only_the_kinds_asked_for_count() -> None:
    found = exposures([decision("lea", 0, ["c1"]), decision("bob", 0, ["c1"], "b")], "x")
    attribute(found, [event("lea", "c1", 1, Kind.ENROL)], TENANT, 1)
    arm = report("x", found, 1, [Kind.COMPLETE]).arms[0]
    assert (arm.completions, arm.enrolments, arm.rate.value) == (0, 1, 0.0)
    assert report("x", found, 1, [Kind.ENROL]).arms[0].rate.value == 1.0


def test_what_was_taken_back_is_no_conversion() -> None:
    log = [decision("lea", 0, ["c1", "c2"])]
    done, taken_back = event("lea", "c1", 1), event("lea", "c1", 3, Kind.RETRACT)
    assert led(log, done) == [0]
    assert led(log, taken_back, done) == []
    assert led(log, taken_back, done, event("lea", "c2", 2)) == [0]
    assert led(log, done, event("bob", "c1", 3, Kind.RETRACT)) == [0]


def test_what_speaks_against_the_figures_is_told() -> None:
    uneven = [decision(f"l{i}", 0, ["c1"], "a" if i < 60 else "b", share=0.5) for i in range(400)]
    assert report("x", exposures(uneven, "x"), 1, CONVERSIONS).split < MISMATCH
    alone = [decision(f"l{i}", 0, ["c1"], share=0.5) for i in range(40)]
    assert report("x", exposures(alone, "x"), 1, CONVERSIONS).split < MISMATCH
    both = [decision("lea", at, ["c1"], "ab"[at % 2]) for at in range(4)]
    assert report("x", exposures(both, "x"), 1, CONVERSIONS).crossed == 1


def test_what_cannot_be_reported_is_told() -> None:
    with pytest.raises(UsageError, match="no answer was given within an experiment 'y'"):
        report("y", exposures([decision("lea", 0, ["c1"])], "y"), 1, CONVERSIONS)
    found = exposures([decision("lea", 0, ["c1"])], "x")
    with pytest.raises(UsageError, match="no variant 'z': expected one of a"):
        report("x", found, 1, CONVERSIONS, "z")
    with pytest.raises(UsageError, match="of 0 answers"):
        judge("z", found, CONVERSIONS, lambda _, __: 1.0)


def test_another_ranking_is_judged_by_what_chance_showed() -> None:
    rng = np.random.default_rng(3)
    odds, taken = {"c0": 0.7, "c1": 0.2, "c2": 0.1}, {"c0": 0.1, "c1": 0.5, "c2": 0.3}
    log, events = [], []
    for i in range(6_000):
        first = str(rng.choice(list(odds), p=list(odds.values())))
        order = [first, *(each for each in odds if each != first)]
        log.append(decision(f"l{i}", 0, order))
        log[-1]["items"] = [{"credential": each, "propensity": odds[each]} for each in order]
        if rng.random() < taken[first]:
            events.append(event(f"l{i}", first, 1))
        if rng.random() < 0.5:
            events.append(event(f"l{i}", order[1], 1))  # not what came first: earns nothing here
    found = exposures(log, "x")
    attribute(found, events, TENANT, 1)

    def always_c1(asked: Mapping[str, Any], credential: str) -> float | None:
        return None if asked["learner"] == tombstone(TENANT, "l0") else float(credential == "c1")

    judged = judge("c1 first", found, CONVERSIONS, always_c1)
    assert judged.left_out == 1
    for estimate in (judged.worth.ips, judged.worth.snips):
        assert estimate.low < 0.5 < estimate.high
        assert estimate.high - estimate.low < 0.1
    assert judged.reward.low < 0.7 * 0.1 + 0.2 * 0.5 + 0.1 * 0.3 < judged.reward.high
    assert 900 < judged.worth.effective < 1_500
