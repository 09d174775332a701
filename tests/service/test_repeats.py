"""Answers given again: only where nothing changed, and each recorded as one of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import DAY, Keys, running
from tiny_bundle import TRAINED_AT

from models import bundle
from models.domain import Mode
from service.held import Told
from service.repeats import Given, Question, Repeats
from service.settings import Settings

TOLD = Told(b"{}", False, b',["c1","view",1.0,null]', 10, (b"[true]",))
QUESTION = Question.of("t", "lea", 1, b"{}", TOLD)


@pytest.fixture
def given(bundle_folder: Path) -> Given:
    return Given(bundle.read(bundle_folder), b"x" * 100, Mode.POPULAR, frozenset(), None)


CHANGES: list[dict[str, Any]] = [
    {"profile": None},
    {"profile": b""},
    {"erased": True},
    {"lines": b""},
    {"most": 9},
    {"badges": ()},
    {"badges": (b"[true]", b"")},
    {"badges": (b"[true", b"]")},
    # The same bytes end to end, otherwise divided.
    {"profile": b"{", "lines": b"}" + TOLD.lines},
]


class Clock:
    at = 1_000_000.0

    def now(self) -> float:
        return self.at


def test_an_answer_is_found_for_a_while_and_by_the_whole_question_alone(given: Given) -> None:
    clock = Clock()
    repeats = Repeats(10_000, 60.0, clock.now)
    repeats.keep(QUESTION, given)
    assert repeats.find(Question.of("t", "lea", 1, b"{}", replace(TOLD))) is given
    for other in (
        Question.of("u", "lea", 1, b"{}", TOLD),
        Question.of("t", "bob", 1, b"{}", TOLD),
        Question.of("t", "lea", 2, b"{}", TOLD),
        Question.of("t", "lea", 1, b"{ }", TOLD),
        *(Question.of("t", "lea", 1, b"{}", replace(TOLD, **change)) for change in CHANGES),
    ):
        assert repeats.find(other) is None
    clock.at += 59  # over the turn of a minute
    assert repeats.find(QUESTION) is given
    clock.at += 2
    assert repeats.find(QUESTION) is None


def test_a_clock_put_back_finds_nothing_of_what_was_then_the_future(given: Given) -> None:
    clock = Clock()
    repeats = Repeats(10_000, 60.0, clock.now)
    repeats.keep(QUESTION, given)
    clock.at -= 3_600
    assert repeats.find(QUESTION) is None


def test_room_is_bounded_and_0_seconds_keep_nothing(given: Given) -> None:
    repeats = Repeats(3 * given.size + 50, 60.0, Clock().now)
    questions = [Question.of("t", "lea", 1, bytes([i]), TOLD) for i in range(10)]
    for each in questions:
        repeats.keep(each, given)
    assert [repeats.find(each) is given for each in questions] == [False] * 7 + [True] * 3
    small, never = Repeats(given.size - 1, 60.0, Clock().now), Repeats(10_000, 0.0, Clock().now)
    for none in (small, never):
        none.keep(QUESTION, given)
        assert none.find(QUESTION) is None


def test_a_learners_answers_can_be_forgotten(given: Given) -> None:
    repeats = Repeats(10_000, 60.0, Clock().now)
    other = Question.of("t", "bob", 1, b"{}", TOLD)
    for each in (QUESTION, other):
        repeats.keep(each, given)
    repeats.forget("t", "lea")
    assert repeats.find(QUESTION) is None
    assert repeats.find(other) is given


@pytest.fixture(scope="module")
def urls(
    bundle_folder: Path,
    keys_file: Path,
    tenants_file: Path,
    embedded_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, str]]:
    """Two services on one store: one gives answers again, the other never does."""

    def settings(seconds: float) -> Settings:
        return Settings(
            var=tmp_path_factory.mktemp("var"),
            bundle=bundle_folder,
            api_keys_file=keys_file,
            tenants_file=tenants_file,
            redis_url=embedded_url,
            repeat_seconds=seconds,
            store_timeout=5,
            store_patience=5,
        )

    def now() -> float:
        return TRAINED_AT + 100 * DAY

    with running(settings(60), now) as one, running(settings(0), now) as other:
        yield one, other


@pytest.fixture
def callers(urls: tuple[str, str], keys: Keys) -> Iterator[list[httpx.Client]]:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with (
        httpx.Client(base_url=urls[0], headers=headers, timeout=10) as one,
        httpx.Client(base_url=urls[1], headers=headers, timeout=10) as other,
    ):
        yield [one, other]


def ask(caller: httpx.Client, learner: str, **more: Any) -> dict[str, Any]:
    answer = caller.post("/v1/recommendations", json={"learner": {"id": learner}, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found.pop("request_id") == answer.headers["x-request-id"]
    return found


def stages(caller: httpx.Client, name: str) -> float:
    sample = f'cairn_stage_seconds_count{{route="/v1/recommendations",stage="{name}"}} '
    lines = caller.get("/metrics").text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(sample))


def test_what_was_asked_before_is_answered_again_under_its_own_id(
    callers: list[httpx.Client],
) -> None:
    caller, _ = callers
    before = stages(caller, "repeat"), stages(caller, "rank")
    answers, ids = [], []
    for _ in range(3):
        answer = caller.post("/v1/recommendations", json={"learner": {"id": "ada"}})
        answers.append({k: v for k, v in answer.json().items() if k != "request_id"})
        ids.append(answer.json()["request_id"])
    assert answers == [answers[0]] * 3
    assert len(set(ids)) == 3
    assert (stages(caller, "repeat"), stages(caller, "rank")) == (before[0] + 2, before[1] + 1)
    decisions = [caller.get(f"/v1/decisions/{each}").json()["items"] for each in ids]
    assert all(len(each) == 1 for each in decisions)
    assert [each[0].pop("request_id") for each in decisions] == ids
    assert decisions == [decisions[0]] * 3


def test_no_answer_is_older_than_what_the_learner_did(callers: list[httpx.Client]) -> None:
    chance = random.Random(5)
    learners = ["ada", "lea", "new"]
    asked = 0
    for turn in range(120):
        learner = chance.choice(learners)
        match chance.randrange(6):
            case 0:
                event = {
                    "event_id": f"e{turn}",
                    "learner_id": learner,
                    "credential_id": f"c{chance.randrange(8)}",
                    "kind": chance.choice(["view", "complete", "dismiss"]),
                }
                sent = chance.choice(callers).post("/v1/events", json={"events": [event]})
                assert sent.status_code == 202
            case 1:
                profile = {"credentials": [f"c{chance.randrange(8)}"]}
                chance.choice(callers).put(f"/v1/learners/{learner}", json=profile)
            case 2 if chance.random() < 0.3:
                # By either: what the other remembers must not come back.
                chance.choice(callers).delete(f"/v1/learners/{learner}")
            case _:
                limit = chance.choice([3, 5])
                one, other = (ask(caller, learner, limit=limit) for caller in callers)
                assert one == other
                asked += 1
    assert asked > 50
    assert stages(callers[0], "repeat") > 5
    assert stages(callers[1], "repeat") == 0
