"""``cairn retrain``: killed at every boundary of its stages, alone, and never for the worse."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
from shared import ROOT, TINY_SETTINGS, Run

from models import bundle
from models.bundle import registry
from models.domain import Ask, Kind, Learner
from models.errors import Busy
from models.recommend import recommend
from service.held import LoggedEvent
from service.ledger import Ledger
from service.spool import Spool
from service.store import Store
from service.valkey import embedded_valkey
from training.retraining.alone import alone
from training.retraining.merging import merge
from training.retraining.run import STAGES
from training.tables import load
from training.writing import take_log

DYING = """
import os, signal, sys
import cairn
from training import job  # what takes seconds to load is loaded once
from training.kept import Kept
plain, arguments = Kept.plain, sys.argv[1:]
for line in sys.stdin:
    stage, moment, log = line.split()
    child = os.fork()
    if child:
        print(os.waitpid(child, 0)[1], flush=True)
        continue
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT), 2)
    os.dup2(2, 1)
    def dying(self, name, make):
        def made():
            told = make()
            if (name, moment) == (stage, "before"):
                os.kill(os.getpid(), signal.SIGKILL)
            return told
        told = plain(self, name, made)
        if (name, moment) == (stage, "after"):
            os.kill(os.getpid(), signal.SIGKILL)
        return told
    Kept.plain = dying
    try:
        cairn.main(arguments)
    except SystemExit as left:
        sys.stderr.flush()
        os._exit(left.code or 0)
"""
"""Runs the command line in processes of its own, each killed when a stage has done its work: before
that is written down, or after. Says how each ended."""


def record(var: Path, events: Sequence[LoggedEvent]) -> None:
    """What a service leaves behind."""

    async def body(url: str) -> None:
        async with Store(url, 5.0, 2) as store, Spool(var / "spool", 10**6) as spool:
            await Ledger(store, spool).append("demo", events)

    with embedded_valkey(var / "valkey") as url:
        asyncio.run(body(url))


def bakers(n: int = 12) -> list[LoggedEvent]:
    """Learners who came since, and took the first courses of a trade in turn."""
    day = 86_400.0
    return [
        LoggedEvent(f"n{i}-{k}", f"new-{i}", f"bakery-{k}", Kind.COMPLETE, 1.76e9 + day * (k + i))
        for i in range(n)
        for k in range(4)
    ]


def config(folder: Path) -> Path:
    file = folder / "config.json"
    file.write_text(json.dumps(TINY_SETTINGS))
    return file


def answers(root: Path) -> str:
    """The version that answers now, after it did."""
    loaded = bundle.read(registry.resolve(root))
    assert recommend(loaded, Ask(Learner(), at=1.77e9)).items
    return loaded.version


@pytest.mark.slow
def test_killed_at_every_boundary_it_serves_on_and_ends(
    tiny_data: Path, served: Path, tmp_path: Path
) -> None:
    var, before = tmp_path / "var", answers(served)
    record(var, bakers())
    command = ("retrain", tiny_data, "--config", config(tmp_path))
    status = var / "work" / "retrain" / "retrain.json"
    with subprocess.Popen(
        [sys.executable, "-c", DYING, *map(str, command)],
        env={**os.environ, "CAIRN_VAR": str(var), "PYTHONPATH": str(ROOT)},
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as runs:  # fmt: skip
        assert runs.stdin is not None
        assert runs.stdout is not None

        def run(stage: str, moment: str) -> tuple[int, str]:
            log = tmp_path / f"{stage}-{moment}.log"
            print(stage, moment, log, file=runs.stdin, flush=True)
            ended = os.waitstatus_to_exitcode(int(runs.stdout.readline()))
            return ended, log.read_text()

        for stage in STAGES:
            for moment in ("before", "after"):
                ended, log = run(stage, moment)
                assert ended == -signal.SIGKILL, log
                # Only what was not yet written down is done (over).
                begun = [each for each in STAGES if f"{each} …" in log.splitlines()]
                assert begun == [stage]
                assert (answers(served) != before) == (stage == "promote")
                assert json.loads(status.read_text())["stage"] == stage
        ended, log = run("none", "after")
        assert ended == 0, log
        runs.stdin.close()
    assert "is now the current bundle" in log
    assert all(f"{each}: done before" in log for each in STAGES)
    assert "new-3" in bundle.read(registry.resolve(served)).histories.learners
    assert {path.name for path in status.parent.iterdir()} == {"retrain.json", "retrain.lock"}
    assert json.loads(status.read_text())["outcome"] == "promoted"


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Where a service left events, and nothing else."""
    record(tmp_path / "var", bakers())
    return tmp_path / "var"


