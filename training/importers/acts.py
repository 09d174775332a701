"""What learners did, however a platform told it, as interactions and the credentials they name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from models.errors import DataError, Fault
from models.records.record import Record
from training.importers.source import Imported, Tables
from training.timestamps import SECOND, read_from
from training.writing import stored

_TEXT: Final = pl.String()
_ACTS: Final = {
    "learner_id": _TEXT,
    "thing": _TEXT,
    "kind": _TEXT,
    "occurred_at": pl.Float64(),
    "value": pl.Float64(),
    "event_id": _TEXT,
    "title": _TEXT,
}


def imported(
    records: Iterable[Record], existing: Tables, *, grows: bool, notes: tuple[str, ...] = ()
) -> Imported:
    """Interactions from dated ``records``, each once by its id.

    Their things are credentials of the ``existing`` catalogue by id or address. What it does not
    know becomes a credential where it ``grows``; elsewhere it is left out and counted.
    """
    rows = [
        (r.learner, r.thing, r.kind.value, r.at, r.value, r.id, r.title or r.thing) for r in records
    ]
    acts = pl.DataFrame(rows, schema=_ACTS, orient="row")
    named = acts.filter(pl.col("event_id").is_not_null())
    acts = pl.concat(
        [
            named.unique("event_id", keep="first", maintain_order=True),
            acts.filter(pl.col("event_id").is_null()),
        ]
    )
    acts = acts.with_columns(
        credential_id=pl.col("thing").replace_strict(_called(existing), default=None)
    )
    fresh = acts.filter(pl.col("credential_id").is_null())
    if grows:
        acts = acts.with_columns(pl.coalesce("credential_id", "thing"))
    else:
        acts = acts.drop_nulls("credential_id")
        if fresh.height:
            things = fresh["thing"].n_unique()
            left = f"{fresh.height} records about {things} things that the catalogue lacks left out"
            notes = (*notes, f"{left}, such as {fresh['thing'][0]}")
    # By id: the order of appearance would write the histories into the catalogue.
    made = fresh.group_by(id="thing").agg(title=pl.col("title").first()).sort("id")
    tables = {"interactions": stored("interactions", acts)}
    return Imported(tables | ({"credentials": made} if grows and made.height else {}), notes)


def dated(frame: pl.DataFrame, column: str, file: str) -> pl.Series:
    """Seconds since the epoch, UTC, of a column of text; null where it is empty or zero, as
    databases write an act that has not happened. ``DataError`` names what is no moment.
    """
    text = frame[column].replace(["0", "NULL", "\\N"], None)
    seconds = text.cast(pl.Float64, strict=False)
    found = read_from(pl.select(pl.when(seconds.is_null()).then(text)).to_series())
    if found.faults:
        told = [
            Fault(file, fault.position + 1, column, fault.value, fault.reason)
            for fault in found.faults
        ]
        raise DataError(told)
    return pl.select(pl.coalesce(seconds, found.values.dt.epoch("us") / SECOND)).to_series()


def _called(existing: Tables) -> dict[str, str]:
    """Ids of credentials by what platforms may call them."""
    credentials = existing.get("credentials")
    if credentials is None or credentials.is_empty():
        return {"": ""}  # a replacement needs an entry
    known = credentials.select("id", "url").drop_nulls("url")
    addresses = {url.rstrip("/"): name for name, url in known.rows()}
    slashed = {f"{url}/": name for url, name in addresses.items()}
    return slashed | addresses | {name: name for name in credentials["id"]}
