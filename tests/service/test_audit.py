"""The audit log while the store is away: no act goes without a record, and none is told twice."""

from __future__ import annotations

import asyncio

import pytest
from test_decision_log import back, parts, valkey

from service.decisions.audit import Act, AuditLog


def test_records_wait_in_the_spool_in_order_until_the_store_is_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("a")  # short: it holds a socket

    async def body() -> None:
        async with parts(folder) as found:
            audit = AuditLog(found.kept, found.spool, lambda: found.at)
            for number in range(3):
                await audit.note("t", f"key{number}", Act.ERASE, learner="mark")
            with valkey(folder):
                await back(found)
                chore = asyncio.create_task(audit.keep_draining())
                told: list[str] = []
                while len(told) < 3:
                    await asyncio.sleep(0.02)
                    told = [each["key"] async for each in found.kept.audited("t")]
                await asyncio.sleep(0.6)  # twice as long as between two looks
                chore.cancel()
                await audit.note("t", "key3", Act.EXPORT, learner="mark")
                told = [each["key"] async for each in found.kept.audited("t")]
                assert told == ["key0", "key1", "key2", "key3"]

    asyncio.run(body())
