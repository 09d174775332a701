"""Rows that an importer made, one by one, as tables that are checked as every table is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import polars as pl

from models.errors import DataError, Fault
from training.importers.source import Tables
from training.parsing import parse
from training.readers import Raw
from training.schema import ROW, TABLES
from training.validate import check

Row = dict[str, Any]


def tables(
    rows: Mapping[str, Sequence[Row]], existing: Tables, documents: Mapping[str, str]
) -> dict[str, pl.DataFrame]:
    """The tables that are not empty, in contract form.

    ``documents`` names by id where a row is from. References may lead to rows that ``existing``
    has. Raises ``DataError`` with every fault, each with its document.
    """
    read = {name: parse(name, _raw(name, given)) for name, given in rows.items() if given}
    faults = [fault for table in read.values() for fault in table.faults]
    frames = {name: table.frame for name, table in read.items() if table.frame is not None}
    together = {
        name: pl.concat([frame, _others(frame, existing[name])]) if name in existing else frame
        for name, frame in frames.items()
    }
    for name in existing.keys() - frames.keys():
        together[name] = _others(None, existing[name])
    faults += check(together, {name: name for name in together})
    if faults:
        raise DataError([_placed(rows, documents, fault) for fault in faults])
    return {name: frame.drop(ROW) for name, frame in frames.items()}


def _others(new: pl.DataFrame | None, old: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``old`` that no new one takes the place of, in the row 0, which is none."""
    if new is not None and "id" in old.columns:
        old = old.join(new, on="id", how="anti", maintain_order="left")
    return old.select(pl.lit(0, pl.Int64).alias(ROW), pl.all())


def _raw(name: str, rows: Sequence[Row]) -> Raw:
    """Rows as a file's text would give them."""
    columns = [column.name for column in TABLES[name]]
    cells = {column: [_cell(row.get(column)) for row in rows] for column in columns}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String))
    return Raw(name, frame.select(pl.int_range(1, pl.len() + 1).alias(ROW), pl.all()), [])


def _cell(value: Any) -> str | None:
    if value is None or value in ({}, []):
        return None
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _placed(rows: Mapping[str, Sequence[Row]], documents: Mapping[str, str], fault: Fault) -> Fault:
    """The fault with the resource it is about, and its document, in place of a row's number."""
    if not fault.row:
        return replace(fault, row=None)
    row = rows[fault.file][fault.row - 1]
    id_ = str(row.get("id", row.get("skill")))
    file = documents.get(id_, fault.file)
    return replace(fault, file=file, row=None, column=f"{fault.column} of {id_}")
