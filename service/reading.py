"""The store, reached from outside the running service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from models.errors import UsageError
from service.settings import Settings
from service.store import Store
from service.valkey import embedded_valkey


@contextmanager
def store_url(settings: Settings) -> Iterator[str]:
    """Where the store is.

    Without a Redis URL the embedded Valkey's files are read, for which no service may run on them.
    Raises ``StoreUnavailable``, or ``UsageError`` where nothing was ever recorded.
    """
    if settings.redis_url is not None:
        yield settings.redis_url.get_secret_value()
        return
    folder = settings.var / "valkey"
    if not folder.is_dir():
        raise UsageError(f"{folder}: no service has recorded events there")
    with embedded_valkey(folder, settings.appendfsync) as url:
        yield url


@asynccontextmanager
async def stored(settings: Settings) -> AsyncIterator[Store]:
    """The store, open."""
    with store_url(settings) as url:
        async with Store(url, settings.store_timeout, settings.store_connections) as store:
            yield store
