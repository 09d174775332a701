"""Chores end, also those to which a cancellation got lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from service.chores import ended


def test_a_task_ends_though_it_swallows_a_cancellation_or_fails() -> None:
    async def deaf() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    async def failing() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError

    async def body() -> None:
        tasks = [asyncio.create_task(each()) for each in (deaf, failing, deaf)]
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await ended(tasks)
            await ended([])
        assert [task.cancelled() for task in tasks] == [True, False, True]
        assert isinstance(tasks[1].exception(), ValueError)

    asyncio.run(body())
