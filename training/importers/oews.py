"""OEWS: national wages and employment, joined onto O*NET roles by their SOC code.

Several O*NET occupations can share one SOC code, hence its wage and its employment: do not
add employment up over roles. Suppressed and open-ended figures stay unknown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from models.errors import UsageError
from training.importers.source import Imported, Source, Tables, numbers

SOURCE: Final = "U.S. Bureau of Labor Statistics, OEWS"
FILE: Final = r"national_M20\d\d_dl\.xlsx"

UNKNOWN: Final = ("*", "**", "#", "~")
"""Not released, not available, and "at or above the highest published wage"."""

_PREFIX: Final = "onet:"
_SOC_LENGTH: Final = len("15-1252")


def read(path: Path, existing: Tables) -> Imported:
    """Wages and employment of the O*NET roles in ``existing``, with their source and year (of the
    file's name); ``UsageError`` without any such role.
    """
    roles = existing.get("roles", pl.DataFrame(schema={"id": pl.String()})).select("id")
    roles = roles.filter(pl.col("id").str.starts_with(_PREFIX))
    if roles.is_empty():
        raise UsageError("no O*NET roles to join wages onto: import onet into that folder first")
    columns = ("OCC_CODE", "A_MEDIAN", "TOT_EMP")
    source = Source(path)
    wages = source.table(FILE, columns, "national_M20XX_dl.xlsx", capitals=True)
    wages = wages.unique("OCC_CODE", keep="last").with_columns(
        pl.col("A_MEDIAN", "TOT_EMP").str.replace_all(",", "").replace(UNKNOWN, None)
    )
    wages = numbers(wages, ("A_MEDIAN", "TOT_EMP"), "national wages")
    year = float(str(source.find(FILE)).upper().removeprefix("NATIONAL_M")[:4])
    known = pl.col("A_MEDIAN").is_not_null() | pl.col("TOT_EMP").is_not_null()
    found = roles.join(
        wages.with_columns(_soc="OCC_CODE"),
        left_on=pl.col("id").str.slice(len(_PREFIX), _SOC_LENGTH),
        right_on="OCC_CODE",
        how="inner",
        maintain_order="left",
    ).select(
        "id",
        median_wage="A_MEDIAN",
        currency=pl.when(pl.col("A_MEDIAN").is_not_null()).then(pl.lit("USD")),
        employment="TOT_EMP",
        wage_source=pl.when(known).then(pl.lit(SOURCE)),
        wage_year=pl.when(known).then(year),
    )
    notes = []
    if unmatched := roles.height - found.height:
        notes.append(f"{unmatched} O*NET roles have no row of their SOC code: wage unknown")
    return Imported({"roles": found}, tuple(notes))
