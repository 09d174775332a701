"""Every run is written down, what it came to as well, and nothing depends on that.

Importing MLflow takes seconds: the tests share one store and one process that reads it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from shared import ROOT, TINY_SETTINGS, Run

from load.ports import free_port
from models.bundle import registry
from training import tracking
from training.settings import Settings, environment
from training.tracking import run as tracked_run
from training.tracking.figures import flat, plain
from training.tracking.run import QUIET, SCRIBE

READ = """
import json, sys
from mlflow import MlflowClient
def files(client, run, path=None):
    for each in client.list_artifacts(run, path):
        yield from files(client, run, each.path) if each.is_dir else [each.path]
def model(client, version):
    found = client.get_model_version("cairn", version.version)
    return {"tags": found.tags, "run": found.run_id, "aliases": found.aliases}
for line in sys.stdin:
    client = MlflowClient(line.strip())
    experiments = [each.experiment_id for each in client.search_experiments()]
    runs = client.search_runs(experiments, order_by=["attributes.start_time"])
    print(json.dumps({
        "runs": [{
            "id": r.info.run_id, "status": r.info.status, "tags": r.data.tags,
            "params": r.data.params, "files": list(files(client, r.info.run_id)),
            "metrics": {
                name: [point.value for point in client.get_metric_history(r.info.run_id, name)]
                for name in r.data.metrics
            },
        } for r in runs],
        "models": [model(client, each) for each in client.search_model_versions()],
    }), flush=True)
"""

WATCHED = """
import os, runpy, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        with open(os.environ["MET"], "a") as met:
            print(event, arguments[1:], file=met)
sys.addaudithook(watch)
runpy.run_path({scribe!r}, run_name="__main__")
"""
"""The scribe, with a list of what it asks of the network."""

UNTIL_KILLED = """
import sys, time
from pathlib import Path
from training import tracking
from training.settings import Settings
with tracking.started(Settings(var=Path(sys.argv[1])), "killed"):
    time.sleep(600)
