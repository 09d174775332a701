"""Moments: ISO 8601 text, dates and plain order numbers, whole columns at a time."""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from training.cells import Parsed, WrongTypeError, as_text, faults_where
from training.schema import STAMP

SECOND: Final = 1_000_000
"""Moments are counted in whole microseconds since the epoch, UTC."""

DAY: Final = 86_400 * SECOND

_ISO: Final = (
    r"^(\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,9}))?)?"
    r" ?([Zz]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?)?$"
)
_ORDER: Final = r"^[+-]?\d{1,18}$"

WHEN_EXPECTED: Final = "expected an ISO 8601 date or time, or a whole number for plain order"
MOMENT_EXPECTED: Final = "expected an ISO 8601 date or time"
MIXED: Final = "dates and plain order numbers are mixed; {kept} are used in most rows"


class Moments(NamedTuple):
    """Microseconds (Int64) and order numbers (Int64), each null where the other is given.

    ``day`` is true where only a date was given.
    """

    micros: pl.Series
    order: pl.Series
    day: pl.Series


def moments(series: pl.Series) -> Moments:
    """Read a column; what is neither a moment nor a whole number is null in both."""
    dtype = series.dtype
    nothing = pl.Series(series.name, [None], dtype=pl.Int64).new_from_index(0, len(series))
    no_days = pl.Series([False]).new_from_index(0, len(series))
    if isinstance(dtype, pl.Datetime):
        aware = series if dtype.time_zone else series.dt.replace_time_zone("UTC")
        return Moments(aware.dt.convert_time_zone("UTC").dt.epoch("us"), nothing, no_days)
    if dtype == pl.Date:
        return Moments(series.cast(pl.Int64) * DAY, nothing, ~no_days)
    if dtype.is_nested() or dtype in (pl.Binary, pl.Object, pl.Boolean, pl.Time, pl.Duration):
        raise WrongTypeError(f"expected dates or times, the column's type is {dtype}")
    text = as_text(series)
    order = pl.select(
        pl.when(text.str.contains(_ORDER)).then(text.cast(pl.Int64, strict=False))
    ).to_series()
    return Moments(_iso(text), order, text.str.len_chars() == len("2025-06-30"))


def _iso(text: pl.Series) -> pl.Series:
    part = pl.col("parts").struct.field
    number = [part(str(group)).cast(pl.Int64, strict=False).fill_null(0) for group in (2, 3, 4)]
    fraction = part("5").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64).fill_null(0)
    zone = part("6").str.replace_all(r"[:Zz+-]", "").str.pad_end(4, "0").cast(pl.Int64)
    offset = (zone // 100 * 60 + zone % 100) * 60 * SECOND
    offset = pl.when(part("6").str.starts_with("-")).then(-offset).otherwise(offset)
    days = part("1").str.to_date("%Y-%m-%d", strict=False).cast(pl.Int64)
    hour, minute, second = number
    clock = ((hour * 60 + minute) * 60 + second) * SECOND + fraction
    return (
        text.str.extract_groups(_ISO)
        .to_frame("parts")
        .select((days * DAY + clock - offset.fill_null(0)).alias(text.name))
        .to_series()
    )


def read_from(series: pl.Series) -> Parsed:
    """Moments as UTC; a date alone is its first instant."""
    found = moments(series)
    bad = series.is_not_null() & found.micros.is_null() & _not_blank(series)
    return Parsed(found.micros.cast(STAMP), faults_where(bad, series, MOMENT_EXPECTED))


def read_until(series: pl.Series) -> Parsed:
    """Moments as UTC; a date alone is its last instant, so that the day itself is included."""
    found = moments(series)
    parsed = read_from(series)
    last = (found.micros + found.day.cast(pl.Int64).fill_null(0) * (DAY - 1)).cast(STAMP)
    return Parsed(last, parsed.faults)


def read_when(series: pl.Series) -> tuple[Parsed, bool | None]:
    """Seconds since the epoch or order numbers (Float64), and which of them they are.

    The second result is true for moments, false for order, ``None`` without any value. A
    column holds one of the two: the rarer is a fault in each of its rows.
    """
    found = moments(series)
    bad = series.is_not_null() & found.micros.is_null() & found.order.is_null()
    faults = faults_where(bad & _not_blank(series), series, WHEN_EXPECTED)
    n_dated, n_ordered = found.micros.count(), found.order.count()
    if n_dated == n_ordered == 0:
        return Parsed(found.micros.cast(pl.Float64), faults), None
    dated = n_dated >= n_ordered
    kept, other = (found.micros, found.order) if dated else (found.order, found.micros)
    reason = MIXED.format(kept="dates" if dated else "order numbers")
    faults += faults_where(other.is_not_null(), series, reason)
    values = kept.cast(pl.Float64)
    if dated:  # numpy divides to the last bit, which polars does not
        values = pl.Series(kept.name, values.to_numpy() / SECOND, nan_to_null=True)
    return Parsed(values, faults), dated


def _not_blank(series: pl.Series) -> pl.Series:
    if series.dtype == pl.String:
        return series.str.strip_chars() != ""
    return series.is_not_null()
