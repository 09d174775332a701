"""Folded states: whatever happens to events and their consumers, a state is that of the log."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from clusters import raw
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain import Kind
from service.folding import GROUP, Folding, rebuild
from service.held import LoggedEvent, counted, counting
from service.ledger import Ledger
from service.names import key
from service.spool import Spool
from service.store import Store
from service.valkey import embedded_valkey

MOST = 4
LEARNERS = ("ada", "bo", "ünä")


@pytest.fixture(scope="module", params=["server", "cluster"])
def own_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server or a cluster on which nobody else folds."""
    if request.param == "cluster":
        yield request.getfixturevalue("cluster_url")
    else:
        with embedded_valkey(tmp_path_factory.mktemp("valkey")) as url:
            yield url


def event(number: int, at: float) -> LoggedEvent:
    kind = list(Kind)[number % len(Kind)]
    return LoggedEvent(f"e{number}", LEARNERS[number % 3], f"c/{number} ü,[", kind, at, None)


class World:
    """Two consumers over one store, which is at times away, beside a replay in plain Python."""

    def __init__(self, store: Store, away: Store, spool: Spool, redis: Any) -> None:
        self.tenant = f"t-{uuid.uuid4().hex}"
        self.store = store
        self.redis = redis
        self.ledgers = {False: Ledger(store, spool), True: Ledger(away, spool)}
        self.consumers = [Folding(store, MOST), Folding(store, MOST)]
        self.log: list[LoggedEvent] = []
        self.clock = 0.123456

    async def append(self, numbers: list[int], away: bool) -> None:
        self.clock += 1
        sent = [event(number, self.clock) for number in numbers]
        await self.ledgers[away].append(self.tenant, sent)
        for each in sent:
            if each.event_id not in {known.event_id for known in self.log}:
                self.log.append(each)

    async def erase(self, learner: str, away: bool) -> None:
        await self.ledgers[away].erase(self.tenant, learner, 1.0)
        self.log = [each for each in self.log if each.learner_id != learner]

    async def drain(self) -> None:
        await self.ledgers[False].drain()

    async def crash(self, consumer: int) -> None:
        """Entries are taken, and their taker is never heard of again."""
        await self.consumers[consumer].take()
        self.consumers[consumer] = Folding(self.store, MOST)

    async def fold(self, consumer: int) -> None:
        await self.consumers[consumer].once()

    async def take_over(self, consumer: int) -> None:
        await self.consumers[consumer].once(gone=0)

    async def rebuild(self) -> None:
        await rebuild(self.store, self.tenant, MOST)

    def of(self, learner: str) -> list[LoggedEvent]:
        return [each for each in self.log if each.learner_id == learner]

    async def check_answers(self) -> None:
        for learner in LEARNERS:
            state = (await self.ledgers[False].learner(self.tenant, learner)).state()
            expected = tuple(map(counting, self.of(learner)[-MOST:]))
            assert state.events[-MOST:] == expected
            record = await self.ledgers[False].record(self.tenant, learner)
            assert record.events == tuple(self.of(learner))

    async def check_states(self) -> None:
        for learner in LEARNERS:
            name, events = key(self.tenant, "state", learner), self.of(learner)
            state = await self.redis.get(name)
            if not events:
                assert state is None
                continue
            first, done = int(state[:10]), int(state[10:20])
            assert done == len(events)
            assert min(len(events), MOST) <= done - first <= MOST + MOST // 4
            assert counted(state[20:], MOST) == tuple(map(counting, events[-MOST:]))
            assert len(counted(state[20:], 10**6)) == done - first


numbers = st.lists(st.integers(0, 40), min_size=1, max_size=6)
consumer = st.integers(0, 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), numbers, st.booleans()),
        st.tuples(st.just("append"), numbers, st.just(False)),
        st.tuples(st.just("erase"), st.sampled_from(LEARNERS), st.booleans()),
        st.tuples(st.just("drain")),
        st.tuples(st.just("crash"), consumer),
        st.tuples(st.just("fold"), consumer),
        st.tuples(st.just("take_over"), consumer),
        st.tuples(st.just("rebuild")),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(steps=steps)
def test_a_state_is_that_of_the_log_and_no_answer_is_stale(
    own_url: str, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("w")

    async def body() -> None:
        async with AsyncExitStack() as parts:
            store = await parts.enter_async_context(Store(own_url, 5.0, 8))
            away = await parts.enter_async_context(Store(f"unix://{folder}/none", 0.1, 1))
            spool = await parts.enter_async_context(Spool(folder / "spool", 10**6))
            redis = await parts.enter_async_context(raw(own_url))
            await redis.flushall()
            world = World(store, away, spool, redis)
            for step, *arguments in steps:
                await getattr(world, step)(*arguments)
                await world.check_answers()
            await world.drain()
            while await world.consumers[0].once(gone=0):
                pass
            await world.check_states()
            assert (await store.read_log(world.tenant))[0] == world.log
            await world.rebuild()
            await world.check_states()
            await world.check_answers()

    asyncio.run(body())


def test_a_crashed_consumers_work_is_taken_over_and_its_name_removed(own_url: str) -> None:
    tenant = f"t-{uuid.uuid4().hex}"

    async def body() -> None:
        async with Store(own_url, 5.0, 8) as store, raw(own_url) as redis:
            await redis.flushall()
            crashed, heir = Folding(store), Folding(store)
            await store.append_events(tenant, [event(number, 1.5) for number in range(10)])
            [(_, entries, learners)] = await crashed.take()
            assert (len(entries), learners) == (10, set(LEARNERS))
            assert await heir.once() == 0
            assert await heir.once(gone=60) == 0
            await asyncio.sleep(0.05)
            assert await heir.once(gone=0.02) == 10
            stream = key(tenant, "events")
            assert (await redis.xpending(stream, GROUP))["pending"] == 0
            await asyncio.sleep(0.05)
            await heir.once(gone=0.02)
            [left] = await redis.xinfo_consumers(stream, GROUP)
            assert left["name"].decode() == heir.consumer
            assert len((await store.read_log(tenant))[0]) == 10  # the order of acceptance stays

    asyncio.run(body())


def test_every_process_is_a_consumer_of_its_own(own_url: str) -> None:
    async def body() -> None:
        async with Store(own_url, 5.0, 8) as store:
            assert len({Folding(store).consumer for _ in range(100)}) == 100

    asyncio.run(body())


def test_a_rebuild_replaces_a_state_that_was_spoilt(own_url: str) -> None:
    tenant = f"t-{uuid.uuid4().hex}"
    sent = [event(3 * number, number) for number in range(10)]

    async def body() -> None:
        async with Store(own_url, 5.0, 8) as store, raw(own_url) as redis:
            await store.append_events(tenant, sent)
            await Folding(store).fold(tenant, [LEARNERS[0]])
            good = await redis.get(key(tenant, "state", LEARNERS[0]))
            await redis.set(key(tenant, "state", LEARNERS[0]), good[:20] + b',["x","view",1,2]')
            assert (await store.learner(tenant, LEARNERS[0])).state().events[0].credential == "x"
            assert await rebuild(store, tenant) == (10, 1)
            assert await redis.get(key(tenant, "state", LEARNERS[0])) == good
            assert tenant in await store.tenants()

    asyncio.run(body())
