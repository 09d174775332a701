"""A training run that was killed goes on where it was, and ends with the same bundle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from shared import ROOT, TINY_SETTINGS

from training.kept import Kept, place

REFITTING = "fit base models on everything"


def cairn(var: Path, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "cairn", *map(str, arguments)],
        env={
            **os.environ,
            "CAIRN_VAR": str(var),
            "CAIRN_TRACKING": "false",
            "PYTHONUNBUFFERED": "1",
        },
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_alike(
    tiny_data: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps(TINY_SETTINGS))
    command = ("train", tiny_data, "--config", config)
    with cairn(tmp_path / "var", *command) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.startswith(REFITTING):
                child.send_signal(signal.SIGKILL)
                break
    assert child.returncode == -signal.SIGKILL
    with cairn(tmp_path / "var", *command, "--resume") as again:
        _, told = again.communicate(timeout=120)
    assert again.returncode == 0, told
    begun = [line.partition(" (")[0] for line in told.splitlines()]
    assert begun == ["read tables", "sort by learner", "choose indexes", REFITTING, "write bundle"]
    assert (tmp_path / "var" / "bundles" / tiny_bundle.name).is_dir()  # a digest of every file
    assert not list((tmp_path / "var" / "work").iterdir())


def test_what_is_kept_is_made_once(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept")
    made = []

    def arrays() -> dict[str, np.ndarray]:
        made.append("arrays")
        return {"a.b": np.arange(3, dtype=np.float32)}

    for _ in range(2):
        assert kept.arrays("some name", arrays)["a.b"].tolist() == [0, 1, 2]
        assert kept.plain("none", lambda: made.append("plain")) is None
    assert made == ["arrays", "plain"]
    kept.forget()
    kept.arrays("some name", arrays)
    assert made == ["arrays", "plain", "arrays"]


def test_without_a_folder_everything_is_made() -> None:
    kept = Kept()
    assert [kept.plain("n", iter([1]).__next__), kept.plain("n", iter([2]).__next__)] == [1, 2]


def test_other_data_settings_or_code_have_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_from = {"data": "0", "seed": 1}
    here = place(tmp_path, made_from)
    assert place(tmp_path, dict(made_from)) == here
    assert place(tmp_path, {**made_from, "seed": 2}) != here
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "steps.py").write_text("STEPS = 1")
    monkeypatch.setattr("training.kept.ROOT", tmp_path)
    assert place(tmp_path, made_from) != here
