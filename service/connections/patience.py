"""Waiting for others no longer than is said, without taking one's own delay for theirs."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final, Self

LOOKS: Final = 10
"""So many turns of the loop it takes to send a question and to read its answer, and some more."""

BETWEEN: Final = 0.001
"""Seconds between two of them at least, in which who was asked can answer."""


class Patience:
    """``async with`` this ends with ``TimeoutError`` at the moment ``until`` of the loop's time
    (``None``: never), but not before the loop has looked at its sockets a few times since: where
    it was late itself, what is waited for may have been there for long, unread.
    """

    def __init__(self, until: float | None) -> None:
        self._until = until
        self._limit = asyncio.timeout(None)
        self._next: asyncio.Handle | None = None

    async def __aenter__(self) -> Self:
        await self._limit.__aenter__()
        if self._until is not None:
            self._next = asyncio.get_running_loop().call_at(self._until, self._look, LOOKS)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._next is not None:
            self._next.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def _look(self, left: int) -> None:
        loop = asyncio.get_running_loop()
        if left:
            self._next = loop.call_later(BETWEEN, self._look, left - 1)
        else:
            self._limit.reschedule(loop.time())
