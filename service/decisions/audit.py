"""The audit log: who erased, exported or looked up what, and when. It names no learner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

import orjson

from models.errors import StoreUnavailable
from service.chores import repeated
from service.decisions.store import DecisionStore
from service.spool import Spool

LOOK: Final = 0.25
"""Seconds between two looks whether what waits can be written."""


class Act(StrEnum):
    """What was done."""

    ERASE = "erase"
    EXPORT = "export"
    READ_DECISION = "read_decision"
    EXPORT_DECISIONS = "export_decisions"


@dataclass(frozen=True, slots=True)
class Record:
    """``key`` (an id of an API key, or ``cli``) did ``act`` at a moment (seconds since the epoch),
    to the learner behind a mark (``held.tombstone``) or the decisions of a request.
    """

    at: float
    tenant: str
    key: str
    act: Act
    learner: str | None = None
    request: str | None = None


class AuditLog:
    """The audit log in the store, behind the ``spool`` while that is away; ``now`` is the clock."""

    def __init__(self, kept: DecisionStore, spool: Spool, now: Callable[[], float]) -> None:
        self._kept = kept
        self._spool = spool
        self._now = now

    async def note(
        self,
        tenant: str,
        key: str,
        act: Act,
        *,
        learner: str | None = None,
        request: str | None = None,
    ) -> None:
        """Add a record; to be called before the act, so that none goes without.

        Raises ``StoreUnavailable`` when neither takes it.
        """
        record = orjson.dumps(asdict(Record(self._now(), tenant, key, act, learner, request)))
        try:
            await self._kept.note(tenant, record)
        except StoreUnavailable:
            await self._spool.note(tenant, record)

    async def keep_draining(self) -> None:
        """Empty the spool of records whenever the store is there; ends only when cancelled."""
        await repeated(self._drain, LOOK, "the audit log could not be written")

    async def _drain(self) -> None:
        if not self._kept.away:
            await self._spool.drain_notes(self._kept.note)
