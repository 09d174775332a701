"""The example of a platform's nightly batch, run as the platform would."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cairn_client import Client
from conftest import Keys
from shared import ROOT

SCRIPT = ROOT / "client" / "examples" / "nightly.py"
LEARNERS = [f"learner-{i}" for i in range(30)]

Night = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def key(keys: Keys) -> str:
    return keys.fresh()


@pytest.fixture
def night(tmp_path: Path, url: str, key: str) -> Night:
    """Runs the batch over one folder of files."""
    events = [
        {"event_id": f"e{i}", "learner_id": learner, "credential_id": f"c{i % 10}",
         "occurred_at": "2023-11-20T10:00:00Z"}
        for i, learner in enumerate(LEARNERS)
    ]  # fmt: skip
    (tmp_path / "events.jsonl").write_text("".join(json.dumps(each) + "\n" for each in events))
    (tmp_path / "learners.txt").write_text("\n".join([*LEARNERS, LEARNERS[0], ""]))

    def run(address: str = url) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, SCRIPT, address, "events.jsonl", "learners.txt", "next.jsonl",
             "--limit", "2"],
            cwd=tmp_path, env={"CAIRN_KEY": key, "PYTHONPATH": str(ROOT / "client")},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run


def answers(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "next.jsonl").read_text().splitlines()]


def test_a_night(night: Night, tmp_path: Path, url: str, key: str) -> None:
    done = night()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("30 events sent, 0 known before; 30 learners asked for, 0 done")
    found = answers(tmp_path)
    assert sorted(each["learner"] for each in found) == sorted(LEARNERS)
    assert all(len(each["credentials"]) == 2 for each in found)
    assert {each["mode"] for each in found} == {"personalised"}  # the events counted already
    with Client(url, key) as client:
        assert client.learner("learner-7").events == 1


def test_a_night_that_was_cut_off_goes_on(night: Night, tmp_path: Path) -> None:
    assert night().returncode == 0
    whole = (tmp_path / "next.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "next.jsonl").write_text("".join(whole[:10]) + whole[10][:25])
    done = night()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("0 events sent, 30 known before; 20 learners asked for, 10 done")
    assert sorted(each["learner"] for each in answers(tmp_path)) == sorted(LEARNERS)
    assert (tmp_path / "next.jsonl").read_text().startswith("".join(whole[:10]))


def test_a_night_without_the_service_says_so(night: Night, tmp_path: Path, url: str) -> None:
    failed = night(f"{url}/elsewhere")
    assert failed.returncode == 1
    assert "404" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert not (tmp_path / "next.jsonl").exists()


def test_a_learner_who_cannot_be_asked_for_does_not_stop_the_others(
    night: Night, tmp_path: Path
) -> None:
    (tmp_path / "learners.txt").write_text("learner-1\n" + "x" * 600 + "\nlearner-2\n")
    assert night().returncode == 0
    by_learner = {each["learner"][:10]: each for each in answers(tmp_path)}
    assert "422" in by_learner["x" * 10]["error"]
    assert by_learner["learner-1"]["credentials"] and by_learner["learner-2"]["credentials"]
