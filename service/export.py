"""The durable log of events, read and replayed from outside the running service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from models.errors import StoreUnavailable
from service import folding
from service.held import LoggedEvent
from service.ledger import Ledger
from service.reading import store_url
from service.settings import Settings
from service.spool import Spool
from service.store import Store

Row = tuple[str, str, str, float, float | None, str]


@dataclass(frozen=True, slots=True)
class Log:
    """A tenant's accepted events, in the order of acceptance, and the marks of its erased
    learners.
    """

    events: list[LoggedEvent]
    tombstones: list[str]

    def rows(self) -> Iterator[Row]:
        """The events as training takes them: learner, credential, kind, seconds since the epoch
        (UTC), value and the event's id.
        """
        for each in self.events:
            yield (
                each.learner_id, each.credential, each.kind, each.at, each.value, each.event_id,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many events of how many learners a tenant's log holds, all folded anew."""

    tenant: str
    events: int
    learners: int


def log_of(settings: Settings, tenant: str) -> Log:
    """Everything accepted for a tenant, once what waits in this host's spool was handed over.

    Without a Redis URL the embedded Valkey's files are read, for which no service may run
    on them. Raises ``StoreUnavailable``, or ``UsageError`` where nothing was ever recorded.
    """

    async def read(url: str) -> Log:
        async with _ledger(url, settings) as ledger:
            try:
                await ledger.drain()
            except StoreUnavailable as error:
                waiting = f"{ledger.spool.depth()} waiting in the spool"
                raise StoreUnavailable(f"nothing was exported, {waiting}: {error}") from error
            tombstones = await ledger.store.tombstones(tenant)
            return Log(await all_events(ledger.store, tenant), tombstones)

    with store_url(settings) as url:
        return asyncio.run(read(url))


async def all_events(store: Store, tenant: str) -> list[LoggedEvent]:
    """All events that the store accepted for a tenant, in the order of acceptance."""
    events: list[LoggedEvent] = []
    page, after = await store.read_log(tenant)
    while after is not None:
        events += page
        page, after = await store.read_log(tenant, after)
    return events


def rebuild(settings: Settings, tenant: str | None) -> list[Rebuilt]:
    """Fold the learners' states of a tenant, or of all, anew from the log. Raises as ``log_of``."""

    async def replay(url: str) -> list[Rebuilt]:
        async with _ledger(url, settings) as ledger:
            tenants = await ledger.store.tenants() if tenant is None else [tenant]
            return [Rebuilt(each, *await folding.rebuild(ledger.store, each)) for each in tenants]

    with store_url(settings) as url:
        return asyncio.run(replay(url))


@asynccontextmanager
async def _ledger(url: str, settings: Settings) -> AsyncIterator[Ledger]:
    async with AsyncExitStack() as parts:
        store = Store(url, settings.store_timeout, settings.store_connections)
        await parts.enter_async_context(store)
        spool = Spool(settings.var / "spool", settings.spool_bytes)
        await parts.enter_async_context(spool)
        yield Ledger(store, spool)
