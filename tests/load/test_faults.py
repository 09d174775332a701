"""The fault suite, for the fault that touches most: it runs, and what it counts adds up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_a_killed_service_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    command = [sys.executable, "-m", "load.faults", "--quick", "--json", str(file)]
    done = subprocess.run(
        [*command, "--faults", "service killed"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [row] = json.loads(file.read_text())["rows"]
    assert row["fault"] == "service killed"
    assert (row["failures"], row["wrong"], row["refused"]) == (0, 0, 0)
    assert row["acknowledged"] == row["found"] > 0
    assert row["interrupted"] > 0
    assert row["degraded"] > 0
    assert row["requests"] > row["interrupted"] + row["degraded"]
