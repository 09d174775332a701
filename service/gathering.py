"""Asking together what many ask for in the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

Group = TypeVar("Group", bound=Hashable)
One = TypeVar("One")
Answer = TypeVar("Answer")

Asked: TypeAlias = list[tuple[One, asyncio.Future[Answer]]]

MOST: Final = 64
"""So many are asked for at once at most: others wait while the store is at it."""


class Gathering(Generic[Group, One, Answer]):
    """Those of one group who ask in the same turn of the loop are asked for by one call of ``ask``,
    which gives an answer, or the error that is to be one's answer, for each in order. Nobody waits
    for others to come.
    """

    def __init__(
        self, ask: Callable[[Group, Sequence[One]], Awaitable[Sequence[Answer | Exception]]]
    ) -> None:
        self._ask = ask
        self._asked: dict[Group, Asked[One, Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, group: Group, one: One) -> Answer:
        """The answer to ``one``. Raises what was found in its place, or what the call raised."""
        loop = asyncio.get_running_loop()
        asked = self._asked.get(group)
        if asked is None or len(asked) == MOST:
            asked = self._asked[group] = []
            # Whoever is ready to ask in this turn of the loop does so before the next one begins.
            loop.call_soon(self._begin, group, asked)
        answer: asyncio.Future[Answer] = loop.create_future()
        asked.append((one, answer))
        return await answer

    def _begin(self, group: Group, asked: Asked[One, Answer]) -> None:
        if self._asked.get(group) is asked:
            del self._asked[group]
        task = asyncio.create_task(self._bring(group, asked))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bring(self, group: Group, asked: Asked[One, Answer]) -> None:
        found: list[tuple[asyncio.Future[Answer], Answer | Exception]]
        ones, futures = zip(*asked, strict=True)
        try:
            found = list(zip(futures, await self._ask(group, ones), strict=True))
        except Exception as error:
            found = [(waiting, error) for waiting in futures]
        for waiting, answer in found:
            if waiting.done():  # nobody waits any more
                continue
            if isinstance(answer, Exception):
                waiting.set_exception(answer)
            else:
                waiting.set_result(answer)
