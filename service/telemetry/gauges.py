"""Looking after what is measured by looking: the store, the spool, the bundle, memory."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from models.errors import StoreUnavailable
from service.bundles import Bundles
from service.ledger import Ledger
from service.telemetry.inside import Inside
from service.telemetry.memory import memory

logger = logging.getLogger(__name__)

LOOK: Final = 1.0
"""Seconds between two looks."""

SELDOM: Final = 15
"""Memory is looked at in so many looks once: that takes the system some milliseconds."""


async def keep_looking(inside: Inside, bundles: Bundles, ledger: Ledger) -> None:
    """Keep the gauges true; ends only when cancelled."""
    known = await asyncio.to_thread(memory)
    if known:
        own, all_ = (round(known[kind] / 1e6) for kind in ("own", "resident"))
        logger.info("holding %d MB, of which %d MB are shared with nobody", all_, own)
    look = 0
    while True:
        try:
            inside.stands(
                bundles.current.version,
                away=ledger.store.away,
                spooled=ledger.spool.depth(),
                memory=known,
            )
        except StoreUnavailable:
            logger.exception("the spool cannot be looked at")
        await asyncio.sleep(LOOK)
        look += 1
        if look % SELDOM == 0:
            known = await asyncio.to_thread(memory)
