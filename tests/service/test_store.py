"""The store's contract, on every server it must run on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from clusters import raw
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain import Kind
from models.errors import StoreUnavailable
from service.held import LearnerRecord, LearnerState, LoggedEvent, counting
from service.store import Store
from service.valkey import embedded_valkey


@asynccontextmanager
async def opened(url: str, connections: int = 8) -> AsyncIterator[Store]:
    async with Store(url, timeout=2.0, connections=connections) as store:
        yield store


def event(
    event_id: str, learner: str = "lea", credential: str = "c1", at: float = 1.5
) -> LoggedEvent:
    return LoggedEvent(event_id, learner, credential, Kind.COMPLETE, at, 0.5, "r-1")


def test_an_unknown_learner_is_an_empty_state(store_url: str, tenant: str) -> None:
    async def body() -> None:
        async with opened(store_url) as store:
            assert (await store.learner(tenant, "nobody")).state() == LearnerState()

    asyncio.run(body())


def test_events_come_back_whole_and_in_order(store_url: str, tenant: str) -> None:
    sent = [event("e1"), event("e2", credential="c/2 ü", at=-3.25), event("e3", learner="other")]

    async def body() -> None:
        async with opened(store_url) as store:
            assert await store.append_events(tenant, sent) == (3, 0)
            assert (await store.record(tenant, "lea")).events == tuple(sent[:2])
            assert (await store.record(tenant, "other")).events == (sent[2],)
            assert (await store.learner(tenant, "lea")).state().events == tuple(
                map(counting, sent[:2])
            )

    asyncio.run(body())


def test_an_event_counts_once_however_often_it_is_sent(store_url: str, tenant: str) -> None:
    async def body() -> None:
        async with opened(store_url) as store:
            assert await store.append_events(tenant, [event("e1"), event("e1")]) == (1, 1)
            counts = await asyncio.gather(
                *(store.append_events(tenant, [event("e1"), event("e2")]) for _ in range(20))
            )
            assert sum(fresh for fresh, _ in counts) == 1
            assert len((await store.learner(tenant, "lea")).state().events) == 2

    asyncio.run(body())


def test_tenants_share_nothing(store_url: str, tenant: str) -> None:
    async def body() -> None:
        async with opened(store_url) as store:
            await store.append_events(tenant, [event("e1")])
            await store.put_learner(tenant, "lea", {"skills": []})
            assert (await store.learner(f"{tenant}x", "lea")).state() == LearnerState()
            assert await store.append_events(f"{tenant}x", [event("e1")]) == (1, 0)
            await store.erase_learner(f"{tenant}x", "lea", 1.0)
            assert len((await store.learner(tenant, "lea")).state().events) == 1

    asyncio.run(body())


def test_a_profile_is_replaced_whole(store_url: str, tenant: str) -> None:
    async def body() -> None:
        async with opened(store_url) as store:
            await store.put_learner(tenant, "lea", {"skills": [{"skill": "s", "level": None}]})
            await store.put_learner(tenant, "lea", {"target_role": "r"})
            assert (await store.learner(tenant, "lea")).state().profile == {"target_role": "r"}

    asyncio.run(body())


def test_erasing_leaves_nothing_but_the_mark(store_url: str, tenant: str) -> None:
    kept = event("e3", learner="other")

    async def body() -> None:
        async with opened(store_url) as store:
            await store.append_events(tenant, [event("e1"), event("e2"), kept])
            await store.put_learner(tenant, "lea", {})
            assert await store.erase_learner(tenant, "lea", 1.0) == 2
            assert (await store.learner(tenant, "lea")).state() == LearnerState(erased=True)
            assert (await store.read_log(tenant))[0] == [kept]
            # Whoever comes back starts anew, even with an event id of old.
            assert await store.append_events(tenant, [event("e1")]) == (1, 0)
            held = LearnerRecord(events=(event("e1"),), erased=True)
            assert await store.record(tenant, "lea") == held
            assert (await store.learner(tenant, "lea")).state() == held.state()

    asyncio.run(body())


def test_no_key_or_value_names_an_erased_learner(store_url: str, tenant: str) -> None:
    name = "someone-very-particular"

    async def body() -> None:
        async with opened(store_url) as store, raw(store_url) as redis:
            await store.append_events(tenant, [event(f"{name}-1", learner=name)])
            await store.put_learner(tenant, name, {"attributes": {"of": name}})
            await store.erase_learner(tenant, name, 1.0)
            async for key in redis.scan_iter(match=f"*{tenant}*"):
                assert name.encode() not in key + await redis.dump(key)

    asyncio.run(body())


def test_the_log_is_read_in_pages(store_url: str, tenant: str) -> None:
    sent = [event(f"e{i}", learner=f"l{i % 3}") for i in range(25)]

    async def body() -> None:
        async with opened(store_url) as store:
            await store.append_events(tenant, sent)
            read: list[LoggedEvent] = []
            after: str | None = "0-0"
            while after is not None:
                page, after = await store.read_log(tenant, after, count=10)
                read += page
            assert read == sent

    asyncio.run(body())


def test_a_long_history_is_bounded_for_answers_and_whole_for_exports(
    store_url: str, tenant: str
) -> None:
    sent = [event(f"e{i}") for i in range(9_000)]

    async def body() -> None:
        async with opened(store_url) as store:
            for start in range(0, len(sent), 1_000):
                await store.append_events(tenant, sent[start : start + 1_000])
            latest = tuple(map(counting, sent[-10:]))
            assert (await store.learner(tenant, "lea", most=10)).state().events == latest
            assert (await store.record(tenant, "lea")).events == tuple(sent)
            assert await store.erase_learner(tenant, "lea", 1.0) == 9_000

    asyncio.run(body())


def test_more_callers_than_connections_wait_their_turn(store_url: str, tenant: str) -> None:
    async def body() -> None:
        async with opened(store_url, connections=2) as store:
            records = await asyncio.gather(*(store.record(tenant, "lea") for _ in range(100)))
            assert records == [LearnerRecord()] * 100

    asyncio.run(body())


def test_learners_read_together_are_told_apart(store_url: str, tenant: str) -> None:
    async def body() -> None:
        async with opened(store_url) as store:
            learners = [f"l{number}" for number in range(100)]
            sent = {
                name: [event(f"{name}-{i}", name, f"c{i}") for i in range(number % 7)]
                for number, name in enumerate(learners)
            }
            await store.append_events(tenant, [each for of in sent.values() for each in of])
            await store.put_learner(tenant, "l3", {"target_role": "r"})
            await store.erase_learner(tenant, "l4", 1.0)
            found = await asyncio.gather(*(store.learner(tenant, name) for name in learners))
            for name, told in zip(learners, found, strict=True):
                events = () if name == "l4" else tuple(map(counting, sent[name]))
                profile = {"target_role": "r"} if name == "l3" else None
                assert told.state() == LearnerState(profile, events, erased=name == "l4")
            assert found == [await store.learner(tenant, name) for name in learners]

    asyncio.run(body())


names = st.text(min_size=1, max_size=30).filter(
    lambda s: s.encode("utf-8", "replace").decode() == s
)


@settings(max_examples=30, deadline=None)
@given(learner=names, other=names, event_id=names)
def test_any_text_may_be_an_id(store_url: str, learner: str, other: str, event_id: str) -> None:
    tenant = f"t-{time.monotonic_ns()}"

    async def body() -> None:
        async with opened(store_url) as store:
            sent = event(event_id, learner=learner)
            await store.append_events(tenant, [sent])
            assert (await store.record(tenant, learner)).events == (sent,)
            assert (await store.learner(tenant, learner)).state().events == (counting(sent),)
            if other != learner:
                assert (await store.learner(tenant, other)).state() == LearnerState()

    asyncio.run(body())


def test_a_store_that_is_not_there_is_said_to_be_unavailable_soon(tmp_path: Path) -> None:
    async def body() -> None:
        async with Store(f"unix://{tmp_path}/none.sock", timeout=0.2, connections=1) as store:
            for call in (
                store.ping(),
                store.learner("t", "l"),
                store.append_events("t", [event("e")]),
                store.put_learner("t", "l", {}),
            ):
                with pytest.raises(StoreUnavailable):
                    await call

    began = time.monotonic()
    asyncio.run(body())
    assert time.monotonic() - began < 3


def test_a_store_that_hangs_is_given_up_on(tmp_path: Path) -> None:
    async def body() -> None:
        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_unix_server(mute, path=tmp_path / "mute.sock")
        async with Store(f"unix://{tmp_path}/mute.sock", timeout=0.2, connections=1) as store:
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                await store.learner("t", "l")
            assert time.monotonic() - began < 1.5
        server.close()
        await asyncio.sleep(0.05)

    asyncio.run(body())


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "store"


def test_accepted_events_outlive_the_server(folder: Path, tenant: str) -> None:
    async def write(url: str) -> None:
        async with opened(url) as store:
            await store.append_events(tenant, [event("e1")])

    async def read(url: str) -> None:
        async with opened(url) as store:
            assert (await store.record(tenant, "lea")).events == (event("e1"),)
            assert await store.append_events(tenant, [event("e1")]) == (0, 1)

    with embedded_valkey(folder) as url:
        asyncio.run(write(url))
    with embedded_valkey(folder) as url:
        asyncio.run(read(url))
