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


def told(data: Dataset, period: tuple[float, float]) -> dict[str, Any]:
    """What there is to say of each table, JSON-ready. Shares are of its rows, 0..1. ``period`` is
    that of the interactions, outside of which a moment is a clock that was wrong.
    """
    acts = data.acts.drop(EVENT_ID, strict=False)
    met = _collected(acts.select("credential_id").unique())["credential_id"]
    tables = [name for name in TABLES if name not in INTERACTION_TABLES]
    frames = {name: getattr(data, name).lazy() for name in tables} | {"interactions": acts}
    rows = {name: _collected(frame.select(pl.len())).item() for name, frame in frames.items()}
    kinds = _collected(acts.group_by("kind").len().sort("kind"))
    months = _months(acts, period) if data.dated else {}
    return {
        "missing": {
            name: {
                column.name: _missing(frame, column.name)
                for column in TABLES[name]
                if not column.required and column.name != EVENT_ID
            }
            for name, frame in frames.items()
            if rows[name]
        },
        "rows": rows,
        "doubled": {
            # Of rows that no two are alike of, only digests fit memory.
            "interactions": _doubled(acts.select(pl.struct(pl.all()).hash())),
            "titles": _doubled(
                data.credentials.lazy().select(pl.col("title").str.strip_chars().str.to_lowercase())
            ),
        },
        "never_met": 1 - _share(data.credentials["id"].is_in(met.implode())),
        "kinds": dict(kinds.iter_rows()),
        "months": _latest(months),
        "far": rows["interactions"] - sum(months.values()) if data.dated else 0,
        "left_out": {
            "rows": len(data.rejects),
            "reasons": dict(Counter(each.reason for each in data.rejects).most_common(REASONS)),
            "erased": data.erased,
        },
    }


def _collected(table: pl.LazyFrame) -> pl.DataFrame:
    return table.collect(engine="streaming")


def _missing(table: pl.LazyFrame, column: str) -> float:
    """Share of the rows in which nothing is told: no value, or a list of none."""
    none = pl.col(column).is_null()
    if isinstance(table.collect_schema()[column], pl.List):
        none = none | (pl.col(column).list.len().fill_null(0) == 0)
    return float(_collected(table.select(none.mean())).item())


def _share(mask: pl.Series) -> float:
    return float(mask.mean() or 0.0) if len(mask) else 0.0  # type: ignore[arg-type]


def _doubled(table: pl.LazyFrame) -> int:
    """Rows that say what one before them says."""
    counts = table.select(pl.len(), pl.first().n_unique().alias("distinct"))
    return int(_collected(counts).select(pl.col("len") - pl.col("distinct")).item())


def _months(acts: pl.LazyFrame, period: tuple[float, float]) -> dict[str, int]:
    """How many interactions there were in each month, those whose moment is far from all others
    left out.
    """
    when = pl.from_epoch(pl.col("occurred_at").cast(pl.Int64), time_unit="s")
    within = acts.filter(pl.col("occurred_at").is_between(*period))
    return dict(_collected(within.group_by(when.dt.strftime("%Y-%m")).len()).iter_rows())


def _latest(counts: dict[str, int]) -> list[list[Any]]:
    """The latest months of ``counts``, without gaps."""
    if not counts:
        return []
    year, month = map(int, min(counts).split("-"))
    named: list[list[Any]] = []
    while (name := f"{year:04}-{month:02}") <= max(counts):
        named.append([name, counts.get(name, 0)])
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return named[-MONTHS:]
