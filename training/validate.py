"""Checks between rows and tables: ids, references, cycles, dates that contradict each other.

Every check takes the tables as read (with ``ROW``) and yields one fault per row at fault.
A reference is only checked against a table that is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson
import polars as pl

from models.errors import Fault
from models.prerequisites import Condition, NeedsCredential, leaves, parse
from training.cycles import broader_cycles, unearnable_cycles
from training.schema import INTERACTION_TABLES, ROW

Tables = Mapping[str, pl.DataFrame]

LONGEST_CYCLE: Final = 8
"""Members of a cycle that a fault spells out."""


def check(tables: Tables, files: Mapping[str, str]) -> list[Fault]:
    """All faults between rows and tables; ``files`` names each table's file."""
    found = [
        Fault(files[table], row, column, value, reason)
        for checks in (_duplicates, _availability, _stacks, _prerequisites, _broader, references)
        for table, row, column, value, reason in checks(tables)
    ]
    return in_order(found)


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Faults by file and row, those of whole files first."""
    return sorted(faults, key=lambda fault: (fault.file, fault.row or 0, fault.column or ""))


_Found = Iterator[tuple[str, int, str, str, str]]


def _duplicates(tables: Tables) -> _Found:
    for table, frame in tables.items():
        if "id" not in frame.columns:
            continue
        again = (
            frame.select(ROW, "id", first=pl.col(ROW).min().over("id"))
            .filter(pl.col("id").is_not_null(), pl.col(ROW) != pl.col("first"))
            .rows()
        )
        for row, id_, first in again:
            yield table, row, "id", id_, f"this id is already used in row {first}"


def _availability(tables: Tables) -> _Found:
    if "credentials" in tables:
        column = "available_until"
        wrong = tables["credentials"].filter(pl.col(column) < pl.col("available_from"))
        for row, until in wrong.select(ROW, pl.col(column).dt.to_string("iso:strict")).rows():
            yield "credentials", row, column, until, "earlier than available_from"


def _stacks(tables: Tables) -> _Found:
    if "credentials" not in tables:
        return
    for column in ("stacks_into", "recommended_after"):
        pairs = _pairs(tables["credentials"], column)
        known = tables["credentials"]["id"].drop_nulls().implode()
        for row, id_, other in pairs.filter(
            (pl.col("id") == pl.col("other")) | ~pl.col("other").is_in(known)
        ).rows():
            reason = "refers to itself" if id_ == other else "no credential has this id"
            yield "credentials", row, column, other, reason


def _prerequisites(tables: Tables) -> _Found:
    if "credentials" not in tables:
        return
    frame = tables["credentials"].filter(pl.col("id").is_not_null())
    ids = set(frame["id"])
    skills = _attainable_skills(tables)
    given = frame.filter(pl.col("prerequisites").is_not_null())
    conditions: dict[str, Condition] = {}
    rows: dict[str, int] = {}
    for row, id_, text in given.select(ROW, "id", "prerequisites").rows():
        condition = parse(orjson.loads(text))
        for leaf in dict.fromkeys(leaves(condition)):
            if isinstance(leaf, NeedsCredential):
                if leaf.id not in ids:
                    yield "credentials", row, "prerequisites", leaf.id, "no credential has this id"
            elif skills is not None and leaf.id not in skills:
                yield "credentials", row, "prerequisites", leaf.id, "no skill has this id"
        if id_ not in conditions:
            conditions[id_], rows[id_] = condition, row
    for cycle in unearnable_cycles(conditions):
        for id_, reason in _cycle_reasons(cycle, "can never be earned: it waits for itself"):
            yield "credentials", rows[id_], "prerequisites", id_, reason


def _attainable_skills(tables: Tables) -> set[str] | None:
    """Ids of ``skills`` and the skills credentials name; ``None`` without a skills table."""
    if "skills" not in tables or tables["skills"].is_empty():
        return None
    named = tables["credentials"]["skills"].explode().struct.field("skill")
    return {*tables["skills"]["id"].drop_nulls(), *named.drop_nulls()}


def _broader(tables: Tables) -> _Found:
    if "skills" not in tables:
        return
    frame = tables["skills"].filter(pl.col("id").is_not_null())
    for column in ("broader", "after"):
        unknown = _pairs(frame, column).filter(~pl.col("other").is_in(frame["id"].implode()))
        for row, _, other in unknown.rows():
            yield "skills", row, column, other, "no skill has this id"
    pairs = _pairs(frame, "broader")
    rows = {id_: row for row, id_, _ in reversed(pairs.rows())}
    links: dict[str, list[str]] = {}
    for _, id_, other in pairs.rows():
        links.setdefault(id_, []).append(other)
    for cycle in broader_cycles(links):
        for id_, reason in _cycle_reasons(cycle, "broader than itself"):
            yield "skills", rows[id_], "broader", id_, reason


def references(tables: Tables) -> _Found:
    """Interactions with credentials that are not there: table, row, column, value and reason."""
    if "credentials" not in tables:
        return
    column = "credential_id"
    known = tables["credentials"].select(pl.col("id").alias(column))
    for table in INTERACTION_TABLES:
        if table in tables:
            unknown = tables[table].join(known, on=column, how="anti")
            unknown = unknown.filter(pl.col(column).is_not_null())
            for row, id_ in unknown.select(ROW, column).rows():
                yield table, row, column, id_, "no credential has this id"


def _pairs(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Columns ``ROW``, ``id`` and ``other``, one row for each entry of a list column."""
    pairs = frame.select(ROW, "id", other=pl.col(column))
    return pairs.filter(pl.col("other").list.len() > 0).explode("other").drop_nulls()


def _cycle_reasons(cycle: list[str], what: str) -> Iterator[tuple[str, str]]:
    for start, id_ in enumerate(cycle):
        turned = [*cycle[start:], *cycle[:start], id_]
        if len(turned) > LONGEST_CYCLE:
            turned = [*turned[: LONGEST_CYCLE - 2], "…", id_]
        yield id_, f"{what} ({' → '.join(turned)})"
