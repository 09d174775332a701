"""Keeping requests away from a store that failed, until it is well again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from models.errors import StoreUnavailable
from service.chores import ended

FIRST_REST: Final = 0.1
LONGEST_REST: Final = 2.0
"""Seconds between two probes of a failed store: doubled each time from the first to the longest."""


class Breaker:
    """Open from the first failure on; closed by a ``probe`` that succeeds.

    While it is open nobody waits for the store: that it is back is found out by the probe (which
    raises ``StoreUnavailable`` when it is not), never by somebody's request.
    """

    def __init__(self, probe: Callable[[], Awaitable[object]]) -> None:
        self._probe = probe
        self._watch: asyncio.Task[None] | None = None

    @property
    def open(self) -> bool:
        """Whether the store is to be left alone."""
        return self._watch is not None and not self._watch.done()

    def trip(self) -> None:
        """The store failed: open, and start to watch for its return."""
        if not self.open:
            self._watch = asyncio.create_task(self._until_well())

    async def close(self) -> None:
        """Stop watching."""
        if self._watch is not None:
            await ended([self._watch])

    async def _until_well(self) -> None:
        rest = FIRST_REST
        while True:
            await asyncio.sleep(rest)
            try:
                await self._probe()
            except StoreUnavailable:
                rest = min(2 * rest, LONGEST_REST)
            else:
                return
