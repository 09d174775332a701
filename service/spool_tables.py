"""What the spool's tables are, its longer queries, and what it tells of a learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from service.held import LoggedEvent


@dataclass(frozen=True, slots=True)
class Waiting:
    """A learner's waiting events, oldest first, and whether an erasure waits before them."""

    events: tuple[LoggedEvent, ...]
    forgets: bool


NOTHING: Final = Waiting((), forgets=False)

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS events (
    place INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT, event_id TEXT, learner TEXT, payload BLOB,
    since REAL DEFAULT ((julianday('now') - 2440587.5) * 86400.0), UNIQUE (tenant, event_id)
);
CREATE INDEX IF NOT EXISTS by_learner ON events (tenant, learner);
CREATE INDEX IF NOT EXISTS by_tenant ON events (tenant);
CREATE TABLE IF NOT EXISTS erased (tombstone TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decisions (
    place INTEGER PRIMARY KEY, tenant TEXT, request_id TEXT, name TEXT, at REAL, mark TEXT,
    payload BLOB
);
CREATE INDEX IF NOT EXISTS by_mark ON decisions (tenant, mark);
CREATE TABLE IF NOT EXISTS audit (place INTEGER PRIMARY KEY, tenant TEXT, payload BLOB);
"""

LATEST: Final = """
SELECT group_concat(CAST(substr(payload, 1, instr(payload, x'0a') - 1) AS TEXT)) FROM (
    SELECT payload FROM (SELECT place, payload FROM events WHERE tenant = ? AND learner = ?
        AND payload NOT NULL ORDER BY place DESC LIMIT ?) ORDER BY place)
"""

TENANTS: Final = """
WITH RECURSIVE each(tenant) AS (
    SELECT min(tenant) FROM events
    UNION ALL SELECT (SELECT min(tenant) FROM events WHERE tenant > each.tenant) FROM each
        WHERE tenant NOT NULL)
SELECT tenant FROM each WHERE tenant NOT NULL
"""
"""Whose events wait: one look at the index for each, however many wait."""

LONGEST: Final = """
SELECT payload IS NULL, place, since, learner, payload FROM events INDEXED BY by_tenant
    WHERE tenant = ? ORDER BY place LIMIT ?
"""
"""Of a tenant, what waits longest."""
