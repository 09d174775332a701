"""The command line as its users meet it: what it prints, refuses, leaves behind."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import httpx
import polars as pl
import pytest
from shared import ROOT, TINY_SETTINGS, Run

from models import bundle
from models.bundle import registry
from service.tenants.auth import load_keyring

pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(TINY_SETTINGS))
    return path


@pytest.fixture
def data(tiny_data: Path, tmp_path: Path) -> Path:
    """A copy to be spoilt."""
    return shutil.copytree(tiny_data, tmp_path / "data")


def state(folder: Path) -> dict[str, bytes]:
    """Everything below a folder, to see that it stayed as it was."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rewrite(path: Path, change: Callable[[dict[str, object]], dict[str, object]]) -> None:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps(change(row)) + "\n" for row in rows))


def test_training_writes_the_same_bundle_again_and_makes_it_current(
    run: Run, tiny_data: Path, tiny_bundle: Path, config: Path, tmp_path: Path
) -> None:
    root = tmp_path / "var" / "bundles"
    code, out, err = run("train", tiny_data, "--config", config)
    assert code == 0
    assert registry.current(root) == tiny_bundle.name
    assert bundle.read(bundle.resolve(root)).manifest.files
    assert {"cairn", "popularity", "lightfm", tiny_bundle.name} <= set(
        out.replace(".", " ").split()
    )
    assert "write bundle" in err
    code, out, _ = run("bundle", "list")
    assert (code, "→" in out, tiny_bundle.name in out) == (0, True, True)


def test_a_bundle_that_is_not_good_enough_is_kept_but_not_promoted(
    run: Run, tiny_data: Path, config: Path, served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = state(served)
    monkeypatch.setattr("training.job.gate.faults", lambda *_: ["worse than popularity"])
    code, _, err = run("train", tiny_data, "--config", config, "--seed", 2)
    assert (code, "not promoted" in err, "worse than popularity" in err) == (1, True, True)
    assert len(registry.entries(served)) == 2
    assert pointer.items() <= state(served).items()


SPOILT_DATA = {
    "a missing column": (
        lambda row: {key: value for key, value in row.items() if key != "title"},
        "credentials.jsonl, column 'title'",
    ),
    "a cyclic prerequisite": (
        lambda row: {**row, "prerequisites": ["bakery-4"]} if row["id"] == "bakery-3" else row,
        "can never be earned: it waits for itself (bakery-3 → bakery-4 → bakery-3)",
    ),
    "a duplicate id": (
        lambda row: {**row, "id": "bakery-0"} if row["id"] == "bakery-1" else row,
        "credentials.jsonl, row 2, column 'id': this id is already used in row 1",
    ),
}


@pytest.mark.parametrize("fault", SPOILT_DATA)
def test_bad_data_are_refused_and_nothing_changes(
    run: Run, data: Path, config: Path, served: Path, fault: str
) -> None:
    change, message = SPOILT_DATA[fault]
    rewrite(data / "credentials.jsonl", change)
    before = state(served)
    for command in ("train", "evaluate"):
        code, _, err = run(command, data, "--config", config)
        assert (code, message in err) == (2, True), err
    assert state(served) == before


def spoil_size(folder: Path) -> None:
    path = folder / "arrays" / "learners_of.npy"
    path.write_bytes(path.read_bytes()[:-1])


def spoil_content(folder: Path) -> None:
    path = folder / "arrays" / "learners_of.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")


def spoil_version(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format_version": 99}))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_size, "is corrupt: arrays/learners_of.npy has"),
        (spoil_content, "is corrupt: the checksum of arrays/learners_of.npy is wrong"),
        (spoil_version, "has format_version 99; this Cairn reads up to 3: upgrade"),
    ],
)
def test_a_bundle_that_cannot_be_trusted_is_refused_everywhere(
    run: Run, served: Path, tmp_path: Path, spoil: Callable[[Path], None], message: str
) -> None:
    good = registry.current(served)
    spoil(shutil.copytree(bundle.resolve(served), served / "spoilt"))
    before = state(tmp_path)
    for arguments in (
        ("bundle", "verify", "spoilt"),
        ("bundle", "promote", "spoilt"),
        ("recommend", served / "spoilt"),
        ("serve", "--bundle", served / "spoilt", "--port", 0),
    ):
        code, _, err = run(*arguments)
        assert (code, message in err) == (1, True), err
    assert state(tmp_path) == before
    assert registry.current(served) == good
    assert run("bundle", "verify", good)[0] == 0


def test_versions_are_promoted_compared_and_rolled_back(run: Run, served: Path) -> None:
    first = registry.current(served)
    shutil.copytree(served / str(first), served / "other")
    assert run("bundle", "promote", "other")[0] == 0
    assert registry.current(served) == "other"
    assert run("bundle", "diff", first, "other")[0] == 0
    assert run("bundle", "rollback")[0] == 0
    assert registry.current(served) == first
    code, _, err = run("bundle", "rollback")
    assert (code, "no bundle was promoted before" in err) == (1, True)


