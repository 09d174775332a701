"""Cells that hold lists or objects: native columns, or JSON text as a CSV has it.

Uniform columns (lists of text, lists of objects) are decoded by polars at once; only when
that fails is each cell read by itself, which also says which cells are at fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import orjson
import polars as pl

from models.prerequisites import parse, to_json
from training.cells import (
    LEVEL_EXPECTED,
    SHARE_EXPECTED,
    SHOWN,
    CellFault,
    Parsed,
    PolarsType,
    WrongTypeError,
    as_text,
    clean,
    faults_where,
    level,
    share,
)

Normalise: TypeAlias = Callable[[object], object]
"""Turns decoded JSON into the wanted value, or raises ``ValueError`` with the reason."""

_TEXTS: Final = pl.List(pl.String())


def read_texts(series: pl.Series) -> Parsed:
    """Lists of text (ids, aliases), none of them empty."""
    faults: list[CellFault] = []
    if isinstance(series.dtype, pl.List):
        if series.dtype.inner.is_nested():
            raise WrongTypeError(f"expected lists of text, the column's type is {series.dtype}")
        lists = series.cast(_TEXTS)
    else:
        lists, faults = _decode(as_text(series), _TEXTS, _texts)
    values = lists.list.eval(clean(pl.element()))
    bad = values.list.eval(pl.element().is_null()).list.any()
    return Parsed(values, faults + faults_where(bad, lists, "an entry of the list is empty"))


def read_skills(series: pl.Series) -> Parsed:
    """Lists of ``{skill, level}``; a plain text is a skill at an unknown level."""
    return _read_entries(series, ("skill", "level"))


def read_taught(series: pl.Series) -> Parsed:
    """Lists of ``{skill, level, inferred}``; a plain text is a skill, the rest unknown."""
    return _read_entries(series, ("skill", "level", "inferred"))


def read_requirements(series: pl.Series) -> Parsed:
    """Lists of ``{skill, importance, level}``; a plain text is a skill, the rest unknown."""
    return _read_entries(series, ("skill", "importance", "level"))


def _read_entries(series: pl.Series, fields: tuple[str, ...]) -> Parsed:
    faults: list[CellFault] = []
    if isinstance(series.dtype, pl.List):
        lists = _structs(series)
    else:
        wanted = pl.List(pl.Struct({field: pl.String() for field in fields}))
        lists, faults = _decode(as_text(series), wanted, lambda cell: _entries(cell, fields))
    dtypes = _fields(lists)
    given = {field: _given(field, dtypes.get(field)) for field in fields}
    read = {
        "skill": given["skill"],
        "level": level(given["level"], dtypes.get("level", pl.String())),
        "importance": share(given.get("importance", pl.lit(None))),
        "inferred": share(given.get("inferred", pl.lit(None))),
    }
    reasons = {
        "skill": "an entry of the list names no skill",
        "level": f"level: {LEVEL_EXPECTED}",
        "importance": f"importance: {SHARE_EXPECTED}",
        "inferred": f"inferred: {SHARE_EXPECTED}",
    }
    for field in fields:
        missing = read[field].is_null()
        wrong = missing if field == "skill" else missing & given[field].is_not_null()
        faults += faults_where(lists.list.eval(wrong).list.any(), lists, reasons[field])
    values = lists.list.eval(pl.struct(read[field].alias(field) for field in fields))
    return Parsed(values, sorted(faults, key=lambda fault: fault.position))


def _structs(series: pl.Series) -> pl.Series:
    inner = series.dtype.inner if isinstance(series.dtype, pl.List) else None
    if isinstance(inner, pl.Struct):
        return series
    if inner is None or inner.is_nested():
        raise WrongTypeError(f"expected lists of skills, the column's type is {series.dtype}")
    return series.cast(_TEXTS).list.eval(pl.struct(skill=pl.element()))


def _fields(lists: pl.Series) -> dict[str, PolarsType]:
    inner = lists.dtype.inner if isinstance(lists.dtype, pl.List) else None
    fields = inner.fields if isinstance(inner, pl.Struct) else []
    return {field.name: field.dtype for field in fields}


def _given(field: str, dtype: PolarsType | None) -> pl.Expr:
    if dtype is None:
        return pl.lit(None, pl.String())
    value = pl.element().struct.field(field)
    if field == "skill":
        return clean(value.cast(pl.String()))
    return clean(value) if dtype == pl.String() else value


def read_condition(series: pl.Series) -> Parsed:
    """Prerequisites as canonical JSON text of the tree."""
    return _read_json(series, lambda cell: _dump(to_json(parse(cell))))


def read_object(series: pl.Series) -> Parsed:
    """JSON objects as canonical text: keys sorted, those without a value left out."""
    return _read_json(series, _object)


def _read_json(series: pl.Series, normalise: Normalise) -> Parsed:
    if series.dtype.is_nested():
        cells = [None if cell is None else _dump(_known(cell)) for cell in series.to_list()]
        text = pl.Series(series.name, cells, dtype=pl.String())
    else:
        text = as_text(series)
    return Parsed(*_each(text, pl.String(), normalise))


def _decode(
    text: pl.Series, dtype: pl.DataType, normalise: Normalise
) -> tuple[pl.Series, list[CellFault]]:
    if text.str.starts_with("[").all():
        try:
            return text.str.json_decode(dtype), []
        except pl.exceptions.ComputeError:
            pass  # some cell is not of that form: read them one by one
    return _each(text, dtype, normalise)


def _each(
    text: pl.Series, dtype: pl.DataType, normalise: Normalise
) -> tuple[pl.Series, list[CellFault]]:
    """Read every distinct text once."""
    known: dict[str | None, object] = {None: None}
    reasons: dict[str, str] = {}
    for cell in text.unique().drop_nulls():
        try:
            known[cell] = normalise(orjson.loads(cell))
        except orjson.JSONDecodeError as error:
            reasons[cell] = f"not valid JSON: {error}"
        except ValueError as error:
            reasons[cell] = str(error)
    cells = text.to_list()
    values = pl.Series(text.name, [known.get(cell) for cell in cells], dtype=dtype)
    faults = [
        CellFault(position, cell[:SHOWN], reasons[cell])
        for position, cell in enumerate(cells)
        if cell in reasons
    ]
    return values, faults


def _texts(cell: object) -> list[str]:
    if not isinstance(cell, list):
        raise ValueError("expected a JSON list of texts")
    return [_scalar(each, "an entry of the list") or "" for each in cell]


def _entries(cell: object, fields: tuple[str, ...]) -> list[dict[str, str | None]]:
    if not isinstance(cell, list):
        raise ValueError("expected a JSON list of skills")
    objects = [each if isinstance(each, dict) else {"skill": each} for each in cell]
    return [{field: _scalar(each.get(field), field) for field in fields} for each in objects]


def _scalar(value: object, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float):
        return str(value).lower()
    raise ValueError(f"{name}: expected text or a number")


def _object(cell: object) -> str | None:
    if not isinstance(cell, dict):
        raise ValueError("expected a JSON object")
    return _dump(_known(cell)) if _known(cell) else None


def _known(value: object) -> object:
    if isinstance(value, dict):
        return {key: _known(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return value


def _dump(value: object) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS).decode()
