"""The spool's contract: durable, in order, each once, bounded, and able to forget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from models.domain import Kind
from models.errors import SpoolFailed, StoreUnavailable
from service.held import LoggedEvent, counting
from service.spool import BATCH, Spool
from service.spool_tables import NOTHING, Waiting

QUOTA = 1_000_000


@asynccontextmanager
async def opened(folder: Path, most_bytes: int = QUOTA) -> AsyncIterator[Spool]:
    async with Spool(folder, most_bytes) as spool:
        yield spool


def event(event_id: str, learner: str = "lea") -> LoggedEvent:
    return LoggedEvent(event_id, learner, "c/2 ü", Kind.SAVE, -3.25, 0.5, "r-1")


class Taken:
    """Takes events like a store, up to a number of batches."""

    def __init__(self, batches: int = 1_000) -> None:
        self.left = batches
        self.events: list[tuple[str, str]] = []

    async def append(
        self, tenant: str, events: Sequence[LoggedEvent], since: Sequence[float]
    ) -> None:
        assert len(since) == len(events)
        if not self.left:
            raise StoreUnavailable("away again")
        self.left -= 1
        self.events += [(tenant, each.event_id) for each in events]

    async def erase(self, tenant: str, learner: str, since: float) -> None:
        assert abs(since - time.time()) < 60
        self.events.append((tenant, f"erase {learner}"))


def test_events_outlive_the_process_and_come_back_whole(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as spool:
            assert await spool.add("t", [event("e1"), event("e2", "other")]) == 2
        async with opened(tmp_path) as spool:
            assert spool.of("t", "lea") == Waiting((event("e1"),), forgets=False)
            assert spool.latest("t", "lea", 2) == (counting(event("e1")),)
            assert spool.latest("t", "lea", 0) == spool.latest("u", "lea", 2) == ()
            assert spool.depth() == 2
            assert (spool.holds("t"), spool.holds("u")) == (True, False)
            assert spool.of("u", "lea") == Waiting((), forgets=False)

    asyncio.run(body())


def test_one_worker_sees_at_once_what_another_takes_in_and_hands_over(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as spool, opened(tmp_path) as another:
            for number in range(20):
                assert spool.of("t", "lea") == another.of("t", "lea") == NOTHING
                await another.add("t", [event(f"e{number}")])
                waits = Waiting((event(f"e{number}"),), forgets=False)
                assert spool.of("t", "lea") == another.of("t", "lea") == waits
                assert spool.of("t", "other") == spool.of("u", "lea") == NOTHING
                taken = Taken()
                await (spool, another)[number % 2].drain(taken.append, taken.erase)

    asyncio.run(body())


def test_whoever_comes_later_sees_what_waited(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as spool:
            assert spool.of("t", "lea") == NOTHING
            await spool.add("t", [event("e1")])
            async with opened(tmp_path) as another:
                assert another.of("t", "lea").events == (event("e1"),)
                async with another.alone():
                    await another.erase("t", "lea", waits=True)
            assert spool.of("t", "lea") == Waiting((), forgets=True)

    asyncio.run(body())


def test_an_event_waits_once_for_each_tenant(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as spool:
            assert await spool.add("t", [event("e1"), event("e1")]) == 1
            assert await spool.add("t", [event("e1"), event("e2")]) == 1
            assert await spool.add("u", [event("e1")]) == 1

    asyncio.run(body())


def test_it_drains_in_order_and_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    names = [f"e{i}" for i in range(BATCH + 20)]

    async def body() -> None:
        taken = Taken(batches=1)
        async with opened(tmp_path) as spool:
            for first in range(0, len(names), 100):
                await spool.add("t", [event(name) for name in names[first : first + 100]])
            await spool.add("u", [event("last")])
            with pytest.raises(StoreUnavailable):
                await spool.drain(taken.append, taken.erase)
            assert spool.depth() == 21
        taken.left = 10
        async with opened(tmp_path) as spool:
            await spool.drain(taken.append, taken.erase)
            assert spool.depth() == 0
        assert taken.events == [*(("t", name) for name in names), ("u", "last")]

    asyncio.run(body())


def test_two_workers_never_hand_over_the_same_event(tmp_path: Path) -> None:
    async def body() -> None:
        taken = Taken()
        async with opened(tmp_path) as one, opened(tmp_path) as other:
            for i in range(2 * BATCH):
                await (one, other)[i % 2].add("t", [event(f"e{i}")])
            await asyncio.gather(
                one.drain(taken.append, taken.erase), other.drain(taken.append, taken.erase)
            )
        assert taken.events == [("t", f"e{i}") for i in range(2 * BATCH)]

    asyncio.run(body())


def test_a_full_spool_refuses_whole_batches_and_keeps_what_it_has(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path, most_bytes=100_000) as spool:
            kept = 0
            with pytest.raises(SpoolFailed, match="full"):
                for batch in range(100):
                    await spool.add("t", [event(f"{batch}-{i}") for i in range(50)])
                    kept += 50
            assert 0 < kept == spool.depth()
            taken = Taken()
            await spool.drain(taken.append, taken.erase)
            assert len(taken.events) == kept
            assert await spool.add("t", [event("again")]) == 1

    asyncio.run(body())


def test_what_is_erased_leaves_no_byte(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path) as spool:
            await spool.add("t", [event(f"e{i}", "somebody-in-particular") for i in range(200)])
            await spool.add("t", [event("kept")])
            async with spool.alone():
                assert await spool.erase("t", "somebody-in-particular", waits=False) == 200
            assert spool.of("t", "somebody-in-particular") == Waiting((), forgets=False)
            assert spool.erased("t", "somebody-in-particular")
            assert not spool.erased("u", "somebody-in-particular")
            for file in tmp_path.iterdir():
                assert b"somebody-in-particular" not in file.read_bytes(), file.name
            assert spool.depth() == 1

    asyncio.run(body())


def test_an_erasure_waits_in_its_place_and_leaves_no_byte_when_it_was_carried_out(
    tmp_path: Path,
) -> None:
    async def body() -> None:
        taken = Taken()
        async with opened(tmp_path) as spool:
            await spool.add("t", [event("before", "somebody-in-particular"), event("other")])
            for _ in range(2):
                async with spool.alone():
                    await spool.erase("t", "somebody-in-particular", waits=True)
            assert (spool.depth(), spool.holds("t")) == (2, True)
            after = event("after", "somebody-in-particular")
            await spool.add("t", [after])
            assert spool.of("t", "somebody-in-particular") == Waiting((after,), forgets=True)
        async with opened(tmp_path) as spool:
            await spool.drain(taken.append, taken.erase)
            assert spool.depth() == 0
            erased = "erase somebody-in-particular"
            assert taken.events == [("t", "other"), ("t", erased), ("t", "after")]
            async with spool.alone():
                await spool.erase("t", "somebody-in-particular", waits=False)
            for file in tmp_path.iterdir():
                assert b"somebody-in-particular" not in file.read_bytes(), file.name

    asyncio.run(body())


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SpoolFailed, match="file"):
        Spool(tmp_path / "file" / "spool", QUOTA)
