"""A worker with much to do does not take its own delay for the store's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import BlockingConnectionPool, Redis

from service.connections import script
from service.connections.patience import patience
from service.turns import Turns

ECHO = script("return {KEYS[1], ARGV[1]}")


@asynccontextmanager
async def connected(url: str, connections: int = 1) -> AsyncIterator[Redis]:
    pool = BlockingConnectionPool.from_url(
        url, max_connections=connections, timeout=5, protocol=2, driver_info=None
    )
    client = Redis.from_pool(pool)
    try:
        yield client
    finally:
        await client.aclose()


@pytest.mark.parametrize("turns", [0, 1, 2, 4, 8, 16])
def test_an_answer_that_lies_unread_is_read_before_time_is_said_to_be_over(
    external_url: str, turns: int
) -> None:
    async def body() -> None:
        async with connected(external_url) as client:
            await ECHO(["warm"], ["0"], client)
            loop = asyncio.get_running_loop()
            async with patience(loop.time() + 0.1):
                asked = asyncio.ensure_future(ECHO(["key"], ["late"], client))
                for _ in range(turns):
                    await asyncio.sleep(0)
                time.sleep(0.3)  # the worker is busy
                assert await asked == [b"key", b"late"]

    asyncio.run(body())


def test_time_is_over_for_a_server_that_is_slow_itself(external_url: str) -> None:
    async def body() -> None:
        async with connected(external_url) as client:
            await ECHO(["warm"], ["0"], client)
            await client.client_pause(500)
            began = time.monotonic()
            with pytest.raises(TimeoutError):
                async with patience(asyncio.get_running_loop().time() + 0.05):
                    await ECHO(["key"], ["now"], client)
            assert time.monotonic() - began < 0.4
            async with patience(None):
                assert await ECHO(["key"], ["then"], client) == [b"key", b"then"]

    asyncio.run(body())


def test_between_two_answers_the_loop_looks_at_its_sockets() -> None:
    async def body() -> None:
        passed, loop, turns = 0, asyncio.get_running_loop(), Turns()
        made: list[tuple[int, int]] = []

        def tick() -> None:
            nonlocal passed
            passed += 1
            loop.call_soon(tick)

        def answer(i: int) -> Callable[[], int]:
            def work() -> int:
                made.append((i, passed))
                return i

            return work

        tick()
        assert await asyncio.gather(*(turns.take(answer(i)) for i in range(20))) == [*range(20)]
        assert [i for i, _ in made] == [*range(20)], "first come, first served"
        assert len({at for _, at in made}) == 20

    asyncio.run(body())
