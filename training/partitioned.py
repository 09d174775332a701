"""Interactions of which there may be more than memory holds: a folder of Parquet files, read,
checked and written down in the contract's types one part after the other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal, NamedTuple

import polars as pl

from models.errors import Fault
from training import erased
from training.fetching import fetch
from training.parsing import Table, parse
from training.readers import find, parts
from training.schema import ROW, TABLES, empty
from training.validate import references

NAME: Final = "interactions"

AT_ONCE: Final = 1_000_000
"""About so many rows are in memory at once."""

MIXED: Final = "dates and plain order numbers are mixed"


class Settled(NamedTuple):
    """``acts``: the good rows in the contract's columns, on disk; ``table``: its file, its faults
    and what ``occurred_at`` holds, as of any table; ``erased``: the learners left out.
    """

    acts: pl.LazyFrame
    table: Table
    erased: set[str]


class Place(NamedTuple):
    """Where the parts are, and an empty folder to work on them in."""

    source: Path
    scratch: Path


@contextmanager
def placed(folder: Path, work: Path | None, url: str | None = None) -> Iterator[Place | None]:
    """Where the interactions of ``folder``, or those at ``url`` instead, can be worked on while
    the block runs: below ``work``, or else where temporary files go; ``None`` when the table is
    in no parts. Raises ``UsageError`` as ``fetch`` does.
    """
    found = find(folder, NAME)
    if url is not None:
        with _scratch(work) as scratch:
            yield Place(fetch(url, scratch / "fetched" / NAME), scratch)
    elif found is not None and found.is_dir():
        with _scratch(work) as scratch:
            yield Place(found, scratch)
    else:
        yield None


@contextmanager
def _scratch(work: Path | None) -> Iterator[Path]:
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="interactions-", dir=work) as made:
        yield Path(made)


def settle(
    place: Place,
    others: Mapping[str, pl.DataFrame],
    marks: pl.DataFrame,
    on_bad_row: Literal["fail", "skip"],
) -> Settled:
    """Read the parts, and write them down where they are worked on.

    ``others`` are the tables that rows are checked against, ``marks`` of erased learners. With
    ``skip`` rows at fault are left out, else no row is written after the first that is.
    """
    settled = place.scratch / NAME
    settled.mkdir()
    against = {name: frame for name, frame in others.items() if name == "credentials"}
    faults: list[Fault] = []
    clocks: set[bool | None] = set()
    gone: set[str] = set()
    files: list[Path] = []
    for raw in parts(place.source, [column.name for column in TABLES[NAME]], AT_ONCE):
        table = parse(NAME, raw)
        new = table.faults
        clocks.add(table.dated)
        if table.frame is None or clocks >= {True, False}:
            new = new or [Fault(table.file, None, "occurred_at", None, MIXED)]
            return Settled(empty(NAME).lazy(), table._replace(frame=None, faults=new), gone)
        kept, marked = erased.without({NAME: table.frame}, marks)
        gone |= marked
        unknown = references({**against, **kept})
        new += [Fault(table.file, row, name, value, why) for _, row, name, value, why in unknown]
        faults += new
        if not faults or on_bad_row == "skip":
            good = kept[NAME].filter(~pl.col(ROW).is_in([fault.row for fault in new]))
            files.append(settled / f"{len(files):06}.parquet")
            good.drop(ROW).write_parquet(files[-1])
    acts = pl.scan_parquet(files, glob=False) if files else empty(NAME).lazy()
    dated = next((each for each in clocks if each is not None), None)
    return Settled(acts, Table(place.source.name, None, faults, dated), gone)
