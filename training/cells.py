"""Cells of one value: text, numbers, levels, kinds and currencies, whole columns at a time.

A reader takes a column as the file gave it and returns it in its contract type with the
faults found. What cannot be read is null in the values and named in the faults.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

import polars as pl
from polars.datatypes import DataTypeClass

from models.domain import LEVELS, Kind

PolarsType: TypeAlias = DataTypeClass | pl.DataType

SHOWN: Final = 80
"""Characters of an offending value that a fault repeats."""

LEVEL_EXPECTED: Final = f"expected a number from 0 to 1 or one of {', '.join(LEVELS)}"
SHARE_EXPECTED: Final = "expected a number from 0 to 1"


class CellFault(NamedTuple):
    """One unreadable cell: its position in the column (from 0), its text, what was expected."""

    position: int
    value: str | None
    reason: str


class Parsed(NamedTuple):
    """A column in its contract type and the faults of its cells."""

    values: pl.Series
    faults: list[CellFault]


class WrongTypeError(ValueError):
    """A whole column is of a type its values cannot be read from."""


def faults_where(mask: pl.Series, shown: pl.Series, reason: str) -> list[CellFault]:
    """A fault for every position where ``mask`` is true, showing that cell of ``shown``."""
    positions = mask.fill_null(False).arg_true()
    values = shown.gather(positions)
    if values.dtype != pl.String:
        values = pl.Series([str(value) for value in values.to_list()], dtype=pl.String)
    return [
        CellFault(position, value, reason)
        for position, value in zip(positions, values.str.slice(0, SHOWN), strict=True)
    ]


def as_text(series: pl.Series) -> pl.Series:
    """Text without surrounding white space; null for the empty one.

    Numbers become text, whole ones without a decimal point: an id read as 7.0 is "7".
    """
    dtype = series.dtype
    if dtype.is_float():
        whole = (series == series.round(0)) & (series.abs() < 2.0**63)
        text = (
            pl.select(
                pl.when(whole)
                .then(series.cast(pl.Int64, strict=False).cast(pl.String))
                .otherwise(series.fill_nan(None).cast(pl.String))
            )
            .to_series()
            .alias(series.name)
        )
    elif dtype.is_nested() or dtype in (pl.Binary, pl.Object):
        raise WrongTypeError(f"expected text, the column's type is {dtype}")
    else:
        text = series.cast(pl.String)
    return series_of(clean(pl.col(text.name)), text)


def clean(text: pl.Expr) -> pl.Expr:
    """Text stripped of surrounding white space, null when nothing is left."""
    stripped = text.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def series_of(expression: pl.Expr, series: pl.Series) -> pl.Series:
    """``expression`` over the one column ``series``, under the series' own name."""
    return series.to_frame().select(expression.alias(series.name)).to_series()


def share(value: pl.Expr) -> pl.Expr:
    """A number from 0 to 1, else null."""
    number = value.cast(pl.Float64, strict=False)
    return pl.when(number.is_between(0.0, 1.0)).then(number)


def level(value: pl.Expr, dtype: PolarsType) -> pl.Expr:
    """``models.domain.parse_level`` over a column of ``dtype``; null where it would raise."""
    if dtype != pl.String:
        return share(value)
    stripped = value.str.strip_chars().str.to_lowercase()
    named = stripped.replace_strict(LEVELS, default=None, return_dtype=pl.Float64)
    return pl.coalesce(named, share(stripped))


def read_text(series: pl.Series) -> Parsed:
    """Any text."""
    return Parsed(as_text(series), [])


def read_number(series: pl.Series, lowest: float | None = None) -> Parsed:
    """Finite numbers, none under ``lowest``."""
    given = as_text(series) if series.dtype == pl.String else series
    if not (given.dtype == pl.String or given.dtype.is_numeric() or given.dtype == pl.Null):
        raise WrongTypeError(f"expected numbers, the column's type is {given.dtype}")
    number = given.cast(pl.Float64, strict=False)
    good = number.is_finite()
    expected = "expected a number"
    if lowest is not None:
        good &= number >= lowest
        expected += f" of at least {lowest:g}"
    bad = given.is_not_null() & ~good.fill_null(False)
    return Parsed(number.set(bad, None), faults_where(bad, given, expected))


def read_level(series: pl.Series) -> Parsed:
    """Levels 0..1 or names of them."""
    given = as_text(series) if series.dtype == pl.String else series
    if not (given.dtype == pl.String or given.dtype.is_numeric() or given.dtype == pl.Null):
        raise WrongTypeError(f"expected levels, the column's type is {given.dtype}")
    values = series_of(level(pl.col(given.name), given.dtype), given)
    bad = given.is_not_null() & values.is_null()
    return Parsed(values, faults_where(bad, given, LEVEL_EXPECTED))


def read_year(series: pl.Series) -> Parsed:
    """Whole years."""
    number = read_number(series)
    bad = ~(number.values.is_between(1900, 2200) & (number.values == number.values.round(0)))
    bad &= number.values.is_not_null()
    faults = faults_where(bad, series, "expected a year from 1900 to 2200")
    return Parsed(number.values.set(bad, None), number.faults + faults)


def read_date(series: pl.Series) -> Parsed:
    """Years, months or days, as text: as precise as they are told."""
    given = as_text(series)
    bad = given.is_not_null() & ~given.str.contains(r"^\d{4}(-\d{2}(-\d{2})?)?$")
    faults = faults_where(bad, given, "expected a year, month or day, such as 2025-02")
    return Parsed(given.set(bad, None), faults)


def read_kind(series: pl.Series) -> Parsed:
    """Kinds of event; what a missing one means is for ``schema.complete`` to say."""
    given = as_text(series)
    values = given.str.to_lowercase()
    bad = given.is_not_null() & ~values.is_in(list(Kind))
    faults = faults_where(bad, given, f"expected one of {', '.join(Kind)}")
    return Parsed(values.set(bad.fill_null(False), None), faults)


def read_currency(series: pl.Series) -> Parsed:
    """Currency codes of three letters, in capitals."""
    given = as_text(series)
    bad = ~given.str.contains(r"^[A-Za-z]{3}$")
    faults = faults_where(bad, given, "expected a currency code of three letters, such as EUR")
    return Parsed(given.str.to_uppercase().set(bad.fill_null(False), None), faults)
