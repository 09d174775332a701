"""The fault suite, for faults that touch most: it runs, and what it counts adds up."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from shared import ROOT, TINY_SETTINGS

from training.config import Config
from training.job import train
from training.progress import Silent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For the two bundles: one is trained here, quickly, the other by the first who asks."""
    folder = tmp_path_factory.mktemp("bundles")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    train(
        ROOT / "training" / "sample", folder, Config.model_validate(TINY_SETTINGS), 1, now, Silent()
    )
    return folder


def row(registry: Path, folder: Path, fault: str) -> dict[str, Any]:
    file = folder / "faults.json"
    command = [sys.executable, "-m", "load.faults", "--quick", "--json", str(file)]
    done = subprocess.run(
        [*command, "--work", str(registry), "--faults", fault],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    [found] = json.loads(file.read_text())["rows"]
    assert found["fault"] == fault
    assert (found["failures"], found["wrong"], found["refused"]) == (0, 0, 0)
    assert found["acknowledged"] == found["found"] > 0
    return dict(found)


def test_a_killed_service_loses_nothing(registry: Path, tmp_path: Path) -> None:
    found = row(registry, tmp_path, "service killed")
    assert found["interrupted"] > 0
    assert found["degraded"] > 0
    assert found["requests"] > found["interrupted"] + found["degraded"]


def test_a_killed_node_degrades_its_tenants_alone(registry: Path, tmp_path: Path) -> None:
    found = row(registry, tmp_path, "node killed")
    assert found["interrupted"] == 0
    assert found["degraded"] > found["elsewhere"] == 0


def test_bundles_come_through_object_storage(registry: Path, tmp_path: Path) -> None:
    found = row(registry, tmp_path, "bundles fetched")
    assert (found["interrupted"], found["bundles"]) == (0, 2)
