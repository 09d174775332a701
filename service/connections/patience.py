"""Waiting for others no longer than is said, without taking one's own delay for theirs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

LOOKS: Final = 10
"""So many turns of the loop it takes to send a question and to read its answer, and some more."""

BETWEEN: Final = 0.001
"""Seconds between two of them at least, in which who was asked can answer."""


@asynccontextmanager
async def patience(until: float | None) -> AsyncIterator[None]:
    """What is awaited within ends with ``TimeoutError`` at the moment ``until`` of the loop's time
    (``None``: never), but not before the loop has looked at its sockets a few times since: where
    it was late itself, what is waited for may have been there for long, unread.
    """
    if until is None:
        yield
        return
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:
        coming = loop.call_at(until, lambda: look(LOOKS))

        def look(left: int) -> None:
            nonlocal coming
            if left:
                coming = loop.call_later(BETWEEN, look, left - 1)
            else:
                limit.reschedule(loop.time())

        try:
            yield
        finally:
            coming.cancel()
