"""The durable log of events, read from outside the running service."""

from __future__ import annotations

import asyncio

from service.held import LoggedEvent
from service.reading import stored
from service.settings import Settings
from service.store import Store


def logged_events(settings: Settings, tenant: str) -> list[LoggedEvent]:
    """All accepted events of a tenant, in the order of acceptance. Raises as ``stored`` does."""

    async def read() -> list[LoggedEvent]:
        async with stored(settings) as store:
            return await all_events(store, tenant)

    return asyncio.run(read())


async def all_events(store: Store, tenant: str) -> list[LoggedEvent]:
    """All accepted events of a tenant, in the order of acceptance."""
    events: list[LoggedEvent] = []
    page, after = await store.read_log(tenant)
    while after is not None:
        events += page
        page, after = await store.read_log(tenant, after)
    return events
