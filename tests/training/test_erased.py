"""Learners who asked to be forgotten are in no table that training reads, in no file it keeps."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from folders import folder
from shared import TINY_SETTINGS, Run

from models.errors import DataError
from training.tables import load
from training.writing import Taken, merge, take_log

NAME = "someone-very-particular"
ROWS = [
    {"learner_id": learner, "credential_id": "a", "occurred_at": "2024-01-02"}
    for learner in (NAME, "kept", NAME)
]


def mark(tenant: str, learner: str) -> str:
    return hashlib.sha256(f"{tenant}:{learner}".encode()).hexdigest()


def marked(path: Path, *marks: tuple[str, str]) -> Path:
    rows = [{"tenant": tenant, "tombstone": mark(tenant, learner)} for tenant, learner in marks]
    learners = [{"id": NAME}, {"id": "kept"}]
    tables = {"interactions": ROWS, "test_interactions": ROWS, "learners": learners}
    return folder(path, **tables, **({"erased": rows} if rows else {}))


def event(name: str, learner: str, at: float = 1.5) -> tuple[str, str, str, float, None, str]:
    return (learner, "a", "view", at, None, name)


def test_no_row_of_an_erased_learner_is_loaded(tmp_path: Path) -> None:
    data = load(marked(tmp_path, ("t", NAME), ("t", "nobody here")))
    assert data.erased == 1
    assert data.interactions["learner_id"].to_list() == ["kept"]
    assert data.test_interactions is not None
    assert data.test_interactions["learner_id"].to_list() == ["kept"]
    assert data.learners["id"].to_list() == ["kept"]


def test_a_mark_is_of_one_tenant(tmp_path: Path) -> None:
    marks = [{"tenant": "u", "tombstone": mark("t", NAME)}]
    assert load(folder(tmp_path, interactions=ROWS, erased=marks)).erased == 0


def test_what_refers_to_an_erased_learner_is_no_fault(tmp_path: Path) -> None:
    rows = [*ROWS, {"learner_id": NAME, "credential_id": "nowhere", "occurred_at": "2024-01-02"}]
    marks = [{"tenant": "t", "tombstone": mark("t", NAME)}]
    assert load(folder(tmp_path, interactions=rows, erased=marks)).interactions.height == 1


def test_marks_that_cannot_be_read_stop_everything(tmp_path: Path) -> None:
    path = folder(tmp_path, interactions=ROWS, erased=[{"tenant": "t"}])
    with pytest.raises(DataError, match=r"erased.csv, column 'tombstone'"):
        load(path, on_bad_row="skip")


def test_a_log_is_taken_each_event_once(tmp_path: Path) -> None:
    log = [event("e1", "x"), event("e2", "x"), event("e3", "y")]
    assert take_log(tmp_path, log[:2], "t", []) == Taken(2, 0)
    assert take_log(tmp_path, log, "t", []) == Taken(1, 0)
    assert take_log(tmp_path, log, "t", []) == Taken(0, 0)
    kept = pl.read_parquet(tmp_path / "interactions.parquet")
    assert kept["event_id"].to_list() == ["e1", "e2", "e3"]
    assert not (tmp_path / "erased.parquet").exists()


def test_taking_a_log_leaves_no_byte_of_who_was_erased(tmp_path: Path) -> None:
    path = marked(tmp_path)
    assert take_log(path, [event("e1", NAME)], "t", []) == Taken(1, 0)
    for csv in path.glob("*.csv"):
        csv.unlink()  # superseded by Parquet; what a user keeps beside it is theirs
    assert NAME.encode() in (path / "interactions.parquet").read_bytes()
    merge(path, {"learners": pl.DataFrame({"id": [NAME, "kept"]})})
    assert take_log(path, [event("e2", "other")], "t", [mark("t", NAME)]) == Taken(1, 1)
    for file in path.iterdir():
        assert NAME.encode() not in file.read_bytes(), file.name
    marks = pl.read_parquet(path / "erased.parquet")
    assert marks.rows() == [("t", mark("t", NAME))]
    assert take_log(path, [], "u", ["f" * 64]) == Taken(0, 0)
    assert pl.read_parquet(path / "erased.parquet").height == 2


def test_events_since_an_erasure_are_kept_once_but_not_learnt_from(tmp_path: Path) -> None:
    path = folder(tmp_path)
    for added in (1, 0):
        log = [event("back", NAME)]
        assert take_log(path, log, "t", [mark("t", NAME)]).added == added
    interactions = pl.read_parquet(path / "interactions.parquet")
    assert interactions.filter(pl.col("event_id") == "back").height == 1
    assert NAME not in load(path).interactions["learner_id"]


def test_training_and_evaluation_say_how_many_were_left_out(
    run: Run, tiny_data: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(tiny_data, tmp_path / "data")
    learner = load(data).interactions["learner_id"][0]
    take_log(data, [], "t", [mark("t", learner)])
    config = tmp_path / "config.json"
    config.write_text(json.dumps(TINY_SETTINGS))
    # The rows went with the marks, so put them back: as a platform's next delivery would.
    shutil.copyfile(tiny_data / "interactions.csv", data / "interactions.csv")
    (data / "interactions.parquet").unlink()
    code, out, _ = run("train", data, "--config", config, "--no-promote")
    assert (code, "1 erased learner left out." in out) == (0, True)
    bundle = next(iter((tmp_path / "var" / "bundles").iterdir()))
    for file in bundle.rglob("*"):
        assert file.is_dir() or learner.encode() not in file.read_bytes(), file.name
    code, out, _ = run("evaluate", data, "--config", config, "--baselines", "none")
    assert (code, "1 erased learner left out." in out) == (0, True)
