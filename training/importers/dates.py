"""Dates as spreadsheets show them, in ISO 8601 where they can mean one thing only."""

from __future__ import annotations

from typing import Final

import polars as pl

_SHOWN: Final = (
    r"^\s*(\d{1,2})([./-])(\d{1,2})[./-](\d{4})"
    r"(?:,? (\d{1,2})(:[0-5]\d(?::[0-5]\d)?)(?: ?([AaPp])[Mm])?)?\s*$"
)
_MONTHS: Final = 12


def iso(dates: pl.Series) -> pl.Series:
    """The column in ISO 8601 if all its dates are numbers of a day, a month and a year, and it is
    clear which is which: with points days come first, else one of the two is above twelve
    somewhere. Any other column comes back as it is.
    """
    if dates.dtype != pl.String:
        return dates
    parts = dates.str.extract_groups(_SHOWN).struct.unnest()
    blank = dates.fill_null("").str.strip_chars() == ""
    if blank.all() or not (blank | parts["1"].is_not_null()).all():
        return dates
    first, second = (parts[name].cast(pl.Int64) for name in ("1", "3"))
    day_first = (parts["2"].drop_nulls() == ".").all() or bool((first > _MONTHS).any())
    month_first = bool((second > _MONTHS).any())
    if day_first == month_first:
        return dates
    day, month = ("1", "3") if day_first else ("3", "1")
    hour, half = pl.col("5").cast(pl.Int64), pl.col("7").str.to_lowercase()
    told = pl.when(half.is_null()).then(hour).otherwise(hour % 12 + 12 * (half == "p"))
    date = pl.concat_str("4", *(pl.col(name).str.zfill(2) for name in (month, day)), separator="-")
    time = pl.concat_str(pl.lit("T"), told.cast(pl.String()).str.zfill(2), "6").fill_null("")
    return parts.select((date + time).alias(dates.name)).to_series()