"""

Store = dict[str, Any]
Read = Callable[[], Store]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tracked")


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(var=home / "var", tracking=True)


@pytest.fixture(scope="module")
def read(home: Path) -> Iterator[Read]:
    """All that the shared store holds, read by MLflow itself."""
    uri = Settings(var=home / "var").tracking_uri
    with subprocess.Popen(
        [sys.executable, "-c", READ], env=environment(QUIET), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        told, asked = process.stdout, process.stdin
        assert told is not None and asked is not None

        def all_of_it() -> Store:
            print(uri, file=asked, flush=True)
            return dict(json.loads(told.readline()))

        yield all_of_it
        asked.close()


@pytest.fixture
def track(home: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> Run:
    """Runs commands that are written down in the shared store, and whose scribe is watched."""
    watched = home / "watched.py"
    watched.write_text(WATCHED.format(scribe=str(SCRIBE)))
    monkeypatch.setattr(tracked_run, "SCRIBE", watched)
    monkeypatch.setattr(tracked_run, "PATIENCE", 60)
    monkeypatch.setenv("MET", str(home / "met"))
    monkeypatch.setenv("CAIRN_VAR", str(home / "var"))
    monkeypatch.setenv("CAIRN_TRACKING", "true")
    for name in [name for name in os.environ if name.startswith("PYTEST")]:
        monkeypatch.delenv(name)  # MLflow does not report its use under pytest
    return run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(TINY_SETTINGS))
    return path


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    return holds()


def of_kind(store: Store, kind: str) -> list[Store]:
    return [each for each in store["runs"] if each["tags"]["kind"] == kind]


def marks(home: Path) -> set[Path]:
    return set((home / "var" / "mlruns").glob("running-*"))


def test_a_training_is_written_down_and_what_is_promoted_is_the_champion(
    track: Run, tiny_data: Path, config: Path, home: Path, read: Read
) -> None:
    assert track("train", tiny_data, "--config", config, "--no-promote")[0] == 0
    (manifest,) = (home / "var" / "bundles").glob("*/manifest.json")
    version, written = manifest.parent.name, json.loads(manifest.read_text())
    store = read()
    (told,) = store["runs"]
    assert (told["status"], told["tags"]["kind"]) == ("FINISHED", "train")
    assert told["tags"]["bundle_version"] == version
    assert told["tags"]["registry"] == str(manifest.parent.parent)
    assert told["tags"]["gate"] == "passed"
    assert told["params"]["config/components"] == "8"
    assert told["params"]["data/hash"] == written["data"]["hash"]
    measured = written["metrics"]["models"]["cairn"]["all"]
    low, _ = measured["ci"]["ndcg@10"]
    assert told["metrics"]["models/cairn/all/ndcg_at_10"] == [measured["ndcg@10"]]
    assert told["metrics"]["models/cairn/all/ci/ndcg_at_10/low"] == [low]
    assert len(told["metrics"]["ranker/ndcg_at_10"]) == TINY_SETTINGS["rounds"]
    assert len(told["metrics"]["collaborative/rate 0.05/ndcg_at_10"]) > 1
    assert told["metrics"]["seconds/train ranker"][0] > 0
    assert told["files"] == [
        "bundle/manifest.json",
        "data-card.md",
        "evaluation.json",
        "model-card.md",
        "report.html",
    ]
    assert [(each["run"], each["aliases"]) for each in store["models"]] == [(told["id"], [])]
    assert track("bundle", "promote", version)[0] == 0
    assert [each["aliases"] for each in read()["models"]] == [["champion"]]


def test_an_evaluation_is_written_down_with_its_page(
    track: Run, tiny_data: Path, config: Path, read: Read
) -> None:
    code, _, _ = track("evaluate", tiny_data, "--config", config, "--baselines", "popularity")
    assert code == 0
    (told,) = of_kind(read(), "evaluate")
    assert told["files"] == ["evaluation.html", "evaluation.json"]
    assert told["params"]["split"] == "last"
    assert len(told["metrics"]["paired/popularity/low"]) == 1


def test_nothing_is_asked_of_the_network(home: Path, read: Read) -> None:
    assert read()["runs"]
    assert (home / "watched.py").is_file()
    assert not (home / "met").exists()


def test_nothing_is_written_where_it_is_not_wanted(
    run: Run, monkeypatch: pytest.MonkeyPatch, tiny_bundle: Path, served: Path, tmp_path: Path
) -> None:
    assert run("bundle", "promote", tiny_bundle.name)[0] == 0
    for tracking_wanted, settings in ((True, Settings(tracking=False)), (False, Settings())):
        with tracking.started(settings, "train", wanted=tracking_wanted) as quiet:
            quiet.text("a.txt", "a")
    monkeypatch.setenv("CAIRN_TRACKING", "true")  # but nothing was ever written down here
    assert run("bundle", "promote", tiny_bundle.name)[0] == 0
    assert registry.current(served) == tiny_bundle.name
    assert not (tmp_path / "var" / "mlruns").exists()


def test_a_killed_run_is_marked_so_by_its_scribe(home: Path, read: Read) -> None:
    before = marks(home)
    with subprocess.Popen(
        [sys.executable, "-c", UNTIL_KILLED, str(home / "var")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "CAIRN_TRACKING": "true"},
    ) as child:
        assert eventually(lambda: marks(home) != before)
        child.kill()
    assert eventually(lambda: marks(home) == before)
    assert [each["status"] for each in of_kind(read(), "killed")] == ["KILLED"]


def test_a_run_killed_together_with_its_scribe_is_marked_so_by_the_next(
    settings: Settings, home: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def remembered(*args: Any, **more: Any) -> subprocess.Popen[str]:
        begun.append(popen(*args, **more))
        return begun[-1]

    monkeypatch.setattr(tracked_run.subprocess, "Popen", remembered)
    monkeypatch.setattr(tracked_run, "PATIENCE", 60)
    warned: list[str] = []
    with tracking.started(settings, "gone", warned.append):
        assert eventually(lambda: len(marks(home)) == 1)
        begun[0].send_signal(signal.SIGKILL)
    assert warned == ["not written down: the process that does it ended with -9"]
    with (
        pytest.raises(ValueError, match="diverged"),
        tracking.started(settings, "diverging", warned.append),
    ):
        raise ValueError("diverged")
    assert [each["status"] for each in of_kind(read(), "gone")] == ["KILLED"]
    assert [each["status"] for each in of_kind(read(), "diverging")] == ["FAILED"]
    assert (marks(home), len(warned)) == (set(), 1)


def test_a_store_that_fails_costs_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    port = free_port()
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setattr(tracked_run, "PATIENCE", 60)
    uri = f"http://127.0.0.1:{port}"
    warned: list[str] = []
    settings = Settings(var=tmp_path, tracking=True, MLFLOW_TRACKING_URI=uri)
    with tracking.started(settings, "train", warned.append) as run:
        run.text("large.txt", "x" * 1_000_000)  # more than a pipe holds
    (warning,) = warned
    assert warning.startswith("not written down: MlflowException: ")
    assert f"port={port}" in warning


def test_a_store_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tracked_run, "PATIENCE", 0.5)
    warned: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = Settings(var=tmp_path, tracking=True, MLFLOW_TRACKING_URI=uri)
        begun = time.monotonic()
        with tracking.started(settings, "train", warned.append) as run:
            run.text("large.txt", "x" * 1_000_000)
        assert time.monotonic() - begun < 10
    assert warned == ["not written down after 0.5 s: going on without waiting for it"]


def test_nested_figures_are_told_by_path_and_the_unknown_is_left_out() -> None:
    report = {
        "a": {"ndcg@10": 0.5, "ci": {"mrr": [0.1, 0.2]}},
        "b": None,
        "c": float("nan"),
        "d": 1,
    }
    assert dict(flat(report)) == {
        "a/ndcg_at_10": 0.5, "a/ci/mrr/low": 0.1, "a/ci/mrr/high": 0.2, "d": 1.0,
    }  # fmt: skip
    assert dict(plain({"config": {"kinds": ("a", "b")}, "seed": 1})) == {
        "config/kinds": "('a', 'b')", "seed": "1",
    }  # fmt: skip
