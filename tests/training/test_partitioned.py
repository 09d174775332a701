"""Interactions that are never in memory as a whole are those that one file gives."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from folders import folder
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st
from shared import TINY_SETTINGS
from test_erased import marked

from load.storage import Storage
from models.errors import DataError, UsageError
from models.ids import IdMap
from training import learners, ondisk, partitioned
from training.config import Config
from training.fetching import fetch
from training.interactions import KINDS
from training.job import train
from training.partitioned import Place
from training.progress import Silent
from training.readers import read
from training.tables import load
from training.tally import summed
from training.validate import in_order

KIND_NAMES = [kind.value for kind in KINDS]
ROWS: list[dict[str, Any]] = [
    {"learner_id": f"l{i % 7}", "credential_id": "abc"[i % 3], "kind": KIND_NAMES[i % 7],
     "occurred_at": f"2024-01-{i % 4 + 1:02}", "value": None if i % 3 else i / 2}
    for i in range(40)
]  # fmt: skip


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitioned, "AT_ONCE", 6)
    monkeypatch.setattr(ondisk, "AT_ONCE", 6)


def parted(path: Path, rows: list[dict[str, Any]], size: int = 7) -> Path:
    """A data folder whose interactions are in several files."""
    made = folder(path)
    (made / "interactions.csv").unlink()
    (made / "interactions").mkdir()
    frame = pl.DataFrame(rows)
    for number, start in enumerate(range(0, len(rows), size)):
        frame.slice(start, size).write_parquet(made / "interactions" / f"{number}.parquet")
    return made


def at(made: Path, tmp_path: Path) -> Place:
    return Place(made / "interactions", Path(tempfile.mkdtemp(prefix="scratch", dir=tmp_path)))


def test_parts_are_read_like_one_file(tmp_path: Path) -> None:
    whole = load(folder(tmp_path / "whole", interactions=ROWS))
    made = parted(tmp_path / "parts", ROWS)
    parts = load(made, parts=at(made, tmp_path))
    assert parts.content_hash == whole.content_hash
    assert parts.interactions.equals(whole.interactions)
    assert len(list(tmp_path.rglob("scratch*/**/*.parquet"))) > 3


def test_parts_are_read_like_one_file_where_rows_are_at_fault(tmp_path: Path) -> None:
    rows = [dict(row) for row in ROWS]
    rows[3]["credential_id"], rows[17]["kind"], rows[38]["occurred_at"] = "no", "strange", "soon"
    made = parted(tmp_path / "parts", rows)
    with pytest.raises(DataError) as one:
        load(made)
    with pytest.raises(DataError) as other:
        load(made, parts=at(made, tmp_path))
    assert other.value.faults == one.value.faults
    assert [fault.row for fault in other.value.faults] == [4, 18, 39]
    whole = load(made, "skip")
    parts = load(made, "skip", parts=at(made, tmp_path))
    assert parts.content_hash == whole.content_hash
    assert in_order(parts.rejects) == in_order(whole.rejects)


@pytest.mark.parametrize("change", ["empty", "column", "clock", "torn"])
def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path, change: str) -> None:
    made = parted(tmp_path / "parts", ROWS)
    files = sorted((made / "interactions").iterdir())
    match change:
        case "empty":
            for file in files:
                file.unlink()
        case "column":
            for file in files:
                pl.read_parquet(file).drop("learner_id").write_parquet(file)
        case "clock":
            frame = pl.read_parquet(files[-1]).with_columns(occurred_at=pl.lit("7"))
            frame.write_parquet(files[-1])
        case "torn":
            files[0].write_bytes(files[0].read_bytes()[:100])
    with pytest.raises(DataError) as found:
        load(made, parts=at(made, tmp_path))
    assert found.value.faults[0].file == "interactions"
    assert found.value.faults[0].row is None


def test_erased_learners_are_in_no_part(tmp_path: Path) -> None:
    made = marked(tmp_path / "data", ("t", "someone-very-particular"))
    rows = read(made / "interactions.csv").frame
    assert rows is not None
    (made / "interactions.csv").unlink()
    (made / "interactions").mkdir()
    rows.drop("_row").write_parquet(made / "interactions" / "0.parquet")
    data = load(made, parts=at(made, tmp_path))
    assert data.erased == 1
    assert data.interactions["learner_id"].to_list() == ["kept"]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 9), st.booleans())))
def test_arrays_on_disk_are_those_in_memory(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[int, int, int, bool]]
) -> None:
    table = pl.DataFrame(
        {
            "learner_id": [f"l{who}" for who, _, _, _ in acts],
            "credential_id": [f"c{what}" for _, what, _, _ in acts],
            "kind": ["retract" if back else "complete" for *_, back in acts],
            "occurred_at": [float(when) for _, _, when, _ in acts],
            "value": [None if back else 0.5 for *_, back in acts],
        },
        schema_overrides={"learner_id": pl.String, "credential_id": pl.String, "kind": pl.String,
                          "occurred_at": pl.Float64, "value": pl.Float64},
    ).lazy()  # fmt: skip
    ids = IdMap([f"l{i}" for i in range(5)]), IdMap([f"c{i}" for i in range(4)])
    folder = tmp_path_factory.mktemp("acts") / "known"
    there = ondisk.interactions(table, *ids, folder, dated=True)
    here = learners.interactions(table, *ids, dated=True)
    for field in dataclasses.fields(here):
        one, other = getattr(here, field.name), getattr(there, field.name)
        np.testing.assert_array_equal(one, other, field.name)
        assert not isinstance(one, np.ndarray) or one.dtype == other.dtype


@given(st.lists(st.lists(st.integers()), min_size=1))
def test_a_sum_keeps_the_order_and_holds_few(items: list[list[int]]) -> None:
    assert summed(iter(items), list.__add__) == list(chain.from_iterable(items))


@pytest.mark.slow
def test_no_part_is_fetched_to_anywhere_else(tmp_path: Path) -> None:
    storage = MemoryFileSystem()
    storage.pipe("/lake/1.parquet", b"one")
    storage.store["/lake/../2.parquet"] = storage.store["/lake/1.parquet"]
    try:
        with pytest.raises(UsageError, match=r"\.\./2\.parquet leads out of its folder"):
            fetch("memory://lake", tmp_path / "fetched" / "acts")
        assert not [*tmp_path.rglob("2.parquet")]
    finally:
        storage.rm("/lake", recursive=True)


def test_parts_in_object_storage_are_fetched_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = parted(tmp_path / "parts", ROWS)
    url = "s3://models/lake/interactions"
    with Storage(tmp_path / "storage") as server:
        for name, value in server.settings.items():
            monkeypatch.setenv(name, value)
        lake = tmp_path / "storage" / "models" / "lake"
        shutil.copytree(made / "interactions", lake / "interactions" / "year=2024")
        with partitioned.placed(made, tmp_path / "work", url) as place:
            assert place is not None
            assert load(made, parts=place).content_hash == load(made).content_hash
        with pytest.raises(UsageError, match="expected a folder of Parquet files"):
            fetch("s3://models/lake/nowhere", tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        fetch("nothing://models", tmp_path)
    assert not list((tmp_path / "work").iterdir())


@pytest.mark.slow
def test_training_on_parts_gives_the_same_bundle(
    tiny_data: Path, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitioned, "AT_ONCE", 100)
    monkeypatch.setattr(ondisk, "AT_ONCE", 100)
    made = tmp_path / "data"
    made.mkdir()
    for file in tiny_data.iterdir():
        if file.stem != "interactions":
            (made / file.name).write_bytes(file.read_bytes())
    [table] = tiny_data.glob("interactions.*")
    frame = read(table).frame
    assert frame is not None
    (made / "interactions").mkdir()
    for start in range(0, frame.height, 150):
        part = frame.drop("_row").slice(start, 150)
        part.write_parquet(made / "interactions" / f"{start:05}.parquet")
    config = Config.model_validate(TINY_SETTINGS)
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    done = train(made, tmp_path / "out", config, 1, noon, Silent(), work=tmp_path / "work")
    assert done.folder.name == tiny_bundle.name  # a digest of every file
    assert not list((tmp_path / "work").iterdir())
