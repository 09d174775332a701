"""Learner state and events in Redis or Valkey: the only door to ``redis``.

Every operation is one script and so one round trip, atomic. All keys of a tenant share the
hash tag ``{tenant}``, so that they stay together on a cluster and apart from other tenants'.

=============================  ======  ==========================================
``cairn:{t}:events``           stream  the order of acceptance, entry ids only
``cairn:{t}:log``              hash    entry id → event as JSON
``cairn:{t}:seen``             hash    event id → entry id, for idempotence
``cairn:{t}:history:LEARNER``  list    entry ids of one learner
``cairn:{t}:profile:LEARNER``  string  profile as JSON
``cairn:{t}:erased``           set     hashes of the ids of erased learners
=============================  ======  ==========================================

What is kept of decisions is told in ``decision_store``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final, Self, TypeAlias

import orjson
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError, ResponseError

from models.errors import StoreUnavailable
from service.breaker import Breaker
from service.held import LearnerState, LoggedEvent, packed, tombstone, unpacked

Operation: TypeAlias = Callable[[str, Sequence[tuple[str, ...]], Sequence[Any]], Awaitable[Any]]
"""A script to be run on a tenant's keys, each named by its parts, with arguments."""

MOST_EVENTS: Final = 2_000
"""A learner's latest events that are read for one answer; bounds the work, not the log."""


class Store:
    """Asynchronous access with bounded waits; every failure is ``StoreUnavailable``.

    Writing takes at most ``timeout`` seconds for a connection and as many for an answer, what an
    answer to a learner waits for at most ``patience`` in all. After a failure nobody waits until
    the server is back.
    """

    def __init__(
        self, url: str, timeout: float, connections: int, *, patience: float | None = None
    ) -> None:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=timeout,
            socket_timeout=timeout,
            socket_connect_timeout=timeout,
            # A connection that died while idle is replaced at once; every script may be repeated.
            retry=Retry(NoBackoff(), 1, (LostConnection,)),
            protocol=2,
            driver_info=None,
        )
        self._redis = Redis.from_pool(pool)
        self._breaker = Breaker(self._reach)
        self._patience = patience
        self._append = self._script("append")
        self._state = self._script("state")
        self._erase = self._script("erase")
        self._log = self._script("log")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._breaker.close()
        await self._redis.aclose()

    @property
    def away(self) -> bool:
        """Whether it failed and is not known to be back."""
        return self._breaker.open

    async def ping(self) -> None:
        """Return when the server answers; raises ``StoreUnavailable``."""
        await self._ask(self._redis.ping, self._patience)

    async def append_events(self, tenant: str, events: Sequence[LoggedEvent]) -> tuple[int, int]:
        """Add ``events`` all together; returns how many were new and how many duplicates.

        An event is a duplicate when its ``event_id`` was accepted before for the tenant.
        """
        keys = [_key(tenant, "seen"), _key(tenant, "events"), _key(tenant, "log")]
        keys += [_key(tenant, "history", event.learner_id) for event in events]
        args: list[str | bytes] = []
        for event in events:
            args += [event.event_id, packed(event)]
        fresh = await self._run(self._append, keys, args)
        return fresh, len(events) - fresh

    async def learner(
        self, tenant: str, learner_id: str, most: int | None = MOST_EVENTS
    ) -> LearnerState:
        """Profile, latest events and whether erased; an unknown learner is an empty state.

        ``most`` bounds the events, ``None`` asks for every one.
        """
        keys = [
            _key(tenant, "profile", learner_id),
            _key(tenant, "history", learner_id),
            _key(tenant, "log"),
            _key(tenant, "erased"),
        ]
        args = [tombstone(tenant, learner_id), 0 if most is None else -most]
        within = None if most is None else self._patience
        profile, erased, payloads = await self._run(self._state, keys, args, within)
        return LearnerState(
            profile=None if profile is None else orjson.loads(profile),
            events=tuple(unpacked(payload) for payload in payloads),
            erased=bool(erased),
        )

    async def put_learner(self, tenant: str, learner_id: str, profile: dict[str, Any]) -> None:
        """Replace the learner's profile (JSON-ready)."""
        key, value = _key(tenant, "profile", learner_id), orjson.dumps(profile)
        await self._ask(lambda: self._redis.set(key, value))

    async def erase_learner(self, tenant: str, learner_id: str) -> int:
        """Remove profile and events, leave a tombstone; returns how many events went."""
        keys = [
            _key(tenant, "profile", learner_id),
            _key(tenant, "history", learner_id),
            _key(tenant, "log"),
            _key(tenant, "erased"),
            _key(tenant, "seen"),
            _key(tenant, "events"),
        ]
        erased: int = await self._run(self._erase, keys, [tombstone(tenant, learner_id)])
        return erased

    async def read_log(
        self, tenant: str, after: str = "0-0", count: int = 1_000
    ) -> tuple[list[LoggedEvent], str | None]:
        """One page of accepted events in order, and where the next page starts.

        ``count`` is at most 5,000; an empty page, with ``None``, is the end.
        """
        keys = [_key(tenant, "events"), _key(tenant, "log")]
        entries, payloads = await self._run(self._log, keys, [after, count])
        return [unpacked(payload) for payload in payloads], entries[
            -1
        ].decode() if entries else None

    def operation(self, name: str) -> Operation:
        """One more operation, ``lua/NAME.lua``, within the same bounds."""
        script = self._script(name)

        async def run(tenant: str, names: Sequence[tuple[str, ...]], args: Sequence[Any]) -> Any:
            return await self._run(script, [_key(tenant, *parts) for parts in names], args)

        return run

    async def _run(
        self,
        script: AsyncScript,
        keys: Sequence[str],
        args: Sequence[Any],
        within: float | None = None,
    ) -> Any:
        return await self._ask(lambda: script(keys=keys, args=args), within)

    async def _ask(self, command: Callable[[], Awaitable[Any]], within: float | None = None) -> Any:
        if self._breaker.open:
            raise StoreUnavailable("the store failed and is not back yet")
        try:
            async with asyncio.timeout(within):
                return await command()
        except ResponseError as error:
            # It answers, and may well do other things: out of memory, it still reads.
            raise StoreUnavailable(f"the store refused: {error}") from error
        except (RedisError, TimeoutError) as error:
            self._breaker.trip()
            raise StoreUnavailable(f"the store failed: {error}") from error

    async def _reach(self) -> None:
        try:
            await self._redis.ping()
        except RedisError as error:
            raise StoreUnavailable(f"the store does not answer: {error}") from error

    def _script(self, name: str) -> AsyncScript:
        source = Path(__file__).with_name("lua") / f"{name}.lua"
        return self._redis.register_script(source.read_text("utf-8"))


def _key(tenant: str, *parts: str) -> str:
    return ":".join((f"cairn:{{{tenant}}}", *parts))