def test_evaluation_writes_every_figure(
    run: Run, tiny_data: Path, config: Path, tmp_path: Path
) -> None:
    figures, page, other = (tmp_path / name for name in ("figures.json", "page.html", "b.json"))
    other.write_text(json.dumps({**TINY_SETTINGS, "candidates": 10}))
    code, out, _ = run(
        "evaluate", tiny_data, "--config", config, "--baselines", "popularity,markov",
        "--json", figures, "--report", page, "--against", other,
    )  # fmt: skip
    report = json.loads(figures.read_text())
    assert code == 0
    assert list(report["models"]) == ["cairn", "against", "popularity", "markov"]
    assert set(report["paired"]) == {"against", "popularity", "markov"}
    assert (report["config"]["candidates"], report["against"]["candidates"]) == (400, 10)
    assert report["models"]["against"]["all"] != report["models"]["cairn"]["all"]
    shown = f"{report['models']['cairn']['all']['ndcg@10']:.3f}"
    assert shown in out
    assert shown in page.read_text(encoding="utf-8")


def test_evaluation_asks_what_a_file_gives(
    run: Run, data: Path, config: Path, tmp_path: Path
) -> None:
    rows = (data / "interactions.csv").read_text().splitlines()
    (data / "interactions.csv").write_text("\n".join([rows[0], *rows[1::2]]) + "\n")
    test, figures = tmp_path / "held-out.csv", tmp_path / "figures.json"
    test.write_text("\n".join([rows[0], *rows[2::2]]) + "\n")
    arguments = ("evaluate", data, "--config", config, "--baselines", "none", "--json", figures)
    assert run(*arguments, "--test", test)[0] == 0
    report = json.loads(figures.read_text())
    assert (report["split"], list(report["models"])) == ("given", ["cairn"])
    for wrong, message in {
        ("--split", "given"): "needs a table test_interactions",
        ("--split", "last", "--test", test): "has no use in the split 'last'",
        ("--cut", "0.5"): "a cut has no use in the split 'last'",
        ("--test", tmp_path / "none.csv"): "no such file",
        ("--baselines", "popularity,guess"): "unknown baseline 'guess'",
        ("--json", tmp_path / "none" / "f.json"): "there is no folder",
        ("--report", tmp_path / "none" / "f.html"): "there is no folder",
    }.items():
        code, _, err = run(*arguments, *wrong)
        assert (code, message in err) == (2, True), err


def test_a_simulated_world_can_be_loaded_and_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "world"
    arguments = ("simulate", "--learners", 20, "--credentials", 60, "--out", out)
    assert run(*arguments)[0] == 0
    before = state(out)
    assert {Path(name).name for name in before} >= {"credentials.parquet", "truth.parquet"}
    code, _, err = run(*arguments, "--seed", 2)
    assert (code, "not empty" in err) == (2, True)
    assert state(out) == before


