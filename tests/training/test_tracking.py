"""Every run is written down, what it came to as well, and nothing depends on that."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from shared import ROOT, TINY_SETTINGS, Run

from models.bundle import registry
from training import tracking
from training.settings import Settings, environment
from training.tracking import run as tracked_run
from training.tracking.figures import flat, plain
from training.tracking.run import QUIET, SCRIBE

READ = """
import json, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
experiments = [each.experiment_id for each in client.search_experiments()]
runs = client.search_runs(experiments, order_by=["attributes.start_time"])
def files(run, path=None):
    for each in client.list_artifacts(run, path):
        yield from files(run, each.path) if each.is_dir else [each.path]
def model(version):
    found = client.get_model_version("cairn", version.version)
    return {"tags": found.tags, "run": found.run_id, "aliases": found.aliases}
print(json.dumps({
    "runs": [{
        "id": r.info.run_id, "status": r.info.status, "tags": r.data.tags, "params": r.data.params,
        "metrics": {name: [point.value for point in client.get_metric_history(r.info.run_id, name)]
                    for name in r.data.metrics},
        "files": list(files(r.info.run_id)),
    } for r in runs],
    "models": [model(each) for each in client.search_model_versions()],
}))
"""

Store = dict[str, Any]


def read(var: Path) -> Store:
    """All that the local store below ``var`` holds, read by MLflow itself."""
    uri = f"sqlite:///{var / 'mlruns' / 'mlflow.db'}"
    done = subprocess.run(
        [sys.executable, "-c", READ, uri], env=environment(QUIET), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which nothing is written yet: making its tables takes seconds."""
    path = tmp_path_factory.mktemp("tables") / "mlflow.db"
    made = ["from mlflow import MlflowClient", f"MlflowClient('sqlite:///{path}')"]
    subprocess.run([sys.executable, "-c", "\n".join(made)], env=environment(QUIET), check=True)
    return path


@pytest.fixture
def var(tables: Path, tmp_path: Path) -> Path:
    """A folder for runtime data whose store is there."""
    (tmp_path / "var" / "mlruns").mkdir(parents=True)
    shutil.copyfile(tables, tmp_path / "var" / "mlruns" / "mlflow.db")
    return tmp_path / "var"


@pytest.fixture
def track(monkeypatch: pytest.MonkeyPatch, run: Run) -> Run:
    monkeypatch.setenv("CAIRN_TRACKING", "true")
    return run


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(TINY_SETTINGS))
    return path


@pytest.fixture
def settings(var: Path) -> Settings:
    return Settings(var=var)


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.2)
    return holds()


def test_a_training_is_written_down_and_its_bundle_is_the_champion(
    track: Run, tiny_data: Path, config: Path, var: Path
) -> None:
    assert track("train", tiny_data, "--config", config)[0] == 0
    first = registry.current(var / "bundles")
    assert track("train", tiny_data, "--config", config, "--seed", 2)[0] == 0
    second = registry.current(var / "bundles")
    store = read(var)
    for told in store["runs"]:
        version = told["tags"]["bundle_version"]
        manifest = json.loads((var / "bundles" / version / "manifest.json").read_text())
        assert (told["status"], told["tags"]["kind"]) == ("FINISHED", "train")
        assert told["tags"]["gate"] == "passed"
        assert told["params"]["config/components"] == "8"
        assert told["params"]["data/hash"] == manifest["data"]["hash"]
        measured = manifest["metrics"]["models"]["cairn"]["all"]
        low, _ = measured["ci"]["ndcg@10"]
        assert told["metrics"]["models/cairn/all/ndcg_at_10"] == [measured["ndcg@10"]]
        assert told["metrics"]["models/cairn/all/ci/ndcg_at_10/low"] == [low]
        assert len(told["metrics"]["ranker/ndcg_at_10"]) == TINY_SETTINGS["rounds"]
        assert len(told["metrics"]["collaborative/rate 0.05/ndcg_at_10"]) > 1
        assert told["metrics"]["seconds/train ranker"][0] > 0
        assert told["files"] == ["bundle/manifest.json", "evaluation.json"]

    def champions() -> list[str]:
        models = read(var)["models"]
        return [each["tags"]["bundle_version"] for each in models if "champion" in each["aliases"]]

    assert {each["run"] for each in store["models"]} == {each["id"] for each in store["runs"]}
    assert champions() == [second]
    assert track("bundle", "rollback")[0] == 0
    assert champions() == [first]
    assert track("bundle", "promote", second)[0] == 0
    assert champions() == [second]


def test_an_evaluation_is_written_down_with_its_page(
    track: Run, tiny_data: Path, config: Path, tmp_path: Path
) -> None:
    code, _, _ = track("evaluate", tiny_data, "--config", config, "--baselines", "popularity")
    assert code == 0
    (told,) = read(tmp_path / "var")["runs"]
    assert told["files"] == ["evaluation.html", "evaluation.json"]
    assert told["params"]["split"] == "last"
    assert len(told["metrics"]["paired/popularity/low"]) == 1


