"""Small data folders, written the way a user would."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

Rows = Sequence[Mapping[str, object]]

CREDENTIALS: Rows = [
    {"id": "a", "title": "Alpha"},
    {"id": "b", "title": "Beta"},
    {"id": "c", "title": "Gamma"},
]
INTERACTIONS: Rows = [{"learner_id": "l", "credential_id": "a", "occurred_at": "2024-01-02"}]


def write_csv(path: Path, rows: Rows) -> None:
    """Nested values as JSON in the cell."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row.get(name)) for name in columns])


def _cell(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


def write_jsonl(path: Path, rows: Rows) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def folder(path: Path, **tables: Rows) -> Path:
    """A folder of CSV files: the tables named, and good ones for those required."""
    path.mkdir(exist_ok=True)
    for name, rows in {"credentials": CREDENTIALS, "interactions": INTERACTIONS, **tables}.items():
        write_csv(path / f"{name}.csv", rows)
    return path
