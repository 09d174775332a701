"""Badges of a learner in each kind of store."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from models.domain import HeldSkill
from models.errors import StoreUnavailable
from service.badges import kept
from service.held import HeldBadge, packed_badge, told_badge
from service.ledger import Ledger
from service.problems import ProblemError
from service.spool import Spool
from service.store import Store

ONE = HeldBadge(True, None, "c1", (HeldSkill("sql", 0.5), HeldSkill("odd", None)))
OTHER = HeldBadge(False, 2_000.5, None, ())


def test_badges_are_kept_replaced_dropped_and_erased(
    store_url: str, tenant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST", 2)

    async def check() -> None:
        async with Store(store_url, 5, 8) as store, Spool(tmp_path, 1_000_000) as spool:
            ledger = Ledger(store, spool)

            async def keep(badges: dict[str, HeldBadge], *gone: str) -> list[bool]:
                packed = {name: packed_badge(each, name.encode()) for name, each in badges.items()}
                return await kept.keep(ledger, tenant, "lea", packed, gone)

            async def held() -> set[HeldBadge]:
                told = await store.learner(tenant, "lea")
                record = await store.record(tenant, "lea")
                assert sorted(told.state().badges, key=str) == sorted(
                    record.state().badges, key=str
                )
                return set(told.state().badges)

            assert await keep({"a": ONE, "b": OTHER}) == [True, True]
            assert await held() == {ONE, OTHER}
            record = await store.record(tenant, "lea")
            assert sorted(map(told_badge, record.badges)) == [b"a", b"b"]
            told = await store.learner(tenant, "lea")
            assert all(b"\n" not in each for each in told.badges)
            assert told == await store.learner(tenant, "lea")

            assert await keep({"a": OTHER}) == [False]
            assert await held() == {OTHER}
            with pytest.raises(ProblemError, match="at most 2"):
                await keep({"c": ONE}, "a")
            assert len((await store.record(tenant, "lea")).badges) == 2
            assert await keep({}, "a") == []
            assert await keep({"c": ONE}) == [True]
            assert await held() == {ONE, OTHER}

            assert (await store.learner(tenant, "another")).badges == ()
            await store.erase_learner(tenant, "lea", 0.0)
            assert await held() == set()

    asyncio.run(check())


def test_nothing_is_kept_behind_an_erasure_that_waits(tmp_path: Path) -> None:
    async def check() -> None:
        nowhere = Store(f"unix://{tmp_path}/nowhere.sock", 0.1, 1)
        async with nowhere, Spool(tmp_path, 1_000_000) as spool:
            ledger = Ledger(nowhere, spool)
            assert await ledger.erase("one", "lea", 0.0) is None
            with pytest.raises(StoreUnavailable, match="an erasure of this learner waits"):
                await kept.keep(ledger, "one", "lea", {"a": packed_badge(ONE, b"a")}, [])

    asyncio.run(check())