def test_nothing_new_is_told_and_a_worse_bundle_refused(
    run: Run, tiny_data: Path, served: Path, recorded: Path, tmp_path: Path
) -> None:
    # What is served now is said to be all but perfect: whatever comes is worse.
    before = answers(served)
    manifest = served / before / "manifest.json"
    told = json.loads(manifest.read_text())
    told["metrics"]["models"]["cairn"]["all"]["ci"]["ndcg@10"] = [0.999, 1.0]
    manifest.write_text(json.dumps(told))
    command = ("retrain", tiny_data, "--config", config(tmp_path))
    code, _, err = run(*command)
    assert code == 3
    assert "is significantly below the current bundle's" in err
    assert answers(served) == before
    status = json.loads((recorded / "work" / "retrain" / "retrain.json").read_text())
    assert status["outcome"] == "not promoted"
    shutil.rmtree(served)
    assert run(*command)[0] == 0
    first = answers(served)
    code, _, err = run(*command)
    assert (code, "nothing new" in err) == (0, True)
    assert answers(served) == first


def test_a_platform_begins_without_histories_and_goes_on_with_few(
    run: Run, tiny_data: Path, tmp_path: Path
) -> None:
    data = Path(shutil.copytree(tiny_data, tmp_path / "data"))
    (data / "interactions.csv").write_text("learner_id,credential_id,occurred_at\n")
    code, _, err = run("train", data, "--config", config(tmp_path))
    assert code == 0, err
    root = tmp_path / "var" / "bundles"
    first = answers(root)
    record(tmp_path / "var", bakers(1)[:2])
    code, _, err = run("retrain", data, "--config", config(tmp_path))
    assert code == 0, err
    assert answers(root) != first
    made = bundle.read(registry.resolve(root))
    assert made.manifest.data.counts["interactions"] == 2
    assert "new-0" in made.histories.learners


def test_a_second_run_is_refused_and_a_dead_holder_is_not_waited_for(
    run: Run, tiny_data: Path, recorded: Path, tmp_path: Path
) -> None:
    work = recorded / "work" / "retrain"
    hold = "import sys, time\nfrom pathlib import Path\nfrom training.retraining.alone import alone"
    hold += "\nwith alone(Path(sys.argv[1])):\n    print('held', flush=True)\n    time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(work)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        code, _, err = run("retrain", tiny_data, "--config", config(tmp_path))
        assert (code, f"process {holder.pid} retrains already" in err) == (4, True)
        with pytest.raises(Busy), alone(work):
            pass
        holder.kill()
    with alone(work):
        assert (work / "retrain.lock").read_text() == f"{os.getpid()}\n"


def test_what_cannot_be_trained_on_ends_the_run(
    run: Run, tiny_data: Path, recorded: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(tiny_data, data)
    (data / "interactions.csv").write_text(
        "learner_id,credential_id,occurred_at\nlea,bakery-99,2025-01-01\n"
    )
    code, _, err = run("retrain", data, "--config", config(tmp_path))
    assert (code, "bakery-99" in err) == (2, True)
    work = recorded / "work" / "retrain"
    assert json.loads((work / "retrain.json").read_text())["outcome"] == "failed"
    assert not list(work.glob("*kept-*"))


def test_events_are_merged_once_and_only_on_what_the_catalogue_has(
    tiny_data: Path, tmp_path: Path
) -> None:
    data, events, out = (tmp_path / name for name in ("data", "events", "out"))
    shutil.copytree(tiny_data, data)
    first = load(data).interactions.row(0, named=True)
    rows = [
        # One act that the platform tells too, one on a credential that is gone, two of its own.
        (first["learner_id"], first["credential_id"], "complete", first["occurred_at"], None, "a"),
        ("lea", "gone", "view", 1.76e9, None, "b"),
        ("lea", "bakery-1", "view", 1.76e9, None, "c"),
        ("lea", "bakery-1", "view", 1.76e9, None, "d"),
    ]
    take_log(events, rows, "demo", [])
    told = merge(data, events, out, "fail")
    counts = {name: told[name] for name in ("added", "known", "unknown", "rejects", "erased")}
    assert counts == {"added": 2, "known": 1, "unknown": 1, "rejects": 0, "erased": 0}
    merged = load(out)
    assert merged.interactions.height == load(data).interactions.height + 2
    assert merged.content_hash == told["hash"]
    assert pl.read_parquet(out / "interactions.parquet")["event_id"].drop_nulls().to_list() == [
        "c",
        "d",
    ]
    # Merged into what has them already, nothing is added.
    assert merge(out, events, tmp_path / "again", "fail")["added"] == 0


def test_erased_learners_are_left_out_and_stay_so(tiny_data: Path, tmp_path: Path) -> None:
    from training.erased import mark

    take_log(tmp_path / "events", [], "demo", [mark("demo", "learner-01")])
    told = merge(tiny_data, tmp_path / "events", tmp_path / "out", "fail")
    assert told["erased"] == 1
    assert "learner-01" not in load(tmp_path / "out").learners["id"]
