"""The decision log: written behind the answers' backs, in the store or else in the spool."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, Final

from models.errors import SpoolFailed, StoreUnavailable
from service.chores import repeated
from service.decisions.store import DecisionStore, Kept
from service.spool import Spool
from service.telemetry.metrics import Metrics

logger = logging.getLogger(__name__)

LOOK: Final = 0.25
"""Seconds between two looks at what waits."""

BATCH: Final = 100
"""Decisions in one script: a millisecond of the store's time."""

MOST_BYTES: Final = 16_000_000
"""So much may wait in a worker's memory; what comes on top is counted as lost."""


class DecisionLog:
    """One worker's decisions on their way to ``kept``; ``on`` says whether any are recorded.

    ``now`` is the clock. A decision that can be kept nowhere is counted; no answer waits or
    fails for one.
    """

    def __init__(
        self,
        kept: DecisionStore,
        spool: Spool,
        metrics: Metrics,
        now: Callable[[], float],
        *,
        on: bool,
    ) -> None:
        self.on = on
        self._kept = kept
        self._spool = spool
        self._metrics = metrics
        self._now = now
        self._waiting: deque[Kept] = deque()
        self._bytes = 0
        self._turn = asyncio.Lock()

    def record(self, made: Callable[[], Kept]) -> Kept | None:
        """Take the decision that is ``made``, to be kept within the next moments; returns it,
        unless there is none.
        """
        if not self.on:
            return None
        try:
            decision = made()
        except Exception:
            # The answer stands and must be given; that its record failed is for us to hear.
            logger.exception("a decision could not be recorded")
            self._count("lost", 1)
            return None
        if self._bytes + len(decision.payload) > MOST_BYTES:
            self._count("lost", 1)
            return decision
        self._bytes += len(decision.payload)
        self._waiting.append(decision)
        return decision

    async def find(self, tenant: str, request_id: str) -> list[dict[str, Any]]:
        """The decisions under a request id. Raises ``StoreUnavailable``."""
        await self.flush()
        return await self._kept.find(tenant, request_id)

    async def of(self, tenant: str, mark: str) -> list[dict[str, Any]]:
        """All decisions about a learner. Raises ``StoreUnavailable``."""
        await self.flush()
        return await self._kept.of(tenant, mark)

    async def flush(self) -> None:
        """Bring what waits in memory to where it outlives the process."""
        async with self._turn:
            while self._waiting:
                batch = list(islice(self._waiting, BATCH))
                await self._bring(batch)
                # Only now: when this is cancelled they wait on, and none is kept twice.
                for each in batch:
                    self._waiting.popleft()
                    self._bytes -= len(each.payload)

    async def keep_flushing(self) -> None:
        """Flush, and empty the spool whenever the store is there; ends only when cancelled."""
        await repeated(self._flush_and_drain, LOOK, "decisions could not be written")

    async def _flush_and_drain(self) -> None:
        await self.flush()
        if not self._kept.away:
            await self._drain()

    async def _bring(self, batch: Sequence[Kept]) -> None:
        for tenant, run in _by_tenant(batch):
            try:
                await self._keep(tenant, run)
            except StoreUnavailable:
                await self._spooled(run)

    async def _spooled(self, decisions: Sequence[Kept]) -> None:
        try:
            await self._spool.keep_decisions(decisions)
        except SpoolFailed:
            self._count("lost", len(decisions))
        else:
            self._count("spooled", len(decisions))

    async def _drain(self) -> None:
        while self._spool.decisions(1):
            async with self._spool.alone():
                batch = self._spool.decisions(BATCH)
                for tenant, run in _by_tenant([each for _, each in batch]):
                    await self._keep(tenant, run)
                await self._spool.drop_decisions([place for place, _ in batch])

    async def _keep(self, tenant: str, decisions: Sequence[Kept]) -> None:
        kept, refused = await self._kept.keep(tenant, decisions, self._now())
        self._count("kept", kept)
        self._count("refused", refused)

    def _count(self, outcome: str, number: int) -> None:
        self._metrics.decisions.labels(outcome).inc(number)


def _by_tenant(decisions: Sequence[Kept]) -> list[tuple[str, list[Kept]]]:
    tenant = attrgetter("tenant")
    return [(name, list(run)) for name, run in groupby(sorted(decisions, key=tenant), tenant)]
