"""One server: connections to it, bounded waits, and the breaker that keeps requests away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError, ResponseError

from models.errors import StoreRefused, StoreUnavailable
from service.breaker import Breaker
from service.connections.patience import patience

Command: TypeAlias = Callable[[Any], Awaitable[Any]]
"""What is to be done with the library's client of a server; may be done twice."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long one waits for a server (``timeout`` seconds for a connection, and as many for an
    answer), over how many ``connections`` to each at most; ``timed`` surrounds each round trip.
    """

    timeout: float
    connections: int
    timed: Callable[[], AbstractContextManager[object]]


class Connections(Protocol):
    """What keys are reached through. Every failure is ``StoreUnavailable``.

    A moment ``until`` which one waits at most is the running loop's; ``None`` leaves it to the
    ``Bounds``.
    """

    def place(self, name: str) -> int:
        """Keys with the same place may be named in one command."""

    def away(self, name: str | None = None) -> bool:
        """Whether what holds the key, or without one any part, failed and is not known to be
        back.
        """

    async def ask(self, name: str, command: Command, until: float | None = None) -> Any:
        """What whoever holds the key answers."""

    async def ping(self, until: float | None = None) -> None:
        """Return when every part takes what it is there for."""

    async def everywhere(self, command: Command) -> list[Any]:
        """What each server answers, also those that only stand by."""

    async def close(self) -> None:
        """Let go of everything."""


class Server:
    """One server; once it failed it is left alone until the ``probe`` of it succeeds."""

    def __init__(
        self, url: str, bounds: Bounds, probe: Callable[[Redis], Awaitable[object]]
    ) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=bounds.connections,
            timeout=bounds.timeout,
            socket_timeout=bounds.timeout,
            socket_connect_timeout=bounds.timeout,
            # A connection that died while idle is replaced at once; every script may be repeated.
            retry=Retry(NoBackoff(), 1, (LostConnection,)),
            protocol=2,
            driver_info=None,
        )
        self._client = Redis.from_pool(pool)
        self._timed = bounds.timed
        self._probe = probe
        self._breaker = Breaker(self._reach)

    @property
    def away(self) -> bool:
        """Whether it failed and is not known to be back."""
        return self._breaker.open

    async def ask(self, command: Command, until: float | None = None) -> Any:
        """What it answers. Raises ``StoreRefused``, whose cause is the library's error, when it
        answers with one.
        """
        if self.away:
            raise StoreUnavailable("the store failed and is not back yet")
        if until is not None and until <= asyncio.get_running_loop().time():
            raise StoreUnavailable("the time to wait for the store was over before it was asked")
        try:
            with self._timed():
                async with patience(until):
                    return await command(self._client)
        except ResponseError as error:
            # It answers, and may well do other things: out of memory, it still reads.
            raise StoreRefused(f"the store refused: {error}") from error
        except (RedisError, TimeoutError) as error:
            self.trip()
            raise StoreUnavailable(f"the store failed: {error}") from error

    def trip(self) -> None:
        """It failed: leave it alone for now."""
        self._breaker.trip()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._breaker.close()
        await self._client.aclose()

    async def _reach(self) -> None:
        try:
            await self._probe(self._client)
        except RedisError as error:
            raise StoreUnavailable(f"the store does not answer: {error}") from error


class Alone:
    """One server that holds everything."""

    def __init__(self, url: str, bounds: Bounds) -> None:
        self._server = Server(url, bounds, _ping)

    def place(self, name: str) -> int:
        """Everything may be named in one command."""
        return 0

    def away(self, name: str | None = None) -> bool:
        """Whether the server failed and is not known to be back."""
        return self._server.away

    async def ask(self, name: str, command: Command, until: float | None = None) -> Any:
        """What the server answers."""
        return await self._server.ask(command, until)

    async def ping(self, until: float | None = None) -> None:
        """Return when the server answers."""
        await self._server.ask(_ping, until)

    async def everywhere(self, command: Command) -> list[Any]:
        """What the server answers."""
        return [await self._server.ask(command)]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._server.close()


def script(source: str) -> Callable[..., Awaitable[Any]]:
    """A script, to be called with ``keys``, ``args`` and the ``client`` of a server: sent whole
    only to one that does not know it yet.
    """
    # The client here would only tell how to encode the source.
    return AsyncScript(None, source.encode())  # type: ignore[arg-type]


async def _ping(client: Redis) -> None:
    await client.ping()
