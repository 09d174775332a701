"""``serve`` as a process: it starts whole, refuses clearly, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from load.ports import free_port
from service.tenants.auth import Scope, new_key

pytestmark = pytest.mark.slow

KEY, _ = new_key("demo", frozenset(Scope))
CODE = """
import sys
from models.errors import CairnError
from service.server import serve
from service.settings import Settings
try:
    serve(Settings())
except CairnError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def start(bundle: Path, var: Path, **settings: object) -> subprocess.Popen[str]:
    chosen = {"BUNDLE": bundle, "VAR": var, "DEMO_KEY": KEY, "LOG_LEVEL": "warning", **settings}
    own = {f"CAIRN_{name}": str(value) for name, value in chosen.items()}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CAIRN_")} | own
    return subprocess.Popen(
        [sys.executable, "-c", CODE], env=environment, stderr=subprocess.PIPE, text=True
    )


def wait(process: subprocess.Popen[str], client: httpx.Client) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()[1]
        try:
            client.get("/readyz")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the service was not ready within a minute")


@contextmanager
def served(bundle: Path, var: Path, **settings: object) -> Iterator[httpx.Client]:
    port = free_port()
    process = start(bundle, var, PORT=port, **settings)
    try:
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            wait(process, client)
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def refused(bundle: Path, var: Path, **settings: object) -> str:
    process = start(bundle, var, **settings)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in errors
    return errors


@pytest.mark.parametrize("workers", [1, 2])
def test_events_outlive_the_service_and_nothing_stays_behind(
    bundle_folder: Path, tmp_path: Path, workers: int
) -> None:
    event = {"event_id": "e1", "learner_id": "lea", "credential_id": "c5"}
    with served(bundle_folder, tmp_path, WORKERS=workers) as client:
        answer = client.post("/v1/events", json={"events": [event]})
        assert answer.json() == {"accepted": 1, "duplicates": 0}
        pid = int((tmp_path / "valkey" / "valkey.pid").read_text())
        for _ in range(40):
            with httpx.Client(base_url=client.base_url) as another:
                assert another.get("/healthz").status_code == 200
        counted = re.findall(
            r'cairn_http_requests_total\{.*"/healthz".*\} (\S+)', client.get("/metrics").text
        )
        assert [float(count) for count in counted] == [40.0]
    assert not Path(f"/proc/{pid}").exists()
    with served(bundle_folder, tmp_path, WORKERS=workers) as client:
        answer = client.post("/v1/events", json={"events": [event]})
        assert answer.json() == {"accepted": 0, "duplicates": 1}


def test_a_port_in_use_is_said_plainly(bundle_folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        errors = refused(bundle_folder, tmp_path, PORT=port)
    assert f"PortInUse: 127.0.0.1:{port} is in use" in errors
    assert not (tmp_path / "valkey").exists()


def test_a_missing_bundle_is_said_plainly(tmp_path: Path) -> None:
    assert "BundleError" in refused(tmp_path / "none", tmp_path, PORT=0)


def test_a_store_that_cannot_start_is_said_plainly(bundle_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "valkey").write_text("not a folder")
    assert "StoreUnavailable" in refused(bundle_folder, tmp_path, PORT=0)


def test_bad_keys_are_said_plainly(bundle_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("[]")
    errors = refused(bundle_folder, tmp_path, PORT=0, API_KEYS_FILE=tmp_path / "keys.json")
    assert "UsageError" in errors
    assert "keys.json" in errors


def test_a_service_without_keys_makes_one_and_shows_it(bundle_folder: Path, tmp_path: Path) -> None:
    port = free_port()
    process = start(bundle_folder, tmp_path, PORT=port, DEMO_KEY="")
    try:
        assert process.stderr is not None
        key = re.search(r"key (cairn_\S+)", process.stderr.readline())
        assert key is not None
        headers = {"Authorization": f"Bearer {key[1]}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            wait(process, client)
            assert client.get("/v1/model").status_code == 200
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("[tenants.demo]\nlimits.answers.burst = 0", "UsageError: .*tenants.toml: tenant 'demo'"),
        ("[tenants.demi]", "UsageError: .*tenants.toml: tenant 'demo': expected a table"),
        ('[tenants.demo]\nbundle = "none"', "BundleError: .*none"),
    ],
)
def test_bad_tenants_are_said_plainly(
    bundle_folder: Path, tmp_path: Path, terms: str, expected: str
) -> None:
    (tmp_path / "tenants.toml").write_text(terms)
    errors = refused(bundle_folder, tmp_path, PORT=0, TENANTS_FILE=tmp_path / "tenants.toml")
    assert re.search(expected, errors)


def test_workers_share_a_limit(bundle_folder: Path, tmp_path: Path) -> None:
    terms = tmp_path / "tenants.toml"
    terms.write_text("[tenants.demo]\nlimits.answers = {per_second = 0.001, burst = 10}\n")
    with served(bundle_folder, tmp_path, WORKERS=2, TENANTS_FILE=terms) as client:
        headers = {**client.headers, "Connection": "close"}
        statuses = [
            client.post("/v1/recommendations", json={}, headers=headers).status_code
            for _ in range(30)
        ]
        assert (statuses.count(200), statuses.count(429)) == (10, 20)
