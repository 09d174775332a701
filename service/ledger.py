"""Learners and events, in the store and, while that is away, in the spool."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from models.errors import StoreUnavailable
from service.held import LearnerState, LoggedEvent
from service.spool import Spool
from service.store import MOST_EVENTS, Store

logger = logging.getLogger(__name__)

LOOK: Final = 0.25
"""Seconds between two looks whether the spool can be emptied."""


@dataclass(frozen=True, slots=True)
class Appended:
    """How many events were new, how many known before, and whether they wait in the spool."""

    accepted: int
    duplicates: int
    spooled: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """One worker's access to both."""

    store: Store
    spool: Spool

    async def append(self, tenant: str, events: Sequence[LoggedEvent]) -> Appended:
        """Make ``events`` durable, all together.

        Behind waiting events of the tenant they wait too, so that the order stays. Whether an
        event in the spool is known to the store shows only later; it counts once all the same.
        Raises ``StoreUnavailable`` when neither takes them.
        """
        if not self.spool.holds(tenant):
            try:
                accepted, duplicates = await self.store.append_events(tenant, events)
            except StoreUnavailable:
                pass
            else:
                return Appended(accepted, duplicates, spooled=False)
        accepted = await self.spool.add(tenant, events)
        return Appended(accepted, len(events) - accepted, spooled=True)

    async def learner(
        self, tenant: str, learner_id: str, most: int | None = MOST_EVENTS
    ) -> LearnerState:
        """All that is held of the learner. Raises ``StoreUnavailable``."""
        # In this order: what leaves the spool meanwhile is in the store.
        waiting = self.spool.of(tenant, learner_id)
        held = await self.store.learner(tenant, learner_id, most)
        if not waiting:
            return held
        known = {event.event_id for event in held.events}
        fresh = tuple(event for event in waiting if event.event_id not in known)
        return replace(held, events=(*held.events, *fresh))

    def local(self, tenant: str, learner_id: str) -> LearnerState:
        """What is known without the store."""
        return LearnerState(
            events=self.spool.of(tenant, learner_id), erased=self.spool.erased(tenant, learner_id)
        )

    async def erase(self, tenant: str, learner_id: str) -> int:
        """Forget the learner, in both; returns how many events went.

        Raises ``StoreUnavailable``, and nothing is changed, while the store is away.
        """
        async with self.spool.alone():
            gone = await self.store.erase_learner(tenant, learner_id)
            return gone + await self.spool.erase(tenant, learner_id)

    async def keep_draining(self) -> None:
        """Empty the spool whenever the store is there; ends only when cancelled."""
        while True:
            try:
                if not self.store.away:
                    await self.spool.drain(self.store.append_events)
            except StoreUnavailable:
                pass  # it waits on
            except Exception:
                # Events wait for as long as this does not go on: say so, and try again.
                logger.exception("the spool could not be emptied")
            await asyncio.sleep(LOOK)
