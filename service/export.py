"""The durable log of events, read from outside the running service."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from models.errors import UsageError
from service.held import LoggedEvent
from service.settings import Settings
from service.store import Store
from service.valkey import embedded_valkey


def logged_events(settings: Settings, tenant: str) -> list[LoggedEvent]:
    """All accepted events of a tenant, in the order of acceptance.

    Without a Redis URL the embedded Valkey's files are read, for which no service may run
    on them. Raises ``StoreUnavailable``, or ``UsageError`` where nothing was ever recorded.
    """
    with ExitStack() as parts:
        if settings.redis_url is not None:
            url = settings.redis_url.get_secret_value()
        else:
            folder = settings.var / "valkey"
            if not folder.is_dir():
                raise UsageError(f"{folder}: no service has recorded events there")
            url = parts.enter_context(embedded_valkey(folder, settings.appendfsync))
        return asyncio.run(_pages(url, settings, tenant))


async def _pages(url: str, settings: Settings, tenant: str) -> list[LoggedEvent]:
    events: list[LoggedEvent] = []
    async with Store(url, settings.store_timeout, settings.store_connections) as store:
        page, after = await store.read_log(tenant)
        while after is not None:
            events += page
            page, after = await store.read_log(tenant, after)
    return events
