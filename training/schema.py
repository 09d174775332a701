"""The data contract as data: every table, its columns and how each is read.

This is the one place that names the columns. ``docs/data-contract.md`` explains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import polars as pl

from models.domain import Kind

EVENT_ID: Final = "event_id"
"""Tells interactions apart that are alike in everything else; nothing is learnt from it."""

ROW: Final = "_row"
"""Row number in the source file, from 1; carried through validation, then dropped."""


class Form(Enum):
    """How the cells of a column are read, and with which type they are kept."""

    TEXT = auto()
    NUMBER = auto()
    AMOUNT = auto()
    LEVEL = auto()
    CURRENCY = auto()
    KIND = auto()
    YEAR = auto()
    DATE = auto()
    FROM = auto()
    UNTIL = auto()
    WHEN = auto()
    TEXTS = auto()
    SKILLS = auto()
    TAUGHT = auto()
    REQUIREMENTS = auto()
    CONDITION = auto()
    OBJECT = auto()


STAMP: Final = pl.Datetime("us", "UTC")
SKILL: Final = pl.Struct({"skill": pl.String(), "level": pl.Float64()})
TAUGHT: Final = pl.Struct({"skill": pl.String(), "level": pl.Float64(), "inferred": pl.Float64()})
REQUIREMENT: Final = pl.Struct(
    {"skill": pl.String(), "importance": pl.Float64(), "level": pl.Float64()}
)

DTYPES: Final[Mapping[Form, pl.DataType]] = {
    Form.TEXT: pl.String(),
    Form.NUMBER: pl.Float64(),
    Form.AMOUNT: pl.Float64(),
    Form.LEVEL: pl.Float64(),
    Form.CURRENCY: pl.String(),
    Form.KIND: pl.String(),
    Form.YEAR: pl.Float64(),
    Form.DATE: pl.String(),
    Form.FROM: STAMP,
    Form.UNTIL: STAMP,
    Form.WHEN: pl.Float64(),
    Form.TEXTS: pl.List(pl.String()),
    Form.SKILLS: pl.List(SKILL),
    Form.TAUGHT: pl.List(TAUGHT),
    Form.REQUIREMENTS: pl.List(REQUIREMENT),
    Form.CONDITION: pl.String(),
    Form.OBJECT: pl.String(),
}
"""Type of a column once read. ``WHEN`` is seconds since the epoch (UTC) or an order number."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; a ``required`` one must be there and filled in every row."""

    name: str
    form: Form = Form.TEXT
    required: bool = False

    @property
    def dtype(self) -> pl.DataType:
        """Type of the column once read."""
        return DTYPES[self.form]


_INTERACTIONS = (
    Column("learner_id", required=True),
    Column("credential_id", required=True),
    Column("kind", Form.KIND),
    Column("occurred_at", Form.WHEN, required=True),
    Column("value", Form.NUMBER),
    Column(EVENT_ID),
)

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "credentials": (
        Column("id", required=True),
        Column("title", required=True),
        Column("description"),
        Column("issuer"),
        Column("skills", Form.TAUGHT),
        Column("level", Form.LEVEL),
        Column("hours", Form.AMOUNT),
        Column("cost", Form.AMOUNT),
        Column("currency", Form.CURRENCY),
        Column("language"),
        Column("delivery"),
        Column("prerequisites", Form.CONDITION),
        Column("recommended_after", Form.TEXTS),
        Column("stacks_into", Form.TEXTS),
        Column("available_from", Form.FROM),
        Column("available_until", Form.UNTIL),
        Column("expires_after_days", Form.AMOUNT),
        Column("quality", Form.OBJECT),
        Column("url"),
    ),
    "skills": (
        Column("id", required=True),
        Column("label"),
        Column("aliases", Form.TEXTS),
        Column("description"),
        Column("taxonomy"),
        Column("broader", Form.TEXTS),
        Column("after", Form.TEXTS),
    ),
    "crosswalk": (
        Column("skill", required=True),
        Column("other", required=True),
        Column("kind"),
        Column("origin"),
        Column("score", Form.LEVEL),
    ),
    "roles": (
        Column("id", required=True),
        Column("title"),
        Column("aliases", Form.TEXTS),
        Column("description"),
        Column("requirements", Form.REQUIREMENTS),
        Column("median_wage", Form.AMOUNT),
        Column("currency", Form.CURRENCY),
        Column("employment", Form.AMOUNT),
        Column("wage_source"),
        Column("wage_year", Form.YEAR),
        Column("growth", Form.NUMBER),
        Column("in_demand", Form.TEXTS),
        Column("hot", Form.TEXTS),
        Column("demand_source"),
        Column("demand_date", Form.DATE),
    ),
    "learners": (
        Column("id", required=True),
        Column("skills", Form.SKILLS),
        Column("target_role"),
        Column("attributes", Form.OBJECT),
    ),
    "interactions": _INTERACTIONS,
    "test_interactions": _INTERACTIONS,
}

ERASED: Final[Mapping[str, tuple[Column, ...]]] = {
    "erased": (Column("tenant", required=True), Column("tombstone", required=True)),
}
"""The table of those who asked to be forgotten, which only says what to leave out of the others."""

REQUIRED_TABLES: Final = ("credentials", "interactions")
INTERACTION_TABLES: Final = ("interactions", "test_interactions")


def empty(table: str) -> pl.DataFrame:
    """A table without rows: all columns, typed."""
    return pl.DataFrame(schema={column.name: column.dtype for column in columns(table)})


def columns(table: str) -> tuple[Column, ...]:
    """The columns of a table of the contract."""
    return {**TABLES, **ERASED}[table]


def complete(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` in the table's columns and types: missing ones null, others dropped.

    A missing kind is a completion. ``occurred_at`` keeps a date or whole-number type: what
    it means depends on it.
    """
    return frame.select(_completed(column, frame.columns) for column in columns(table))


def _completed(column: Column, given: list[str]) -> pl.Expr:
    if column.name not in given:
        value = pl.lit(None, column.dtype).alias(column.name)
    elif column.form is Form.WHEN:
        value = pl.col(column.name)
    else:
        value = pl.col(column.name).cast(column.dtype)
    return value.fill_null(Kind.COMPLETE.value) if column.form is Form.KIND else value
