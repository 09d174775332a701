"""A cluster that loses nodes, gets them back, replaces them and moves slots: real servers."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.crc import key_slot

from load.cluster import Cluster, Node
from load.cluster import until as until_blocking
from models.domain import Kind
from models.errors import StoreUnavailable, UsageError
from service.folding import Folding
from service.held import LoggedEvent
from service.ledger import Ledger
from service.names import key
from service.spool import Spool
from service.store import Store
from service.traces import rewrite, traces

TIMEOUT, PATIENCE = 1.0, 0.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nodes")


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[Cluster]:
    """Three owners of slots, and one node that stands by for the first of them."""
    with Cluster(folder, 3, standing_by=1) as nodes:
        yield nodes


@asynccontextmanager
async def opened(cluster: Cluster, folder: Path) -> AsyncIterator[Ledger]:
    async with (
        Store(cluster.url, TIMEOUT, 8, patience=PATIENCE) as store,
        Spool(folder, 10**6) as spool,
    ):
        yield Ledger(store, spool)


def event(name: str, learner: str = "lea") -> LoggedEvent:
    return LoggedEvent(name, learner, "c1", Kind.VIEW, 1.5)


def tenant_of(cluster: Cluster, node: Node) -> str:
    """A new tenant, whose slot the node was given."""
    while True:
        tenant = f"t-{uuid.uuid4().hex[:12]}"
        if cluster.owner(key(tenant)) is node:
            return tenant


async def until(true: Callable[[], bool]) -> None:
    await asyncio.to_thread(until_blocking, true)


async def found(ledger: Ledger, tenant: str) -> list[str]:
    return [each.event_id for each in (await ledger.store.read_log(tenant))[0]]


def test_a_killed_node_takes_its_tenants_along_and_nobody_else(
    cluster: Cluster, tmp_path: Path
) -> None:
    _, killed, _ = cluster.owners
    here, *others = (tenant_of(cluster, node) for node in (killed, *cluster.nodes[::2]))
    wanted = [f"e{i}" for i in range(30)]

    async def body() -> None:
        async with opened(cluster, tmp_path) as ledger:
            for tenant in (here, *others):
                assert not (await ledger.append(tenant, [event("e0")])).spooled
            killed.kill()
            # What waits of others is not held up by what waits of these.
            await ledger.spool.add(others[0], [event("waited")])
            waits = []
            for name in wanted[1:]:
                assert (await ledger.append(here, [event(name)])).spooled
                with pytest.raises(StoreUnavailable):
                    await ledger.learner(here, "lea")
                assert len(ledger.local(here, "lea").events) == int(name[1:])
                with pytest.raises(StoreUnavailable, match="lacks"):
                    await ledger.drain()
                for tenant in others:
                    began = time.monotonic()
                    assert not (await ledger.append(tenant, [event(name)])).spooled
                    assert (await ledger.learner(tenant, "lea")).state().events
                    waits.append(time.monotonic() - began)
            assert max(waits) < PATIENCE
            assert ledger.store.away
            assert [ledger.store.lacks(each) for each in (here, *others)] == [True, False, False]
            with pytest.raises(StoreUnavailable):
                await ledger.store.ping()
            assert ledger.spool.depth() == len(wanted) - 1
            await everybody_is_refused_where_all_slots_must_be_covered(cluster, ledger, others[0])
            killed.start()
            await until(lambda: not ledger.store.away)
            await ledger.drain()
            await ledger.store.ping()
            assert await found(ledger, here) == wanted
            assert await found(ledger, others[0]) == ["e0", "waited", *wanted[1:], "refused"]
            assert await found(ledger, others[1]) == wanted

    asyncio.run(body())


async def everybody_is_refused_where_all_slots_must_be_covered(
    cluster: Cluster, ledger: Ledger, tenant: str
) -> None:
    left = cluster.owners[0], cluster.owners[2]
    for node in left:
        node.ask("CONFIG", "SET", "cluster-require-full-coverage", "yes")
    await until(lambda: not any(node.well() for node in left))
    assert (await ledger.append(tenant, [event("refused")])).spooled
    assert ledger.store.lacks(tenant)
    for node in left:
        node.ask("CONFIG", "SET", "cluster-require-full-coverage", "no")
    await until(lambda: not ledger.store.lacks(tenant))


def test_a_node_that_hangs_delays_nobody_elsewhere(cluster: Cluster, tmp_path: Path) -> None:
    hung = cluster.owners[2]
    here, other = tenant_of(cluster, hung), tenant_of(cluster, cluster.owners[1])

    async def body() -> None:
        async with opened(cluster, tmp_path) as ledger:
            for tenant in (here, other):
                await ledger.append(tenant, [event("e0")])
            os.kill(hung.pid, signal.SIGSTOP)
            try:
                writes = [
                    asyncio.create_task(ledger.append(here, [event(f"e{i}")])) for i in range(1, 20)
                ]
                slowest = 0.0
                while not all(write.done() for write in writes):
                    began = time.monotonic()
                    assert (await ledger.learner(other, "lea")).state().events
                    slowest = max(slowest, time.monotonic() - began)
                    await asyncio.sleep(0.01)
                assert slowest < PATIENCE
                assert all(write.result().spooled for write in writes)
            finally:
                os.kill(hung.pid, signal.SIGCONT)
            await until(lambda: not ledger.store.lacks(here))
            await ledger.drain()
            # Those that hung may have been carried out: each counts once all the same.
            assert sorted(await found(ledger, here)) == sorted(f"e{i}" for i in range(20))

    asyncio.run(body())


def test_a_slot_that_moves_at_once_takes_its_tenant_along(cluster: Cluster, tmp_path: Path) -> None:
    source, target = cluster.owners[1:]
    tenant = tenant_of(cluster, source)
    slot = key_slot(key(tenant).encode())
    there = target.ask("CLUSTER", "MYID")

    async def body() -> None:
        async with opened(cluster, tmp_path) as ledger:
            await ledger.append(tenant, [event("e0")])
            source.ask("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", there)
            sent = ["e0"]
            while not target.ask("CLUSTER", "COUNTKEYSINSLOT", slot) or len(sent) < 10:
                sent.append(f"e{len(sent)}")
                assert not (await ledger.append(tenant, [event(sent[-1])])).spooled
                await asyncio.sleep(0.01)
            await until(lambda: source.ask("CLUSTER", "COUNTKEYSINSLOT", slot) == 0)
            assert await found(ledger, tenant) == sent

    asyncio.run(body())


def test_a_slot_that_moves_key_by_key_lets_its_tenants_events_wait(
    cluster: Cluster, tmp_path: Path
) -> None:
    source, target = cluster.owners[1:]
    tenant = tenant_of(cluster, source)
    slot = key_slot(key(tenant).encode())
    there, here = target.ask("CLUSTER", "MYID"), source.ask("CLUSTER", "MYID")

    async def body() -> None:
        async with opened(cluster, tmp_path) as ledger:
            target.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", here)
            source.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", there)
            await ledger.put(tenant, "lea", {"target_role": "r"})
            counts = [node.ask("CLUSTER", "COUNTKEYSINSLOT", slot) for node in (source, target)]
            assert counts == [0, 1]
            # Only one key at a time is certain to be where it is looked for.
            assert (await ledger.append(tenant, [event("e0")])).spooled
            assert not ledger.store.lacks(tenant)
            for node in (target, source):
                node.ask("CLUSTER", "SETSLOT", slot, "NODE", there)
            await ledger.drain()
            assert await found(ledger, tenant) == ["e0"]
            assert (await ledger.learner(tenant, "lea")).state().profile == {"target_role": "r"}

    asyncio.run(body())


def test_the_files_of_every_node_forget_who_was_erased(
    cluster: Cluster, folder: Path, tmp_path: Path
) -> None:
    name = "someone-very-particular"
    tenants = [tenant_of(cluster, node) for node in cluster.owners]

    def named() -> set[str]:
        files = folder.rglob("*.aof")
        return {file.parents[1].name for file in files if name.encode() in file.read_bytes()}

    async def body() -> None:
        async with opened(cluster, tmp_path) as ledger:
            store = ledger.store
            for tenant in tenants:
                await ledger.append(tenant, [event("e0", name)])
            assert await Folding(store).once() >= len(tenants)
            await until(lambda: len(named()) == len(cluster.nodes))
            for tenant in tenants:
                assert await ledger.erase(tenant, name, 1.0) == 1
            assert await traces(store) == len(tenants)
            await rewrite(store)
            assert await traces(store) == 0
            await until(lambda: not named())

    asyncio.run(body())


def test_a_node_that_stands_by_takes_over(cluster: Cluster, tmp_path: Path) -> None:
    killed, heir = cluster.owners[0], cluster.standing_by[0]
    tenant = tenant_of(cluster, killed)

    async def body() -> None:
        async with opened(cluster, tmp_path) as ledger:
            await ledger.append(tenant, [event("e0")])
            heir.ask("READONLY")
            await until(lambda: bool(heir.redis.exists(key(tenant, "events"))))
            killed.kill()
            assert (await ledger.append(tenant, [event("e1")])).spooled
            # Sooner than the others would agree on it by themselves.
            heir.ask("CLUSTER", "FAILOVER", "TAKEOVER")
            await until(lambda: not ledger.store.lacks(tenant))
            await ledger.drain()
            assert not (await ledger.append(tenant, [event("e2")])).spooled
            assert await found(ledger, tenant) == ["e0", "e1", "e2"]
            killed.start()
            # Whoever still takes it for the owner is sent on.
            async with opened(cluster, tmp_path / "other") as fresh:
                assert await found(fresh, tenant) == ["e0", "e1", "e2"]

    asyncio.run(body())


def test_a_cluster_that_is_not_there_is_said_to_be_unavailable_soon(tmp_path: Path) -> None:
    async def body() -> None:
        url = "redis+cluster://127.0.0.1:1,127.0.0.1:2"
        async with Store(url, 0.2, 1) as store, Spool(tmp_path, 10**6) as spool:
            ledger = Ledger(store, spool)
            assert (await ledger.append("t", [event("e0")])).spooled
            assert store.away
            assert store.lacks("t")
            with pytest.raises(StoreUnavailable):
                await ledger.store.ping()

    began = time.monotonic()
    asyncio.run(body())
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("rest", ["", "me:secret@", "localhost:7000/1"])
def test_a_cluster_without_nodes_or_with_a_database_is_refused(rest: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT") as refused:
        Store(f"redis+cluster://{rest}", 1.0, 1)
    assert "secret" not in str(refused.value)
