"""``cairn events``: the log as training data, each event once, and states built anew from it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import polars as pl
import pytest
from shared import Run

from models.domain import Kind
from service.held import LoggedEvent, tombstone
from service.ledger import Ledger
from service.spool import Spool
from service.store import Store
from service.valkey import embedded_valkey


def event(name: str, learner: str = "lea") -> LoggedEvent:
    # Alike in everything but the id: each counts all the same.
    return LoggedEvent(name, learner, "c1", Kind.VIEW, 1.25)


def recorded(var: Path, *, stored: Sequence[str] = (), spooled: Sequence[str] = ()) -> None:
    """What a service leaves behind: events in its store, and others in its spool."""

    async def body(url: str) -> None:
        async with AsyncExitStack() as parts:
            store = await parts.enter_async_context(Store(url, 5.0, 2))
            away = await parts.enter_async_context(Store(f"unix://{var}/none", 0.1, 1))
            spool = await parts.enter_async_context(Spool(var / "spool", 10**6))
            if stored:
                await Ledger(store, spool).append("demo", [event(name) for name in stored])
            if spooled:
                await Ledger(away, spool).append("demo", [event(name) for name in spooled])

    with embedded_valkey(var / "valkey") as url:
        asyncio.run(body(url))


def exported(out: Path) -> list[str]:
    return pl.read_parquet(out / "interactions.parquet")["event_id"].to_list()


def test_what_waits_in_the_spool_is_exported_too_and_nothing_twice(
    run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    recorded(tmp_path / "var", stored=["e1", "e2"], spooled=["e2", "e3"])
    code, said, _ = run("events", "export", "--out", out)
    assert (code, "3 interactions added" in said) == (0, True)
    assert exported(out) == ["e1", "e2", "e3"]
    recorded(tmp_path / "var", stored=["e4"])
    code, said, _ = run("events", "export", "--out", out)
    assert (code, "1 interactions added" in said) == (0, True)
    assert exported(out) == ["e1", "e2", "e3", "e4"]


def test_an_export_without_the_store_says_so_and_writes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    recorded(tmp_path / "var", stored=["e1"])
    assert run("events", "export", "--out", out)[0] == 0
    before = (out / "interactions.parquet").read_bytes()
    recorded(tmp_path / "var", spooled=["e2"])
    monkeypatch.setenv("CAIRN_REDIS_URL", f"unix://{tmp_path}/none.sock")
    code, _, err = run("events", "export", "--out", out)
    assert (code, "nothing was exported, 1 waiting in the spool" in err) == (1, True)
    assert (out / "interactions.parquet").read_bytes() == before
    assert [file.name for file in out.iterdir()] == ["interactions.parquet"]


def test_erased_learners_are_exported_as_marks(run: Run, tmp_path: Path) -> None:
    out, var = tmp_path / "out", tmp_path / "var"
    recorded(var, stored=["e1"])
    run("events", "export", "--out", out)

    async def erase(url: str) -> None:
        async with Store(url, 5.0, 2) as store, Spool(var / "spool", 10**6) as spool:
            await Ledger(store, spool).erase("demo", "lea", 1.0)

    with embedded_valkey(var / "valkey") as url:
        asyncio.run(erase(url))
    code, said, _ = run("events", "export", "--out", out)
    assert (code, "rows of 1 erased learners removed" in said) == (0, True)
    assert exported(out) == []
    marks = pl.read_parquet(out / "erased.parquet").rows()
    assert marks == [("demo", tombstone("demo", "lea"))]
    assert not any(b"lea" in file.read_bytes().replace(b"learner", b"") for file in out.iterdir())


def test_states_are_rebuilt_for_all_tenants_or_one(run: Run, tmp_path: Path) -> None:
    recorded(tmp_path / "var", stored=["e1", "e2"])
    for more in ([], ["--tenant", "demo"]):
        code, out, _ = run("events", "rebuild", *more)
        assert (code, out) == (0, "demo: 2 events of 1 learners folded anew\n")
