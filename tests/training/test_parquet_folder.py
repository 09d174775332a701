"""A table may be a folder of Parquet files, as other systems write them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from folders import folder

from models.errors import DataError
from training.tables import load

ROWS = [
    {"learner_id": f"l{i % 7}", "credential_id": "abc"[i % 3], "kind": ("view", "complete")[i % 2],
     "occurred_at": f"2024-01-{i + 1:02}", "value": None}
    for i in range(20)
]  # fmt: skip


def parquet(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows).write_parquet(path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """All tables but the interactions."""
    made = folder(tmp_path / "data")
    (made / "interactions.csv").unlink()
    return made


@pytest.mark.parametrize("name", ["interactions", "interactions.parquet"])
def test_a_folder_of_files_reads_like_one_file(data: Path, tmp_path: Path, name: str) -> None:
    for part, start in enumerate(range(0, 20, 6)):
        parquet(data / name / "year=2024" / f"part-{part}.parquet", ROWS[start : start + 6])
    (data / name / "_SUCCESS").touch()
    parquet(data / name / "_temporary" / "half.parquet", ROWS[:1])
    whole = folder(tmp_path / "whole", interactions=ROWS)
    assert load(data).content_hash == load(whole).content_hash


def test_a_partition_gives_its_column_and_a_file_may_lack_others(data: Path) -> None:
    for kind in ("complete", "view"):
        rows = [{**row} for row in ROWS if row["kind"] == kind]
        for row in rows:
            row.pop("kind")
            row.pop("value")
        parquet(data / "interactions" / f"kind={kind}" / "part.parquet", rows)
    kinds = load(data).interactions["kind"]
    assert kinds.to_list() == ["complete"] * 10 + ["view"] * 10


def test_faults_are_told_by_their_row_in_all_files_together(data: Path) -> None:
    parquet(data / "interactions" / "1.parquet", ROWS[:6])
    parquet(data / "interactions" / "2.parquet", [{**ROWS[6], "credential_id": "nowhere"}])
    with pytest.raises(DataError, match=r"interactions, row 7, column 'credential_id'"):
        load(data)


def test_what_is_no_table_is_a_fault(data: Path) -> None:
    (data / "interactions").mkdir()
    with pytest.raises(DataError, match="the folder holds no Parquet file"):
        load(data)
    (data / "interactions" / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="not a readable folder of Parquet files"):
        load(data)
