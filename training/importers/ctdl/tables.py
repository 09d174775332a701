"""What was found in CTDL as tables, checked as every table is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import polars as pl

from models.errors import DataError, Fault
from training.cycles import unearnable_cycles
from training.importers.ctdl.conditions import together
from training.importers.ctdl.found import Found, Row
from training.importers.ctdl.resources import prerequisites
from training.importers.source import Imported, Tables
from training.readers import Raw
from training.schema import ROW, TABLES
from training.tables import parse
from training.validate import check


def tables(found: Found, existing: Tables) -> Imported:
    """The tables that are not empty, and notes. Raises ``DataError`` for every fault, with the
    document it is in.

    Credentials that are only named get a row, so that what needs them goes on needing them, unless
    ``existing`` describes them already.
    """
    _beside(found)
    known = set(existing["credentials"]["id"]) if "credentials" in existing else set()
    stubs = {id_: row for id_, row in found.named.items() if id_ not in found.credentials}
    rows = {
        "credentials": [_row(each) for each in (*found.credentials.values(), *stubs.values())],
        "skills": list(found.skills.values()),
        "roles": list(found.roles.values()),
    }
    read = {name: parse(name, _raw(name, given)) for name, given in rows.items() if given}
    faults = [fault for table in read.values() for fault in table.faults]
    frames = {name: table.frame for name, table in read.items() if table.frame is not None}
    faults += check(frames, {name: name for name in frames})
    if faults:
        raise DataError([_placed(found, rows[fault.file], fault) for fault in faults])
    if "credentials" in frames:
        told = ~pl.col("id").is_in(list(known & stubs.keys()))
        frames["credentials"] = frames["credentials"].filter(told)
    notes = [f"{count} left out: {what}" for what, count in found.left.items()]
    if stubs.keys() - known:
        count = len(stubs.keys() - known)
        notes.append(f"{count} credentials are only named by others: all but a title is unknown")
    return Imported({name: frame.drop(ROW) for name, frame in frames.items()}, tuple(notes))


def _row(row: Row) -> Row:
    needs = [*row.get("_needs", ()), *row.get("_beside", ())]
    plain = {name: value for name, value in row.items() if not name.startswith("_") and value != []}
    return plain | {"prerequisites": prerequisites(needs)}


def _beside(found: Found) -> None:
    """What is to be taken at the same time counts as needed before, save where both would then wait
    for each other.
    """
    rows = {**found.named, **found.credentials}
    conditions = {
        id_: tree
        for id_, row in rows.items()
        if (tree := together([*row.get("_needs", ()), *row.get("_beside", ())])) is not None
    }
    for id_ in {each for cycle in unearnable_cycles(conditions) for each in cycle}:
        if rows[id_].pop("_beside", None):
            found.left["corequisites that would wait for each other"] += 1


def _raw(name: str, rows: Sequence[Mapping[str, Any]]) -> Raw:
    """Rows as a file's text would give them."""
    columns = [column.name for column in TABLES[name]]
    cells = {column: [_cell(row.get(column)) for row in rows] for column in columns}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String))
    return Raw(name, frame.with_columns(pl.int_range(1, pl.len() + 1).alias(ROW)), [])


def _cell(value: Any) -> str | None:
    if value is None or value in ({}, []):
        return None
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _placed(found: Found, rows: Sequence[Row], fault: Fault) -> Fault:
    """The fault with the resource it is about, and its document, in place of a row's number."""
    if fault.row is None:
        return fault
    id_ = rows[fault.row - 1]["id"]
    file = found.documents.get(id_, fault.file)
    return replace(fault, file=file, row=None, column=f"{fault.column} of {id_}")
