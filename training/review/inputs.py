"""How good the data are that a run was given: what is missing, doubled, never used, and when."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import polars as pl

from training.schema import EVENT_ID, INTERACTION_TABLES, TABLES
from training.tables import Dataset

MONTHS: Final = 120
"""So many months are told of at most, the latest."""

REASONS: Final = 10


def told(data: Dataset) -> dict[str, Any]:
    """What there is to say of each table, JSON-ready. Shares are of its rows, 0..1."""
    met = data.interactions["credential_id"].unique()
    tables = [name for name in TABLES if name not in INTERACTION_TABLES]
    frames = {name: getattr(data, name) for name in [*tables, "interactions"]}
    return {
        "missing": {
            name: {
                column.name: _missing(frame[column.name])
                for column in TABLES[name]
                if not column.required and column.name != EVENT_ID
            }
            for name, frame in frames.items()
            if frame.height
        },
        "rows": {name: frame.height for name, frame in frames.items()},
        "doubled": {
            "interactions": _doubled(data.interactions.drop(EVENT_ID, strict=False)),
            "titles": _doubled(
                data.credentials.select(pl.col("title").str.strip_chars().str.to_lowercase())
            ),
        },
        "never_met": 1 - _share(data.credentials["id"].is_in(met.implode())),
        "kinds": dict(sorted(Counter(data.interactions["kind"].to_list()).items())),
        "months": _months(data),
        "left_out": {
            "rows": len(data.rejects),
            "reasons": dict(Counter(each.reason for each in data.rejects).most_common(REASONS)),
            "erased": data.erased,
        },
    }


def _missing(column: pl.Series) -> float:
    """Share of the rows in which nothing is told: no value, or a list of none."""
    none = column.is_null()
    if isinstance(column.dtype, pl.List):
        none = none | (column.list.len().fill_null(0) == 0)
    return _share(none)


def _share(mask: pl.Series) -> float:
    return float(mask.mean() or 0.0) if len(mask) else 0.0  # type: ignore[arg-type]


def _doubled(frame: pl.DataFrame) -> int:
    """Rows that say what one before them says."""
    return frame.height - frame.unique().height


def _months(data: Dataset) -> list[list[Any]]:
    """Interactions by month, without gaps; none for data that know only an order."""
    if not data.dated or data.interactions.is_empty():
        return []
    when = pl.from_epoch(data.interactions["occurred_at"].cast(pl.Int64), time_unit="s")
    counts = Counter(when.dt.strftime("%Y-%m").to_list())
    year, month = map(int, min(counts).split("-"))
    named: list[list[Any]] = []
    while (name := f"{year:04}-{month:02}") <= max(counts):
        named.append([name, counts[name]])
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return named[-MONTHS:]
