"""Learners who asked to be forgotten: who they are is known by marks only.

A mark is the SHA-256 (hex) of ``TENANT:LEARNER`` in UTF-8, as the service makes it. It cannot be
read back into an id, but an id that is there can be recognised by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import polars as pl

from training.schema import INTERACTION_TABLES

LEARNER_COLUMNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(INTERACTION_TABLES, "learner_id"),
    "learners": "id",
}
"""Where the tables name learners."""


def without(
    frames: Mapping[str, pl.DataFrame], marks: pl.DataFrame
) -> tuple[dict[str, pl.DataFrame], set[str]]:
    """The tables without any row of a marked learner, and which learners that were.

    ``marks`` has the columns ``tenant`` and ``tombstone``. Of which tenant a row is nobody knows:
    an id is left out when any of these tenants erased it.
    """
    named = [frames[table][column] for table, column in LEARNER_COLUMNS.items() if table in frames]
    if marks.is_empty() or not named:
        return dict(frames), set()
    known = set(marks["tombstone"])
    gone = {
        learner
        for tenant in marks["tenant"].unique()
        for learner in pl.concat(named).drop_nulls().unique()
        if mark(tenant, learner) in known
    }
    kept = {
        table: frames[table].filter(~pl.col(column).is_in(gone) | pl.col(column).is_null())
        for table, column in LEARNER_COLUMNS.items()
        if table in frames
    }
    return {**frames, **kept}, gone


def mark(tenant: str, learner: str) -> str:
    """What remains of an erased learner."""
    return hashlib.sha256(f"{tenant}:{learner}".encode()).hexdigest()
