"""Learners' states, folded from the log by consumers of its streams.

What answers need of a learner is kept in one string (``lua/shared.lua``): the events that count,
and how many of the history are in it. Workers share the streams' entries as one consumer group;
an entry means that its learner's state is to be brought up to the end of the learner's history,
whatever order entries come in and however often. Answers read what is not folded yet beside it,
so folding saves time and nothing depends on when it happens.
"""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from collections.abc import Collection, Sequence
from contextlib import suppress
from itertools import chain
from typing import Final

import orjson

from models.errors import StoreUnavailable
from service.chores import repeated
from service.names import key
from service.store import MOST_EVENTS, Store

GROUP: Final = "state"
BATCH: Final = 100
"""Entries of a tenant that are taken at once: a script over them must not hold others up."""

LOOK: Final = 0.5
"""Seconds between two looks for new entries."""

GONE: Final = 15.0
"""A consumer that did not ask for entries for so many seconds is gone, and others do its work."""


async def rebuild(store: Store, tenant: str, most: int = MOST_EVENTS) -> tuple[int, int]:
    """Drop the states of all learners in the tenant's log and fold them anew from it; returns how
    many events and learners the log holds. Answers go on meanwhile, and stay right.
    """
    folding = Folding(store, most)
    events, learners = 0, set[str]()
    page, after = await store.read_log(tenant, count=BATCH)
    while after is not None:
        events += len(page)
        fresh = {event.learner_id for event in page} - learners
        if fresh:
            await store.drop([key(tenant, "state", learner) for learner in fresh])
            await folding.fold(tenant, fresh)
        learners |= fresh
        page, after = await store.read_log(tenant, after, count=BATCH)
    return events, len(learners)


class Folding:
    """One worker's part; ``most`` bounds the events of a state, up to a quarter more are kept
    before the oldest are let go.
    """

    def __init__(self, store: Store, most: int = MOST_EVENTS) -> None:
        self._store = store
        self._most = most
        self._looks = 0
        self.consumer = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    async def once(self, gone: float | None = None) -> int:
        """Take entries and fold them; returns how many. With ``gone`` also those of consumers
        that were not heard of for so many seconds, which then are removed.
        """
        count = 0
        for tenant, entries, learners in await self.take(gone):
            # Otherwise whoever takes over what was left undone does it.
            with suppress(StoreUnavailable):
                await self.fold(tenant, learners, entries)
                count += len(entries)
        return count

    async def take(self, gone: float | None = None) -> list[tuple[str, list[bytes], set[str]]]:
        """Entries that are this consumer's to fold, and whose they are, by tenant; those of a
        part of the store that is away are left for later.
        """
        groups = self._store.together(await self._store.tenants())
        taken = [self._take(group, gone) for group in groups]
        return list(chain.from_iterable(await asyncio.gather(*taken)))

    async def _take(
        self, tenants: Sequence[str], gone: float | None
    ) -> list[tuple[str, list[bytes], set[str]]]:
        keys = [key(tenant, name) for tenant in tenants for name in ("events", "log")]
        args = [GROUP, self.consumer, BATCH, *(() if gone is None else (int(1_000 * gone),))]
        try:
            answers = await self._store.run("take", keys, args)
        except StoreUnavailable:
            return []
        return [
            (tenant, entries, {orjson.loads(line)[1] for line in lines if line})
            for tenant, (entries, lines) in zip(tenants, answers, strict=True)
            if entries
        ]

    async def fold(
        self, tenant: str, learners: Collection[str], entries: Sequence[bytes] = ()
    ) -> None:
        """Bring the learners' states up to date, then acknowledge the entries."""
        keys = [key(tenant, "log"), key(tenant, "events")]
        keys += [key(tenant, name, each) for each in learners for name in ("history", "state")]
        await self._store.run("fold", keys, [GROUP, self._most, self._most // 4, *entries])

    async def keep_folding(self) -> None:
        """Fold whatever comes; ends only when cancelled."""
        # Without folding, answers read ever more that is not folded.
        await repeated(self._fold_all, LOOK, "events could not be folded")

    async def _fold_all(self) -> None:
        self._looks += 1
        others = self._looks * LOOK % GONE < LOOK
        while await self.once(GONE if others else None) >= BATCH:
            others = False
