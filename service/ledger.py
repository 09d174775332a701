"""Learners and events, in the store and, while that is away, in the spool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from models.errors import StoreUnavailable
from service.chores import repeated
from service.held import LearnerRecord, LearnerState, LoggedEvent, Told
from service.spool import Spool
from service.spool_tables import Waiting
from service.store import MOST_EVENTS, Store
from service.tenants.limits import Buckets, Toll

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
    buckets: Buckets = field(default_factory=lambda: Buckets(1))

    async def take(self, toll: Toll | None) -> None:
        """Take what a request costs, and nothing else. Raises ``Limited``, as all here do that
        take a ``toll``; while the store is away, this worker's share of the limit counts.
        """
        if toll is not None:
            try:
                await self.store.take(toll)
            except StoreUnavailable:
                self.buckets.take(toll)

    async def append(
        self, tenant: str, events: Sequence[LoggedEvent], toll: Toll | None = None
    ) -> Appended:
        """Make ``events`` durable, all together.

        Behind waiting events of the tenant they wait too, so that the order stays. Whether an
        event in the spool is known to the store shows only later; it counts once all the same.
        Raises ``StoreUnavailable`` when neither takes them.
        """
        if not self.spool.holds(tenant):
            try:
                accepted, duplicates = await self.store.append_events(tenant, events, toll=toll)
            except StoreUnavailable:
                pass
            else:
                return Appended(accepted, duplicates, spooled=False)
        if toll is not None:
            self.buckets.take(toll)
        accepted = await self.spool.add(tenant, events)
        return Appended(accepted, len(events) - accepted, spooled=True)

    async def learner(
        self, tenant: str, learner_id: str, toll: Toll | None = None
    ) -> LearnerState | Told:
        """What counts of the learner in answers, read where some of it waits beside the store.
        Raises ``StoreUnavailable``.
        """
        if self.store.lacks(tenant):
            raise StoreUnavailable("the store failed and is not back yet")
        # In this order: what leaves the spool meanwhile is in the store.
        waiting = self.spool.of(tenant, learner_id)
        if waiting.events or waiting.forgets:
            held = await self._beside(waiting, tenant, learner_id, MOST_EVENTS, toll)
            return held.state()
        return await self.store.learner(tenant, learner_id, toll=toll)

    async def record(self, tenant: str, learner_id: str) -> LearnerRecord:
        """All that is held of the learner. Raises ``StoreUnavailable``."""
        waiting = self.spool.of(tenant, learner_id)
        return await self._beside(waiting, tenant, learner_id, None)

    async def event(self, tenant: str, event_id: str) -> LoggedEvent | None:
        """The event of that id. Raises ``StoreUnavailable``, also while any of the tenant's wait in
        the spool, where none is found by its id.
        """
        if self.spool.holds(tenant):
            raise StoreUnavailable("events of this tenant wait for the store")
        return await self.store.event(tenant, event_id)

    def local(self, tenant: str, learner_id: str, toll: Toll | None = None) -> LearnerState:
        """What is known without the store."""
        if toll is not None:
            self.buckets.take(toll)
        return LearnerState(
            events=self.spool.latest(tenant, learner_id, MOST_EVENTS),
            erased=self.spool.erased(tenant, learner_id),
        )

    async def put(self, tenant: str, learner_id: str, profile: dict[str, Any]) -> None:
        """Replace the learner's profile (JSON-ready).

        Raises ``StoreUnavailable``, also while an erasure waits, which would take it away.
        """
        if self.spool.of(tenant, learner_id).forgets:
            raise StoreUnavailable("an erasure of this learner waits for the store")
        await self.store.put_learner(tenant, learner_id, profile)

    async def erase(self, tenant: str, learner_id: str, now: float) -> int | None:
        """Forget the learner, in both; returns how many events went. ``now`` is the caller's clock.

        ``None`` when the store is away: the learner is forgotten here, and the erasure waits in
        the spool, before whatever they send from now on. Raises ``SpoolFailed`` when the spool
        cannot take it.
        """
        async with self.spool.alone():
            try:
                gone = await self.store.erase_learner(tenant, learner_id, now)
            except StoreUnavailable:
                await self.spool.erase(tenant, learner_id, waits=True)
                return None
            return gone + await self.spool.erase(tenant, learner_id, waits=False)

    async def drain(self) -> None:
        """Empty the spool into the store. Raises ``StoreUnavailable``; what is left waits on."""

        async def erase(tenant: str, learner_id: str, since: float) -> None:
            await self.store.erase_learner(tenant, learner_id, since, since)

        await self.spool.drain(self.store.append_events, erase, self.store.lacks)

    async def _beside(
        self,
        waiting: Waiting,
        tenant: str,
        learner_id: str,
        most: int | None,
        toll: Toll | None = None,
    ) -> LearnerRecord:
        """What the store holds, and what waits behind it."""
        if waiting.forgets:
            await self.take(toll)
            return LearnerRecord(events=waiting.events, erased=True)
        held = await self.store.record(tenant, learner_id, most, toll)
        known = {event.event_id for event in held.events}
        fresh = tuple(event for event in waiting.events if event.event_id not in known)
        return replace(held, events=(*held.events, *fresh))

    async def keep_draining(self) -> None:
        """Empty the spool whenever the store is there; ends only when cancelled."""
        await repeated(self.drain, LOOK, "the spool could not be emptied")
