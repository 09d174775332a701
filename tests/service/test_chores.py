"""Chores go on whatever happens, and end, also those to which a cancellation got lost."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from models.errors import StoreUnavailable
from service.chores import ended, repeated


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


def test_work_goes_on_whatever_happens_and_says_what_is_no_outage(
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults = [StoreUnavailable("away"), ValueError("odd"), StoreUnavailable("away")]
    done = asyncio.Event()

    async def work() -> None:
        if faults:
            raise faults.pop(0)
        done.set()

    async def body() -> None:
        chore = asyncio.create_task(repeated(work, 0.001, "it could not be done"))
        async with asyncio.timeout(5):
            await done.wait()
            await ended([chore])

    asyncio.run(body())
    assert [record.message for record in caplog.records] == ["it could not be done"]
