"""The data contract's door: a folder of tables in, one checked ``Dataset`` out.

Nothing is half loaded: either every row is good, or all faults are raised together, or the
bad rows (and whatever refers to them) are left out and listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from models.errors import DataError, Fault, UsageError
from training import erased, partitioned
from training.content import content_hash
from training.parsing import Table, parse
from training.partitioned import Place
from training.readers import find, read
from training.schema import (
    ERASED,
    EVENT_ID,
    INTERACTION_TABLES,
    REQUIRED_TABLES,
    ROW,
    TABLES,
    columns,
    empty,
)
from training.validate import check, in_order


@dataclass(frozen=True, slots=True)
class Dataset:
    """All tables of the contract in the columns and types of ``training.schema``.

    Every column is there; null means unknown. ``acts`` is the table of interactions, of which
    there may be more than memory holds; its ``occurred_at`` holds seconds since the epoch (UTC)
    when ``dated``, else plain order numbers. ``test_interactions`` is ``None`` when the folder has
    none. ``rejects`` are the faults of the rows left out, ``erased`` is how many learners are left
    out because they asked to be forgotten.
    ``content_hash`` (SHA-256) depends on the content and its order, not on the file format.
    """

    credentials: pl.DataFrame
    skills: pl.DataFrame
    crosswalk: pl.DataFrame
    roles: pl.DataFrame
    learners: pl.DataFrame
    acts: pl.LazyFrame
    test_interactions: pl.DataFrame | None
    dated: bool
    rejects: tuple[Fault, ...]
    erased: int
    content_hash: str

    @property
    def interactions(self) -> pl.DataFrame:
        """The whole table of interactions in memory."""
        return self.acts.collect()


def load(
    folder: Path,
    on_bad_row: Literal["fail", "skip"] = "fail",
    test: Path | None = None,
    parts: Place | None = None,
) -> Dataset:
    """Read and check the folder, with ``test`` in place of its ``test_interactions``.

    Raises ``DataError`` with every fault found. With ``skip`` rows at fault are left out,
    with the rows that refer to them, until the rest is consistent; faults of whole files
    still raise. Of learners in the table ``erased`` nothing is kept. Interactions in ``parts`` are
    read in place of the folder's, and are never in memory as a whole; as long as the result is in
    use, their place must stay.
    """
    marks = read_erased(folder)
    tables = read_tables(folder, test, () if parts is None else (partitioned.NAME,))
    frames = {name: table.frame for name, table in tables.items() if table.frame is not None}
    frames, gone = erased.without(frames, marks)
    files = {name: table.file for name, table in tables.items()}
    faults = [fault for table in tables.values() for fault in table.faults]
    if on_bad_row == "fail":
        faults += check(frames, files)
    else:
        frames, more = _consistent(frames, files, faults)
        faults = in_order(faults) + more
    acts = frames.get("interactions", empty("interactions")).drop(ROW, strict=False).lazy()
    if parts is not None:
        acts, table, marked = partitioned.settle(parts, frames, marks, on_bad_row)
        tables["interactions"] = table
        faults += table.faults
        gone |= marked
    faults += [
        Fault(table, None, None, None, f"not found in {folder} as .parquet, .csv or .jsonl")
        for table in REQUIRED_TABLES
        if table not in tables
    ]
    faults += _clocks(tables)
    if any(fault.row is None for fault in faults) or (faults and on_bad_row == "fail"):
        raise DataError(in_order(faults))
    done = {name: frames[name].drop(ROW) if name in frames else empty(name) for name in TABLES}
    whole = {**{name: frame.lazy() for name, frame in done.items()}, "interactions": acts}
    return Dataset(
        **{name: done[name] for name in TABLES if name not in INTERACTION_TABLES},
        acts=acts,
        test_interactions=done["test_interactions"] if "test_interactions" in frames else None,
        dated=tables["interactions"].dated is not False,
        rejects=tuple(faults),
        erased=len(gone),
        content_hash=content_hash(
            {name: frame.drop(EVENT_ID, strict=False) for name, frame in whole.items()}
        ),
    )


def read_tables(
    folder: Path, test: Path | None = None, without: Sequence[str] = ()
) -> dict[str, Table]:
    """The tables that the folder holds, each read for itself; ``UsageError`` without folder.

    The file ``test``, if named, is read as ``test_interactions``; those named by ``without`` are
    not read.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: not a folder; expected one with the tables of the contract")
    paths = {name: find(folder, name) for name in TABLES if name not in without}
    if test is not None:
        if not test.is_file():
            raise UsageError(f"{test}: no such file")
        paths["test_interactions"] = test
    return {
        name: parse(name, read(path, [column.name for column in TABLES[name]]))
        for name, path in paths.items()
        if path is not None
    }


def read_erased(folder: Path) -> pl.DataFrame:
    """The marks of erased learners, of which there need not be any. Raises ``DataError``."""
    [name] = ERASED
    path = find(folder, name)
    if path is None:
        return empty(name)
    table = parse(name, read(path, [column.name for column in columns(name)]))
    if table.frame is None or table.faults:
        # To train on somebody because their mark cannot be read would be worse than not to train.
        raise DataError(table.faults)
    return table.frame.drop(ROW)


def _consistent(
    frames: Mapping[str, pl.DataFrame], files: Mapping[str, str], faults: Iterable[Fault]
) -> tuple[dict[str, pl.DataFrame], list[Fault]]:
    """The tables without the rows at fault and all that refer to them, and the faults of these."""
    kept, found = _leave_out(frames, files, faults), list[Fault]()
    while new := check(kept, files):
        kept = _leave_out(kept, files, new)
        found += new
    return kept, found


def _leave_out(
    frames: Mapping[str, pl.DataFrame], files: Mapping[str, str], faults: Iterable[Fault]
) -> dict[str, pl.DataFrame]:
    rows: dict[str, set[int]] = defaultdict(set)
    for fault in faults:
        if fault.row is not None:
            rows[fault.file].add(fault.row)
    return {
        name: frame.filter(~pl.col(ROW).is_in(list(rows[files[name]])))
        for name, frame in frames.items()
    }


def _clocks(tables: Mapping[str, Table]) -> list[Fault]:
    """Both tables of interactions must speak of time in the same way."""
    given = [tables[name] for name in INTERACTION_TABLES if name in tables]
    if {table.dated for table in given} >= {True, False}:
        reason = "one of the interaction tables has dates, the other plain order numbers"
        return [Fault(given[-1].file, None, "occurred_at", None, reason)]
    return []
