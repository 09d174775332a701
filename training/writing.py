"""Tables out: written atomically as Parquet, merged by id, rejects listed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final, NamedTuple

import orjson
import polars as pl

from models.errors import DataError, Fault, UsageError
from training.erased import without
from training.schema import EVENT_ID, INTERACTION_TABLES, ROW, STAMP, complete
from training.tables import read_erased, read_tables
from training.timestamps import SECOND

_MICROS: Final = float(SECOND)


class Counts(NamedTuple):
    """Rows of one table before a merge, those it added, those it changed, and after it."""

    before: int
    added: int
    changed: int
    after: int


def write(frames: Mapping[str, pl.DataFrame], folder: Path, *, dated: bool = True) -> None:
    """Write each table as ``NAME.parquet``; what ``load`` reads back is equal.

    ``occurred_at`` may be dates, whole numbers (plain order) or, as in a ``Dataset``,
    Float64, which ``dated`` tells apart. All files are complete on the disk before the
    first of them takes its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder) as scratch:
        for name, frame in frames.items():
            with (Path(scratch) / f"{name}.parquet").open("wb") as file:
                stored(name, frame, dated=dated).write_parquet(file)
                file.flush()
                os.fsync(file.fileno())
        for name in frames:
            (Path(scratch) / f"{name}.parquet").replace(folder / f"{name}.parquet")


def merge(folder: Path, frames: Mapping[str, pl.DataFrame]) -> dict[str, Counts]:
    """Add tables to those of ``folder``, which may be empty or absent.

    Rows meet by id: what the new row knows wins, what it does not know stays; new ids are
    appended. Rows without one (interactions, links of skills) are appended, except those that
    are there already, so that the same import twice changes nothing. Raises ``DataError`` for
    faults in what is there.
    """
    before = existing(folder)
    merged: dict[str, pl.DataFrame] = {}
    counts: dict[str, Counts] = {}
    for name, frame in frames.items():
        new = stored(name, frame, dated=True)
        old = before.get(name)
        if old is None:
            old = new.clear()
        together = _by_id if "id" in new.columns else append
        merged[name], changed = together(old, new)
        added = merged[name].height - old.height
        counts[name] = Counts(old.height, added, changed, merged[name].height)
    write(merged, folder)
    return counts


class Taken(NamedTuple):
    """How many interactions a log added, and how many learners' rows went because of it."""

    added: int
    erased: int


def take_log(
    folder: Path,
    rows: Iterable[tuple[str, str, str, float, float | None, str]],
    tenant: str,
    tombstones: Iterable[str],
) -> Taken:
    """Add a tenant's events to the folder's interactions, each once, and the marks of its erased
    learners to its table ``erased``; of these learners no older row stays in any table.

    A row is learner, credential, kind, seconds since the epoch (UTC), value and the event's id.
    """
    text, number = pl.String(), pl.Float64()
    names = ("learner_id", "credential_id", "kind", "occurred_at", "value", EVENT_ID)
    types = dict(zip(names, (text, text, text, number, number, text), strict=True))
    log = stored("interactions", pl.DataFrame(list(rows), schema=types, orient="row"))
    marks = pl.DataFrame(
        [(tenant, tombstone) for tombstone in tombstones],
        schema={"tenant": text, "tombstone": text},
        orient="row",
    )
    marks = pl.concat([read_erased(folder), marks]).unique(maintain_order=True)
    before = existing(folder)
    kept, gone = without(before, marks)
    old = before.get("interactions", log.clear())
    added = append(old, log)[0].height - old.height
    kept["interactions"], _ = append(kept.get("interactions", log.clear()), log)
    # The marks take their place first: whatever happens then, training knows whom to leave out.
    there = {"erased": marks} if marks.height else {}
    changed = {name: frame for name, frame in kept.items() if frame is not before.get(name)}
    write({**there, **changed}, folder)
    return Taken(added, len(gone))


def existing(folder: Path) -> dict[str, pl.DataFrame]:
    """The folder's tables as they would be written; none without the folder."""
    tables = read_tables(folder) if folder.is_dir() else {}
    faults = [fault for table in tables.values() for fault in table.faults]
    if faults:
        raise DataError(faults)
    return {
        name: stored(name, table.frame.drop(ROW), dated=table.dated is not False)
        for name, table in tables.items()
        if table.frame is not None
    }


def write_rejects(path: Path, faults: Iterable[Fault]) -> None:
    """Write faults as JSON lines with the fields of ``Fault``."""
    scratch = path.with_name(f".{path.name}.writing")
    with scratch.open("wb") as file:
        file.writelines(orjson.dumps(asdict(fault)) + b"\n" for fault in faults)
    scratch.replace(path)


def stored(name: str, frame: pl.DataFrame, *, dated: bool = True) -> pl.DataFrame:
    """The table as it is written: complete, and ``occurred_at`` as dates or whole numbers."""
    frame = complete(name, frame)
    if name not in INTERACTION_TABLES:
        return frame
    when = pl.col("occurred_at")
    dtype = frame.schema["occurred_at"]
    if dtype.is_float():
        # Whole seconds apart from the rest: their product would lose the last microsecond.
        part = ((when - when.floor()) * _MICROS).round(0).cast(pl.Int64)
        moment = (when.floor().cast(pl.Int64) * SECOND + part).cast(STAMP)
        when = moment if dated else when.cast(pl.Int64)
    elif dtype.is_integer():
        when = when.cast(pl.Int64)
    else:
        when = when.cast(STAMP)
    return frame.with_columns(when)


def append(old: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Interactions as they are ``stored``: ``old`` ones, then those of the ``new`` ones that are
    not among them; none is ever changed. Raises ``UsageError`` where one has dates and the other
    has not.
    """
    if not (old.is_empty() or new.is_empty()) and old.schema != new.schema:
        raise UsageError(
            "the interactions to add and those already there disagree on occurred_at: "
            "one has dates, the other plain order numbers"
        )
    if old.is_empty():
        return new, 0
    fresh = new.join(old, on=new.columns, how="anti", nulls_equal=True)
    return pl.concat([old, fresh]) if fresh.height else old, 0


def _by_id(old: pl.DataFrame, new: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    new = new.unique("id", keep="first", maintain_order=True)
    fresh = new.join(old, on="id", how="anti", maintain_order="left")
    both = old.join(new, on="id", how="left", suffix=" new", maintain_order="left")
    updated = both.select(
        "id",
        *(pl.coalesce(f"{name} new", name).alias(name) for name in old.columns if name != "id"),
    )
    unchanged = updated.join(old, on=old.columns, how="semi", nulls_equal=True).height
    return pl.concat([updated, fresh]), old.height - unchanged
