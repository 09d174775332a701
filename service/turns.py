"""Who makes an answer on the event loop, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from service.telemetry.seen import seen

Answer = TypeVar("Answer")


class Turns:
    """One answer after the other, first come, first served, and between two of them the loop looks
    at its sockets: else, where many wait, what the store said would lie unread for so long that
    the store seemed to have failed.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def take(self, work: Callable[[], Answer]) -> Answer:
        """Do ``work``, which is to take milliseconds, on the loop."""
        async with self._turn:
            await asyncio.sleep(0)
            seen().done("wait")
            return work()
