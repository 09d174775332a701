"""Seeing to it that the store's files forget what was erased.

An append-only file keeps what was written once, and the name of what was deleted, until it is
written anew. That is asked for after each erasure, by whichever worker looks first; the count of
erasures not yet rewritten is kept in the store, so that a crash in between forgets none.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from models.errors import StoreRefused, StoreUnavailable
from service.store import Store

logger = logging.getLogger(__name__)

LOOK: Final = 1.0
"""Seconds between two looks whether anything was erased."""


async def keep_clean(store: Store) -> None:
    """Have the file rewritten whenever it may hold traces; ends only when cancelled."""
    told = False
    while True:
        try:
            if not store.away and await store.traces():
                await store.rewrite()
        except StoreRefused as error:
            if not told:
                logger.warning(
                    "the store's append-only file keeps traces of what was erased until it is"
                    " rewritten (BGREWRITEAOF), which this service may not ask for: %s",
                    error,
                )
            told = True
        except StoreUnavailable:
            pass  # the traces are counted
        except Exception:
            logger.exception("the store's append-only file could not be rewritten")
        await asyncio.sleep(LOOK)
