"""Columns of a file in the types of the contract, and a fault for every cell that has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import polars as pl

from models.errors import Fault
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
from training.nested import (
    read_condition,
    read_object,
    read_requirements,
    read_skills,
    read_taught,
    read_texts,
)
from training.readers import Raw
from training.schema import ROW, Column, Form, columns, complete
from training.timestamps import read_from, read_until, read_when

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


class Table(NamedTuple):
    """One table as read: ``frame`` in contract types with ``ROW``, and its faults.

    ``frame`` is ``None`` when the file as a whole is unusable. ``dated`` says what
    ``occurred_at`` holds, ``None`` where there is no such value.
    """

    file: str
    frame: pl.DataFrame | None
    faults: list[Fault]
    dated: bool | None


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
