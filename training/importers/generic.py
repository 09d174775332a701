"""Any platform's own tables: a folder of them, or one CSV of completions.

Columns may carry the names that learning platforms commonly use. Without a table of
credentials, one is made from the credentials that the interactions name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from models.domain import Kind
from models.errors import DataError, UsageError
from training.importers.dates import iso
from training.importers.source import Imported, Tables
from training.parsing import parse
from training.readers import Raw, find
from training.readers import read as read_file
from training.schema import INTERACTION_TABLES, ROW, TABLES
from training.validate import check, in_order
from training.writing import stored

_ID: Final = ("learner_id", "user_id", "userid", "user", "learner", "student_id", "email")
_CREDENTIAL: Final = (
    "credential_id",
    "course_id",
    "item_id",
    "badge_id",
    "content_id",
    "course",
    "item",
    "credential",
)
_COMPLETED: Final = ("completed_at", "completion_date")
_INTERACTION_NAMES: Final = {
    "learner_id": _ID,
    "credential_id": _CREDENTIAL,
    "occurred_at": (
        "occurred_at",
        "timestamp",
        *_COMPLETED,
        "created_at",
        "date",
        "time",
    ),
    "kind": ("kind", "event", "event_type", "action"),
    "value": ("value", "rating", "score", "grade"),
}
_KINDS: Final[Mapping[str, str]] = {
    said: kind.value
    for kind, others in {
        Kind.COMPLETE: ("completed", "completion", "finished", "passed", "earned", "awarded"),
        Kind.ENROL: ("enroll", "enrolled", "enrolment", "enrollment", "started", "registered"),
        Kind.VIEW: ("viewed", "opened", "visited"),
        Kind.CLICK: ("clicked",),
        Kind.SAVE: ("saved", "bookmark", "bookmarked"),
        Kind.RATE: ("rated",),
        Kind.DISMISS: ("dismissed",),
    }.items()
    for said in (kind.value, *others)
}
_TITLE: Final = ("title", "course_title", "course_name", "item_title", "name")

NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "credentials": {
        "id": ("id", *_CREDENTIAL),
        "title": _TITLE,
        "issuer": ("issuer", "organization", "organisation", "provider"),
        "hours": ("hours", "duration_hours"),
        "cost": ("cost", "price"),
    },
    "learners": {"id": ("id", *_ID)},
    "roles": {"id": ("id", "role_id"), "title": ("title", "name", "role")},
    "skills": {"id": ("id", "skill_id"), "label": ("label", "name", "skill")},
    **dict.fromkeys(INTERACTION_TABLES, _INTERACTION_NAMES),
}
"""For each column the names it is looked for under, in this order, whatever their case."""


def read(path: Path, existing: Tables) -> Imported:
    """Tables in contract form; ``DataError`` names the faults under the contract's columns."""
    given = {name: _plain(raw) for name, raw in _files(path).items()}
    raws = {name: _renamed(name, _completed(name, raw)) for name, raw in given.items()}
    tables = {name: parse(name, raw) for name, raw in raws.items()}
    frames = {name: table.frame for name, table in tables.items() if table.frame is not None}
    faults = [fault for table in tables.values() for fault in table.faults]
    faults += check(frames, {name: table.file for name, table in tables.items()})
    if faults:
        raise DataError(in_order(faults))
    dated = {table.dated for table in tables.values()} - {None}
    if len(dated) > 1:
        raise UsageError(f"{path}: one table of interactions has dates, the other plain order")
    notes = [
        f"rows of {raw.file} left out, as they tell no completion: {left}"
        for name, raw in given.items()
        if (left := _height(raw) - _height(raws[name]))
    ]
    if "credentials" not in frames and "interactions" in frames:
        frames["credentials"] = _named(frames["interactions"], raws["interactions"])
        count = frames["credentials"].height
        notes.append(f"no table of credentials: {count} made from the interactions")
    contract = {name: _contract(name, frame, dated) for name, frame in frames.items()}
    return Imported(contract, tuple(notes))


def _files(path: Path) -> dict[str, Raw]:
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if path.is_file():
        if path.suffix.lower() not in (".csv", ".jsonl", ".parquet"):
            raise UsageError(f"{path}: expected a .csv, .jsonl or .parquet file, or a folder")
        return {"interactions": read_file(path)}
    found = {name: file for name in TABLES if (file := find(path, name)) is not None}
    if not found:
        raise UsageError(f"{path}: holds none of the tables {', '.join(TABLES)}")
    return {name: read_file(file) for name, file in found.items()}


def _plain(raw: Raw) -> Raw:
    """Column names in the form "course_id"."""
    if raw.frame is None:
        return raw
    given: dict[str, str] = {}
    for column in raw.frame.columns:
        given.setdefault(column.strip().lower().replace(" ", "_"), column)
    frame = raw.frame.select(pl.col(column).alias(plain) for plain, column in given.items())
    return raw._replace(frame=frame)


def _completed(name: str, raw: Raw) -> Raw:
    """Without what has no date of completion, where that is the time there is: it was begun, and
    nobody knows when.
    """
    if raw.frame is None or name not in INTERACTION_TABLES:
        return raw
    times = _INTERACTION_NAMES["occurred_at"]
    time = next((each for each in times if each in raw.frame.columns), None)
    if time not in _COMPLETED:
        return raw
    said = pl.col(time).cast(pl.String()).str.strip_chars().replace("", None)
    return raw._replace(frame=raw.frame.filter(said.is_not_null()))


def _height(raw: Raw) -> int:
    return 0 if raw.frame is None else raw.frame.height


def _renamed(name: str, raw: Raw) -> Raw:
    """The contract's names for the columns known and for kinds of act, and its way to write
    dates.
    """
    if raw.frame is None:
        return raw
    frame = raw.frame
    for column, aliases in NAMES[name].items():
        alias = next((each for each in aliases if each in frame.columns), None)
        if alias is not None:
            frame = frame.rename({alias: column})
    if name in INTERACTION_TABLES and "occurred_at" in frame.columns:
        frame = frame.with_columns(iso(frame["occurred_at"]))
    if name in INTERACTION_TABLES and frame.schema.get("kind") == pl.String:
        said = pl.col("kind").str.strip_chars().str.to_lowercase()
        frame = frame.with_columns(said.replace_strict(_KINDS, default=pl.col("kind")))
    return raw._replace(frame=frame)


def _named(interactions: pl.DataFrame, raw: Raw) -> pl.DataFrame:
    """The distinct credentials by id; without a title the id stands in. Their order of appearance
    would write the histories into the catalogue.
    """
    frame = raw.frame if raw.frame is not None else interactions
    column = next((each for each in _TITLE if each in frame.columns), None)
    title = pl.lit(None, pl.String()) if column is None else pl.col(column).cast(pl.String())
    titles = frame.select(ROW, title=title.str.strip_chars().replace("", None))
    return (
        interactions.join(titles, on=ROW, how="left", maintain_order="left")
        .group_by(pl.col("credential_id").alias("id"), maintain_order=True)
        .agg(title=pl.col("title").drop_nulls().first())
        .with_columns(title=pl.coalesce("title", "id"))
        .sort("id")
    )


def _contract(name: str, frame: pl.DataFrame, dated: set[bool | None]) -> pl.DataFrame:
    if name not in INTERACTION_TABLES:
        return frame
    return stored(name, frame, dated=False not in dated)