def test_imports_merge_and_refuse_what_they_do_not_know(
    run: Run, tiny_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "imported"
    assert run("import", "csv", tiny_data, "--out", out)[0] == 0
    before = state(out)
    code, shown, _ = run("import", "csv", tiny_data, "--out", out)
    assert (code, "interactions" in shown) == (0, True)
    assert state(out) == before
    code, _, err = run("import", "mars", tiny_data, "--out", out)
    assert code == 2
    code, _, err = run("import", "csv", tmp_path / "nothing", "--out", out)
    assert (code, "no such file or folder" in err) == (2, True)
    code, _, err = run("import", "moon", tiny_data, "--out", out)
    assert (code, "expected one of caliper, case, coursera" in err) == (2, True)
    assert state(out) == before


def test_keys_are_made_shown_once_and_kept_as_hashes(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    made = [run("keys", "create", tenant, "--file", file)[1].strip() for tenant in ("a", "b")]
    ring = load_keyring(file, None)
    assert [getattr(ring.find(key), "tenant", None) for key in made] == ["a", "b"]
    assert not any(key in file.read_text() for key in made)
    assert file.stat().st_mode & 0o077 == 0
    before = file.read_bytes()
    for wrong in (("Bad Tenant",), ("c", "--scopes", "everything")):
        assert run("keys", "create", *wrong, "--file", file)[0] == 2
    assert file.read_bytes() == before


def test_settings_and_arguments_that_cannot_be_used_are_named(
    run: Run, served: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAIRN_STORE_TIMEOUT", "soon")
    code, _, err = run("serve")
    assert (code, "CAIRN_STORE_TIMEOUT" in err) == (2, True)
    monkeypatch.delenv("CAIRN_STORE_TIMEOUT")
    assert run("serve", "--port", 70_000)[0] == 2
    assert run("serve", "--nonsense")[0] == 2
    code, _, err = run("serve", "--bundle", served / "none")
    assert (code, "neither a bundle nor a registry" in err) == (1, True)


def test_a_file_that_cannot_be_written_is_said_plainly(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    code, _, err = run("keys", "create", "a", "--file", tmp_path / "file" / "keys.json")
    assert (code, "cannot write the API keys" in err) == (2, True), err
    out = tmp_path / "file" / "world"
    code, _, err = run("simulate", "--learners", 5, "--credentials", 60, "--out", out)
    assert (code, str(out) in err) == (1, True), err


@pytest.mark.parametrize(
    ("package", "arguments", "extra"),
    [
        (
            "polars",
            ["simulate", "--learners", "1", "--credentials", "60", "--out", "x"],
            "training",
        ),
        ("fastapi", ["serve"], "service"),
    ],
)
def test_a_half_that_is_not_installed_is_named(
    package: str, arguments: list[str], extra: str
) -> None:
    code = f"import sys; sys.modules[{package!r}] = None; import cairn; cairn.main({arguments})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert f"{package} is not installed" in done.stderr
    assert f"cairn-paths[{extra}]" in done.stderr


def test_a_port_in_use_and_a_store_that_cannot_start_leave_nothing(
    run: Run, served: Path, tmp_path: Path
) -> None:
    before = state(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for command in ("serve", "demo"):
            code, _, err = run(command, "--port", taken.getsockname()[1])
            assert (code, "is in use by another process" in err) == (1, True), err
    assert state(tmp_path) == before
    (tmp_path / "var" / "valkey").write_text("not a folder")
    code, out, err = run("serve", "--port", 0)
    assert (code, out, "cannot use" in err) == (1, "", True), err


@contextmanager
def process(
    var: Path, *arguments: object, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[subprocess.Popen[str]]:
    """``python -m cairn`` with its runtime data in ``var``; interrupted at the end."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("CAIRN_")}
    own |= {"CAIRN_VAR": str(var), "CAIRN_TRACKING": "false", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "cairn", *map(str, arguments)],
        env={**own, **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        try:
            yield child
        finally:
            child.send_signal(signal.SIGINT)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl, which the demo prints")
def test_the_demo_prints_a_question_that_is_answered_and_its_events_can_be_trained_on(
    run: Run, served: Path, tiny_data: Path, tmp_path: Path
) -> None:
    with process(tmp_path / "var", "demo", "--port", 0) as demo:
        assert demo.stdout is not None
        lines = [demo.stdout.readline() for _ in range(5)]
        told = {line[:10].strip(): line[11:].strip() for line in lines}
        page, key = told["Demo page"], told["API key"]
        curl = subprocess.run(
            shlex.split(told["Try it"]), capture_output=True, check=True, timeout=60
        )
        body = json.loads(curl.stdout)
        asked = json.loads(shlex.split(told["Try it"])[-1])
        with httpx.Client(base_url=page, headers={"Authorization": f"Bearer {key}"}) as client:
            for address in (page, told["API docs"]):
                assert client.get(address).status_code == 200
            event = {"event_id": "e", "learner_id": "new", "credential_id": "bakery-0"}
            assert client.post("/v1/events", json={"events": [event]}).status_code == 202
    assert demo.returncode == 0
    _, out, _ = run(
        "recommend", served, "--json", "--limit", 3,
        "--learner-id", asked["learner"]["id"], "--role", asked["target_role"],
    )  # fmt: skip
    alone = json.loads(out)
    for answer in (body, alone):
        assert answer.pop("request_id")
    assert body == alone
    grown = shutil.copytree(tiny_data, tmp_path / "grown")
    for added in ("1 interactions added", "0 interactions added"):
        code, out, _ = run("events", "export", "--out", grown)
        assert (code, added in out) == (0, True)
    last = pl.read_parquet(grown / "interactions.parquet").row(-1, named=True)
    assert (last["learner_id"], last["credential_id"]) == ("new", "bakery-0")


def test_events_of_no_service_are_said_plainly(run: Run, tmp_path: Path) -> None:
    code, _, err = run("events", "export", "--out", tmp_path / "out")
    assert (code, "no service has recorded events" in err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_interrupted_training_leaves_nothing(
    served: Path, tiny_data: Path, config: Path, tmp_path: Path
) -> None:
    before = state(served)
    with process(tmp_path / "var", "train", tiny_data, "--config", config) as child:
        assert child.stderr is not None
        assert child.stderr.readline()  # the first stage has begun
        child.send_signal(signal.SIGINT)
        rest = child.stderr.read()
        child.wait(30)
    assert child.returncode not in (0, None)
    assert "Traceback" not in rest
    assert state(served) == before


def test_serving_answers_to_the_keys_that_were_made(run: Run, served: Path, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    _, key, _ = run("keys", "create", "acme", "--file", file, "--scopes", "recommend")
    environment = {"CAIRN_API_KEYS_FILE": str(file)}
    with process(tmp_path / "var", "serve", "--port", 0, environment=environment) as child:
        assert child.stdout is not None
        url = child.stdout.readline().split()[-1]
        assert httpx.get(f"{url}/v1/model", timeout=60).status_code == 401
        headers = {"Authorization": f"Bearer {key.strip()}"}
        model = httpx.get(f"{url}/v1/model", headers=headers).json()
        assert model["bundle_version"] == registry.current(served)
    assert child.returncode == 0
