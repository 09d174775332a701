"""Simulate the sample's learners and histories anew: ``python -m training.sample.regenerate``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import orjson
import polars as pl

from training.sample import PATH
from training.simulate import simulate_histories
from training.tables import read_tables

LEARNERS: Final = 800
SEED: Final = 20240


def regenerate(folder: Path) -> None:
    """Write ``learners.jsonl`` and ``interactions.csv`` for the sample's catalogue.

    Written to the sample's own folder they replace what is there by the same bytes.
    """
    frames = {name: table.frame for name, table in read_tables(PATH).items()}
    credentials, skills, roles = (frames[name] for name in ("credentials", "skills", "roles"))
    if credentials is None or skills is None or roles is None:
        raise FileNotFoundError(f"{PATH}: the sample's catalogue cannot be read")
    histories = simulate_histories(credentials, skills, roles, n_learners=LEARNERS, seed=SEED)
    lines = [_line(row) for row in histories.learners.iter_rows(named=True)]
    (folder / "learners.jsonl").write_bytes(b"".join(lines))
    histories.interactions.with_columns(
        pl.col("occurred_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    ).write_csv(folder / "interactions.csv")


def _line(row: dict[str, object]) -> bytes:
    """One learner as JSON, with what is unknown left out."""
    known = {name: value for name, value in row.items() if value is not None}
    known["attributes"] = orjson.loads(str(known["attributes"]))
    return orjson.dumps(known) + b"\n"


if __name__ == "__main__":
    regenerate(PATH)
