"""Learner state and events in Redis or Valkey, on one server or on a cluster.

Every operation is one script and so one round trip, atomic. Keys are named in ``names``.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import chain
from typing import Any, Final, Self, TypeAlias

import orjson

from models.errors import StoreRefused, StoreUnavailable
from service import scripts
from service.connections import Bounds, Command, connected
from service.gathering import Gathering
from service.held import (
    LearnerRecord,
    LoggedEvent,
    Told,
    packed,
    tombstone,
    unpacked,
)
from service.names import COUNTING, TENANTS, bucket, key
from service.tenants.limits import Limited, Toll

Operation: TypeAlias = Callable[[str, Sequence[tuple[str, ...]], Sequence[Any]], Awaitable[Any]]
"""A script to be run on a tenant's keys, each named by its parts, with arguments."""

MOST_EVENTS: Final = 2_000
"""A learner's latest events that are read for one answer; bounds the work, not the log."""

Group: TypeAlias = tuple[str, int, Toll | None]
"""Whose learners are read together: a tenant, so many events of each, and what each costs."""


class Store:
    """Asynchronous access with bounded waits; every failure is ``StoreUnavailable``.

    Writing takes at most ``timeout`` seconds for a connection and as many for an answer, what an
    answer to a learner waits for at most ``patience`` in all. After a failure nobody waits until
    the server is back. ``timed`` gives what surrounds each round trip.
    """

    def __init__(
        self,
        url: str,
        timeout: float,
        connections: int,
        *,
        patience: float | None = None,
        timed: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._servers = connected(url, Bounds(timeout, connections, timed))
        self._patience = patience
        self._announced: set[str] = set()
        self._scripts = scripts.registered()
        self._learners: Gathering[Group, str, Told] = Gathering(self._told)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._servers.close()

    @property
    def away(self) -> bool:
        """Whether any part of it failed and is not known to be back."""
        return self._servers.away()

    def lacks(self, tenant: str) -> bool:
        """Whether the part that holds the tenant failed and is not known to be back."""
        return self._servers.away(key(tenant))

    def together(self, tenants: Sequence[str]) -> list[list[str]]:
        """The tenants, those together whose keys one script may be given."""
        return list(self._placed({tenant: key(tenant) for tenant in tenants}))

    async def ping(self) -> None:
        """Return when all of it answers; raises ``StoreUnavailable``."""
        await self._servers.ping(_moment(self._patience))

    async def take(self, toll: Toll) -> None:
        """Take from a bucket, and nothing else. Raises ``Limited`` where it is empty, as every
        operation does that takes a ``toll``; nothing else is done then.
        """
        await self.run("pay", [], [], self._patience, toll)

    async def append_events(
        self,
        tenant: str,
        events: Sequence[LoggedEvent],
        since: Sequence[float] = (),
        toll: Toll | None = None,
    ) -> tuple[int, int]:
        """Add ``events`` all together; returns how many were new and how many were not.

        An event is not new when its ``event_id`` was accepted before for the tenant. Of events
        that waited elsewhere before, ``since`` says from when on (seconds since the epoch): one of
        a learner who was erased after that is not added either.
        """
        await self._announce(tenant)
        keys = [key(tenant, name) for name in ("seen", "events", "log", "erased")]
        keys += [key(tenant, "history", event.learner_id) for event in events]
        args: list[str | bytes | float] = []
        for i, event in enumerate(events):
            waited = (tombstone(tenant, event.learner_id), since[i]) if since else ("", "")
            args += [event.event_id, packed(event), *waited]
        fresh = await self.run("append", keys, args, toll=toll)
        return fresh, len(events) - fresh

    async def learner(
        self, tenant: str, learner_id: str, most: int = MOST_EVENTS, toll: Toll | None = None
    ) -> Told:
        """Profile, latest ``most`` events and whether erased; of an unknown learner an empty
        state. Never stale: what is not folded yet is read beside what is, and who is read together
        is read after each was asked for.
        """
        return await self._learners.ask((tenant, most, toll), learner_id)

    async def record(
        self,
        tenant: str,
        learner_id: str,
        most: int | None = None,
        toll: Toll | None = None,
    ) -> LearnerRecord:
        """All that is held of the learner, or their latest ``most`` events, whole."""
        keys = [key(tenant, name, learner_id) for name in ("profile", "history")]
        keys += [key(tenant, "log"), key(tenant, "erased"), key(tenant, "badges", learner_id)]
        args = [tombstone(tenant, learner_id), 0 if most is None else -most]
        within = None if most is None else self._patience
        profile, erased, payloads, badges = await self.run("record", keys, args, within, toll)
        held, events = None if profile is None else orjson.loads(profile), map(unpacked, payloads)
        return LearnerRecord(held, tuple(events), erased is not None, tuple(badges))

    async def event(self, tenant: str, event_id: str) -> LoggedEvent | None:
        """The accepted event of that id, where it is held."""
        payload = await self.run("event", [key(tenant, "seen"), key(tenant, "log")], [event_id])
        return None if payload is None else unpacked(payload)

    async def put_learner(self, tenant: str, learner_id: str, profile: dict[str, Any]) -> None:
        """Replace the learner's profile (JSON-ready)."""
        await self._announce(tenant)
        name, value = key(tenant, "profile", learner_id), orjson.dumps(profile)
        await self._ask(name, lambda client: client.set(name, value))

    async def erase_learner(
        self, tenant: str, learner_id: str, now: float, at: float | None = None
    ) -> int:
        """Remove profile, events, badges, decisions and shared paths, leave a tombstone; returns
        how many events went.

        ``now`` (seconds since the epoch) is the caller's clock, by which its decisions are told
        from later ones; ``at`` is when it was asked for, if not now.
        """
        await self._announce(tenant)
        keys = [key(tenant, name, learner_id) for name in ("profile", "history")]
        keys += [key(tenant, name) for name in ("log", "erased", "seen", "events")]
        mark = tombstone(tenant, learner_id)
        keys += [key(tenant, "state", learner_id), key(tenant, "erasures")]
        keys += [key(tenant, "decided", mark)]
        keys += [key(tenant, name) for name in ("decisions", "decision", "forgotten")]
        keys += [key(tenant, "shared-by", mark), key(tenant, "shared")]
        keys += [key(tenant, "badges", learner_id)]
        erased: int = await self.run("erase", keys, [mark, "" if at is None else at, now])
        return erased

    async def read_log(
        self, tenant: str, after: str = "0-0", count: int = 1_000
    ) -> tuple[list[LoggedEvent], str | None]:
        """One page of accepted events in order, and where the next page starts.

        ``count`` is at most 5,000; an empty page, with ``None``, is the end.
        """
        keys = [key(tenant, "events"), key(tenant, "log")]
        entries, payloads = await self.run("log", keys, [after, count])
        return [unpacked(payload) for payload in payloads], entries[
            -1
        ].decode() if entries else None

    async def tenants(self) -> list[str]:
        """Every tenant that anything was written for, in order."""
        found = await self._ask(TENANTS, lambda client: client.smembers(TENANTS))
        return sorted(name.decode() for name in found)

    async def tombstones(self, tenant: str) -> list[str]:
        """What is left of erased learners, in order."""
        name = key(tenant, "erased")
        found = await self._ask(name, lambda client: client.zrange(name, 0, -1))
        return sorted(mark.decode() for mark in found)

    async def drop(self, keys: Sequence[str]) -> None:
        """Remove keys of one tenant; only what can be made again from the log may go so."""
        await self._ask(keys[0], lambda client: client.unlink(*keys))

    async def numbers(self, names: Sequence[str]) -> list[int]:
        """The numbers under keys of whatever tenants; 0 where there is none."""

        async def found(names: list[str]) -> list[tuple[str, int]]:
            values = await self._ask(names[0], lambda client: client.mget(names))
            return [(name, int(value or 0)) for name, value in zip(names, values, strict=True)]

        groups = self._placed({name: name for name in names})
        numbers = dict(chain.from_iterable(await asyncio.gather(*map(found, groups))))
        return [numbers[name] for name in names]

    async def put_number(self, name: str, number: int) -> None:
        """Keep a number that is of no tenant."""
        await self._ask(name, lambda client: client.set(name, number))

    async def everywhere(self, *words: str) -> list[Any]:
        """What each server answers to a command that is of no key."""
        return await self._servers.everywhere(lambda client: client.execute_command(*words))

    def operation(self, name: str) -> Operation:
        """One more operation, ``lua/NAME.lua``, within the same bounds."""

        async def run(tenant: str, names: Sequence[tuple[str, ...]], args: Sequence[Any]) -> Any:
            return await self.run(name, [key(tenant, *parts) for parts in names], args)

        return run

    async def run(
        self,
        script: str,
        keys: Sequence[str],
        args: Sequence[Any],
        within: float | None = None,
        toll: Toll | None = None,
    ) -> Any:
        """What the script of that name answers. Raises ``StoreUnavailable``."""
        chosen = self._scripts[script]
        if toll is not None:
            # Of the same tenant, and so in the same place.
            keys = [*keys, bucket(toll)]
            args = [*args, toll.rate.per_second, toll.rate.burst, toll.tokens]
        run = chosen.free if toll is None else chosen.tolled
        try:
            return await self._ask(
                keys[0], lambda client: run(keys=keys, args=args, client=client), within
            )
        except StoreRefused as error:
            code, _, rest = str(error.__cause__).partition(" ")
            if code != "LIMITED" or toll is None:
                raise
            raise Limited(toll, int(rest.split()[0]) / 1e6) from None

    async def _told(self, group: Group, learners: Sequence[str]) -> list[Told | Exception]:
        tenant, most, toll = group
        keys = [key(tenant, "log"), key(tenant, "erased")]
        keys += [key(tenant, name, learner) for learner in learners for name in COUNTING]
        args: list[str | float] = [most, *(tombstone(tenant, learner) for learner in learners)]
        if toll is not None:
            keys.append(bucket(toll))
            args += [toll.rate.per_second, toll.rate.burst]
        answers = await self.run("states", keys, args, self._patience)
        return [_of_one(answer, most, toll) for answer in answers]

    async def _announce(self, tenant: str) -> None:
        """List the tenant before its first data are there; not in a script, since the list is
        not among the tenant's keys.
        """
        if tenant not in self._announced:
            # The list may be away where the tenant is not: then whoever writes next does it.
            with suppress(StoreUnavailable):
                await self._ask(TENANTS, lambda client: client.sadd(TENANTS, tenant))
                self._announced.add(tenant)

    def _placed(self, names: Mapping[str, str]) -> Iterable[list[str]]:
        """What stands for keys, divided as one command may name these."""
        groups: defaultdict[int, list[str]] = defaultdict(list)
        for each, name in names.items():
            groups[self._servers.place(name)].append(each)
        return groups.values()

    async def _ask(self, name: str, command: Command, within: float | None = None) -> Any:
        return await self._servers.ask(name, command, _moment(within))


def _moment(within: float | None) -> float | None:
    return None if within is None else asyncio.get_running_loop().time() + within


def _of_one(answer: Any, most: int, toll: Toll | None) -> Told | Exception:
    if toll is not None and isinstance(answer, int):
        return Limited(toll, answer / 1e6)
    profile, erased, lines, badges = answer
    return Told(profile, erased is not None, lines, most, tuple(badges))
