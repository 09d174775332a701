"""Seeing to it that the store's files forget what was erased.

An append-only file keeps what was written once, and the name of what was deleted, until it is
written anew. That is asked for after each erasure, by whichever worker looks first; the count of
erasures not yet rewritten is kept in the store, so that a crash in between forgets none.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final

from models.errors import StoreRefused, StoreUnavailable
from service.chores import repeated
from service.names import key
from service.store import Store

logger = logging.getLogger(__name__)

LOOK: Final = 1.0
"""Seconds between two looks whether anything was erased."""

REWRITE_LOOK: Final = 0.1
"""Seconds between two looks whether the append-only file has been rewritten."""

REWRITTEN: Final = "cairn:rewritten"


async def keep_clean(store: Store) -> None:
    """Have the file rewritten whenever it may hold traces; ends only when cancelled."""
    told = False

    async def clean() -> None:
        nonlocal told
        try:
            if not store.away and await traces(store):
                await rewrite(store)
        except StoreRefused as error:
            if not told:
                logger.warning(
                    "the store's append-only file keeps traces of what was erased until it is"
                    " rewritten (BGREWRITEAOF), which this service may not ask for: %s",
                    error,
                )
            told = True

    await repeated(clean, LOOK, "the store's append-only file could not be rewritten")


async def traces(store: Store) -> int:
    """How many erasures there were, if the append-only file may hold traces of any; else 0."""
    names = [key(tenant, "erasures") for tenant in await store.tenants()]
    rewritten, *erasures = await store.numbers([REWRITTEN, *names])
    return sum(erasures) if sum(erasures) > rewritten else 0


async def rewrite(store: Store) -> None:
    """Have the append-only files written anew from what is held, where there are such files: that
    of every node of a cluster, since any may have held what is now another's. Ends when they have
    been. Raises ``StoreRefused`` when a server does not do that.
    """
    erasures = await traces(store)
    if any(said["aof_enabled"] for said in await _persistence(store)):
        await _settled(store)
        try:
            await store.everywhere("BGREWRITEAOF")
        except StoreRefused as error:
            if "in progress" in str(error):
                return  # another worker was first
            raise
        await _settled(store)
        if any(said["aof_last_bgrewrite_status"] != "ok" for said in await _persistence(store)):
            raise StoreUnavailable("the store could not rewrite its append-only file")
    await store.put_number(REWRITTEN, erasures)


async def _settled(store: Store) -> None:
    """Return when no rewriting is on its way."""
    while any(
        said["aof_rewrite_in_progress"] or said["aof_rewrite_scheduled"]
        for said in await _persistence(store)
    ):
        await asyncio.sleep(REWRITE_LOOK)


async def _persistence(store: Store) -> list[dict[str, Any]]:
    """What each server says of its files."""
    return await store.everywhere("INFO", "persistence")