def test_nothing_is_written_where_it_is_switched_off(
    run: Run, monkeypatch: pytest.MonkeyPatch, tiny_data: Path, config: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("CAIRN_TRACKING", "false")
    assert run("train", tiny_data, "--config", config)[0] == 0
    assert not (tmp_path / "var" / "mlruns").exists()
    assert run("bundle", "promote", registry.current(tmp_path / "var" / "bundles"))[0] == 0
    assert not (tmp_path / "var" / "mlruns").exists()


def test_how_a_run_ended_is_known(settings: Settings) -> None:
    warned: list[str] = []
    for error in (None, ValueError("diverged"), KeyboardInterrupt()):
        try:
            with tracking.started(settings, "train", warned.append):
                if error is not None:
                    raise error
        except (ValueError, KeyboardInterrupt) as raised:
            assert raised is error
    assert [each["status"] for each in read(settings.var)["runs"]] == [
        "FINISHED", "FAILED", "KILLED",
    ]  # fmt: skip
    assert warned == []


@contextmanager
def training(data: Path, config: Path, var: Path) -> Iterator[subprocess.Popen[str]]:
    """A training in a process of its own, in which something has been done."""
    own = {"CAIRN_VAR": str(var), "CAIRN_TRACKING": "true", "PYTHONPATH": str(ROOT)}
    inherited = {name: value for name, value in os.environ.items() if name not in own}
    with subprocess.Popen(
        [sys.executable, "-m", "cairn", "train", str(data), "--config", str(config)],
        env={**inherited, **own}, stderr=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stderr is not None
        while not running(var):
            assert child.poll() is None
            time.sleep(0.02)
        yield child
        child.kill()


def running(var: Path) -> bool:
    return any((var / "mlruns").glob("running-*"))


def test_a_killed_run_is_marked_so_by_its_scribe(tiny_data: Path, config: Path, var: Path) -> None:
    with training(tiny_data, config, var) as child:
        child.kill()
    assert eventually(lambda: not running(var))
    assert [each["status"] for each in read(var)["runs"]] == ["KILLED"]


def test_a_run_killed_together_with_its_scribe_is_marked_so_by_the_next(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[str]] = []
    popen = subprocess.Popen

    def remembered(*args: Any, **more: Any) -> subprocess.Popen[str]:
        started.append(popen(*args, **more))
        return started[-1]

    monkeypatch.setattr(tracked_run.subprocess, "Popen", remembered)
    warned: list[str] = []
    with tracking.started(settings, "train", warned.append):
        assert eventually(lambda: running(settings.var))
        started[0].send_signal(signal.SIGKILL)
    assert warned == ["not written down: the process that does it ended with -9"]
    with tracking.started(settings, "evaluate", warned.append):
        pass
    assert [(each["tags"]["kind"], each["status"]) for each in read(settings.var)["runs"]] == [
        ("train", "KILLED"), ("evaluate", "FINISHED"),
    ]  # fmt: skip
    assert not running(settings.var)


def test_a_store_that_fails_costs_a_warning(
    track: Run, monkeypatch: pytest.MonkeyPatch, tiny_data: Path, config: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    code, out, err = track("train", tiny_data, "--config", config)
    assert (code, "It is now the current bundle" in out) == (0, True)
    assert "cairn: tracking: not written down: " in err


def test_a_store_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tracked_run, "PATIENCE", 0.5)
    warned: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = Settings(var=tmp_path, MLFLOW_TRACKING_URI=uri)
        begun = time.monotonic()
        with tracking.started(settings, "train", warned.append) as run:
            run.text("large.txt", "x" * 1_000_000)  # more than a pipe holds
        assert time.monotonic() - begun < 10
    assert warned == ["not written down after 0.5 s: going on without waiting for it"]


NETWORK = """
import runpy, sys
met = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo"):
        met.append((event, arguments[1:]))
sys.addaudithook(watch)
runpy.run_path(sys.argv[1], run_name="__main__")
import time
time.sleep(2)
print(met)
"""


def test_the_scribe_asks_nothing_of_the_network(settings: Settings) -> None:
    orders = [
        {"uri": settings.tracking_uri, "folder": str(settings.tracked), "experiment": "quiet"},
        {"do": "begin", "kind": "train"},
        {"do": "end", "status": "FINISHED"},
    ]
    quiet = {name: each for name, each in environment(QUIET).items() if "PYTEST" not in name}
    done = subprocess.run(
        [sys.executable, "-c", NETWORK, str(SCRIBE)], env=quiet, text=True, check=True,
        input="".join(json.dumps(each) + "\n" for each in orders), stdout=subprocess.PIPE,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
    assert read(settings.var)["runs"][0]["status"] == "FINISHED"


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
