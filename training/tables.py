"""The data contract's door: a folder of tables in, one checked ``Dataset`` out.

Nothing is half loaded: either every row is good, or all faults are raised together, or the
bad rows (and whatever refers to them) are left out and listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

import polars as pl

from models.errors import DataError, Fault, UsageError
from training import erased
from training.cells import (
    CellFault,
    Parsed,
    WrongTypeError,
    read_currency,
    read_date,
    read_kind,
    read_level,
    read_number,
    read_text,
    read_year,
)
from training.content import content_hash
from training.nested import (
    read_condition,
    read_object,
    read_requirements,
    read_skills,
    read_taught,
    read_texts,
)
from training.readers import Raw, find, read
from training.schema import (
    ERASED,
    EVENT_ID,
    INTERACTION_TABLES,
    REQUIRED_TABLES,
    ROW,
    TABLES,
    Column,
    Form,
    columns,
    complete,
    empty,
)
from training.timestamps import read_from, read_until, read_when
from training.validate import check, in_order

_READERS: Final[Mapping[Form, Callable[[pl.Series], Parsed]]] = {
    Form.TEXT: read_text,
    Form.NUMBER: read_number,
    Form.AMOUNT: lambda series: read_number(series, lowest=0.0),
    Form.LEVEL: read_level,
    Form.CURRENCY: read_currency,
    Form.KIND: read_kind,
    Form.YEAR: read_year,
    Form.DATE: read_date,
    Form.FROM: read_from,
    Form.UNTIL: read_until,
    Form.TEXTS: read_texts,
    Form.SKILLS: read_skills,
    Form.TAUGHT: read_taught,
    Form.REQUIREMENTS: read_requirements,
    Form.CONDITION: read_condition,
    Form.OBJECT: read_object,
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """All tables of the contract in the columns and types of ``training.schema``.

    Every column is there; null means unknown. ``interactions.occurred_at`` holds seconds
    since the epoch (UTC) when ``dated``, else plain order numbers. ``test_interactions`` is
    ``None`` when the folder has none. ``rejects`` are the faults of the rows left out, ``erased``
    is how many learners are left out because they asked to be forgotten.
    ``content_hash`` (SHA-256) depends on the content and its order, not on the file format.
    """

    credentials: pl.DataFrame
    skills: pl.DataFrame
    crosswalk: pl.DataFrame
    roles: pl.DataFrame
    learners: pl.DataFrame
    interactions: pl.DataFrame
    test_interactions: pl.DataFrame | None
    dated: bool
    rejects: tuple[Fault, ...]
    erased: int
    content_hash: str


class Table(NamedTuple):
    """One table as read: ``frame`` in contract types with ``ROW``, and its faults.

    ``frame`` is ``None`` when the file as a whole is unusable. ``dated`` says what
    ``occurred_at`` holds, ``None`` where there is no such value.
    """

    file: str
    frame: pl.DataFrame | None
    faults: list[Fault]
    dated: bool | None


def load(
    folder: Path, on_bad_row: Literal["fail", "skip"] = "fail", test: Path | None = None
) -> Dataset:
    """Read and check the folder, with ``test`` in place of its ``test_interactions``.

    Raises ``DataError`` with every fault found. With ``skip`` rows at fault are left out,
    with the rows that refer to them, until the rest is consistent; faults of whole files
    still raise. Of learners in the table ``erased`` nothing is kept.
    """
    marks = read_erased(folder)
    tables = read_tables(folder, test)
    missing = [
        Fault(table, None, None, None, f"not found in {folder} as .parquet, .csv or .jsonl")
        for table in REQUIRED_TABLES
        if table not in tables
    ]
    faults = missing + [fault for table in tables.values() for fault in table.faults]
    faults += _clocks(tables)
    frames = {name: table.frame for name, table in tables.items() if table.frame is not None}
    frames, gone = erased.without(frames, marks)
    files = {name: table.file for name, table in tables.items()}
    if on_bad_row == "fail":
        faults += check(frames, files)
    if any(fault.row is None for fault in faults) or (faults and on_bad_row == "fail"):
        raise DataError(in_order(faults))
    rejects = in_order(faults)
    if on_bad_row == "skip":
        frames = _leave_out(frames, files, faults)
        while new := check(frames, files):
            frames = _leave_out(frames, files, new)
            rejects += new
    done = {name: frames[name].drop(ROW) if name in frames else empty(name) for name in TABLES}
    return Dataset(
        **{name: done[name] for name in TABLES if name != "test_interactions"},
        test_interactions=done["test_interactions"] if "test_interactions" in frames else None,
        dated=tables["interactions"].dated is not False,
        rejects=tuple(rejects),
        erased=gone,
        content_hash=content_hash(
            {name: frame.drop(EVENT_ID, strict=False) for name, frame in done.items()}
        ),
    )


def read_tables(folder: Path, test: Path | None = None) -> dict[str, Table]:
    """The tables that the folder holds, each read for itself; ``UsageError`` without folder.

    The file ``test``, if named, is read as ``test_interactions``.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: not a folder; expected one with the tables of the contract")
    paths = {name: find(folder, name) for name in TABLES}
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


def parse(name: str, raw: Raw) -> Table:
    """A file's columns in the contract's types, with a fault for every unreadable cell."""
    if raw.frame is None:
        return Table(raw.file, None, raw.faults, None)
    faults = list(raw.faults)
    values = {ROW: raw.frame[ROW]}
    dated: bool | None = None
    for column in columns(name):
        if column.name not in raw.frame.columns:
            if column.required:
                found = ", ".join(each for each in raw.frame.columns if each != ROW) or "none"
                reason = f"this required column is missing; columns of the contract found: {found}"
                faults.append(Fault(raw.file, None, column.name, None, reason))
            continue
        try:
            if column.form is Form.WHEN:
                parsed, dated = read_when(raw.frame[column.name])
            else:
                parsed = _READERS[column.form](raw.frame[column.name])
        except WrongTypeError as error:
            faults.append(Fault(raw.file, None, column.name, None, str(error)))
            continue
        values[column.name] = parsed.values
        for position, value, reason in parsed.faults + _empty_cells(column, parsed):
            row = raw.frame[ROW][position]
            faults.append(Fault(raw.file, row, column.name, value, reason))
    unusable = any(fault.row is None for fault in faults)
    frame = None if unusable else _typed(name, pl.DataFrame(values))
    return Table(raw.file, frame, faults, dated)


def _empty_cells(column: Column, parsed: Parsed) -> list[CellFault]:
    if not column.required:
        return []
    told = {fault.position for fault in parsed.faults}
    empty_at = parsed.values.is_null().arg_true()
    return [CellFault(at, None, "empty, and required") for at in empty_at if at not in told]


def _typed(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(ROW).hstack(complete(name, frame))


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
