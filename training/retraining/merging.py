"""A platform's tables and the events of a service as one data folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final, Literal

import polars as pl

from training import tables
from training.schema import EVENT_ID, TABLES
from training.writing import append, existing, stored, write

SAME: Final = ("learner_id", "credential_id", "kind", "occurred_at")
"""What makes an event and a row of the platform's own one and the same act."""


def merge(
    data: Path, events: Path, out: Path, on_bad_row: Literal["fail", "skip"]
) -> dict[str, Any]:
    """Write the tables of ``data`` to ``out``, anew, with the interactions and the marks of erased
    learners of ``events`` (a folder as ``cairn events export`` makes it) added.

    An event that ``data`` holds already is not added again, whether it was exported there or the
    platform tells it without the event's id. Events on credentials that the catalogue does not
    have wait in the log until it does. Returns, JSON-ready: events ``added``, those ``known``
    already, those about ``unknown`` credentials, rows left out (``rejects``), learners ``erased``,
    and the content ``hash`` of what training will read. Raises ``DataError``,
    and ``UsageError`` where ``data`` knows an order only and the events have dates.
    """
    shutil.rmtree(out, ignore_errors=True)
    ours = tables.load(data, on_bad_row)
    frames = {name: getattr(ours, name) for name in TABLES if getattr(ours, name) is not None}
    old = stored("interactions", frames["interactions"], dated=ours.dated)
    new = existing(events).get("interactions", old.clear())
    catalogue = frames["credentials"].select(credential_id="id")
    about = new.join(catalogue, on="credential_id", how="semi", maintain_order="left")
    together, _ = append(old, about)
    untold = old.filter(pl.col(EVENT_ID).is_null())
    fresh = together.slice(old.height).join(untold, on=SAME, how="anti", maintain_order="left")
    frames["interactions"] = pl.concat([old, fresh])
    marks = pl.concat([tables.read_erased(data), tables.read_erased(events)])
    marks = marks.unique(maintain_order=True)
    write({**frames, **({"erased": marks} if marks.height else {})}, out, dated=ours.dated)
    merged = tables.load(out)
    return {
        "added": fresh.height,
        "known": about.height - fresh.height,
        "unknown": new.height - about.height,
        "rejects": len(ours.rejects),
        "erased": max(ours.erased, merged.erased),
        "hash": merged.content_hash,
    }
