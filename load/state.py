"""What one node of the store takes: ``python -m load.state --json F``.

One Valkey, flushing to the disk before it answers unless told otherwise, is asked through the
service's own store for what a cluster's node does for its tenants: events appended, one or a
hundred at once, and learners' states read, folded or not. Two figures for each: how many a second
came back, where the clients' processors are the limit as much as the server's, and how much of a
processor the server spent on one, from which follows what one core of it could take. Then, what
an event takes of the server's memory, in the log and folded into its learner's state. Unlike the
rest of ``load`` this speaks to the store itself: through HTTP the service would be the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from models.domain import Kind
from service.folding import Folding
from service.held import LoggedEvent
from service.store import Store
from service.valkey import embedded_valkey

TENANT = "t"
LEARNERS = 500
HISTORY = 100
"""Events of a learner whose state is read."""

BESIDE = 32
"""Operations on their way at once."""


@dataclass(frozen=True, slots=True)
class Measured:
    """``per_second`` is what came back, ``server_us`` the server's processor time for one in
    microseconds, ``core_per_second`` what a core that does nothing else could take.
    """

    operation: str
    per_second: float
    server_us: float
    core_per_second: float


def events(learner: str, count: int) -> list[LoggedEvent]:
    """New events of a learner."""
    now = time.time()
    return [
        LoggedEvent(uuid.uuid4().hex, learner, f"credential-{i}", Kind.COMPLETE, now + i)
        for i in range(count)
    ]


async def spent(store: Store) -> float:
    """Seconds of processors the server has used."""
    [said] = await store.everywhere("INFO", "cpu")
    return float(said["used_cpu_user"]) + float(said["used_cpu_sys"])


async def measure(
    store: Store, operation: str, seconds: float, one: Callable[[int], Awaitable[object]], each: int
) -> Measured:
    """Do ``one``, which counts for ``each``, again and again, several beside each other."""
    done = 0
    end = time.perf_counter() + seconds

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < end:
            done += 1
            await one(done)

    used, began = await spent(store), time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(BESIDE)))
    took = time.perf_counter() - began
    per_one = (await spent(store) - used) / (done * each)
    return Measured(
        operation, round(done * each / took), round(1e6 * per_one, 1), round(1 / per_one)
    )


async def run(url: str, seconds: float, learners: int = LEARNERS) -> list[Measured]:
    """All operations, one after another, on so many learners."""
    async with Store(url, 30.0, BESIDE) as store:

        async def append(number: int, count: int) -> None:
            await store.append_events(TENANT, events(f"writer-{number % learners}", count))

        async def read(number: int) -> None:
            await store.learner(TENANT, f"reader-{number % learners}")

        found = [
            await measure(store, "events, one at once", seconds, lambda n: append(n, 1), 1),
            await measure(store, "events, 100 at once", seconds, lambda n: append(n, 100), 100),
        ]
        for number in range(learners):
            await store.append_events(TENANT, events(f"reader-{number}", HISTORY))
        name = f"states of {HISTORY} events"
        found.append(await measure(store, f"{name}, not folded", seconds, read, 1))
        folding = Folding(store)
        for number in range(learners):
            await folding.fold(TENANT, [f"reader-{number}"])
        found.append(await measure(store, f"{name}, folded", seconds, read, 1))
        return found


async def memory(url: str, learners: int = LEARNERS) -> dict[str, float]:
    """Bytes of the server's memory for each event: in the ``log``, and ``folded`` into a state of
    ``HISTORY`` events.
    """
    async with Store(url, 30.0, BESIDE) as store:

        async def used() -> float:
            [said] = await store.everywhere("INFO", "memory")
            return float(said["used_memory"])

        count, empty = learners * HISTORY, await used()
        names = [f"kept-{number}" for number in range(learners)]
        for name in names:
            await store.append_events(TENANT, events(name, HISTORY))
        logged, folding = await used(), Folding(store)
        for name in names:
            await folding.fold(TENANT, [name])
        return {"log": (logged - empty) / count, "folded": (await used() - logged) / count}


def main() -> None:
    """Measure, print, and write what was measured."""
    parser = argparse.ArgumentParser(prog="python -m load.state", description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write what was measured")
    parser.add_argument("--quick", action="store_true", help="one second for each operation")
    parser.add_argument("--everysec", action="store_true", help="flush to the disk each second")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_valkey(Path(folder) / "v", "everysec" if asked.everysec else "always") as url,
    ):
        held = asyncio.run(memory(url))
        found = asyncio.run(run(url, 1.0 if asked.quick else 5.0))
    for each in found:
        print(
            f"{each.operation:<32} {each.per_second:>8,.0f}/s  {each.server_us:>8.1f} µs of the"
            f" server each: {each.core_per_second:>8,.0f}/s from a core"
        )
    for where, taken in held.items():
        print(f"{'an event ' + where:<32} {taken:>8.0f} bytes")
    if asked.json is not None:
        told = {"operations": [asdict(each) for each in found], "bytes_per_event": held}
        asked.json.write_text(json.dumps(told))


if __name__ == "__main__":
    main()
