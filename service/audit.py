"""The audit log: who erased, exported or looked up what, and when. It names no learner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum

from service.decision_store import DecisionStore


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
    """The audit log in the store; ``now`` is the clock."""

    def __init__(self, kept: DecisionStore, now: Callable[[], float]) -> None:
        self._kept = kept
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

        Raises ``StoreUnavailable``.
        """
        record = Record(self._now(), tenant, key, act, learner, request)
        await self._kept.note(tenant, asdict(record))
