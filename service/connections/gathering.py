"""Scripts that are asked for at the same time, sent together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

from redis.asyncio import Redis

Asked: TypeAlias = tuple[tuple[Any, ...], asyncio.Future[Any]]
"""The words of one call, and where its answer goes."""


class Gathering(Redis):
    """The library's client, save that the scripts asked for in one turn of the loop go out in one
    write and come back over one connection: under load the calls of the operating system are most
    of what the store costs.
    """

    def __init__(self, **told: Any) -> None:
        super().__init__(**told)
        self._asked: list[Asked] = []
        self._under_way: set[asyncio.Task[None]] = set()

    def evalsha(self, sha: str, numkeys: int, *keys_and_args: Any) -> asyncio.Future[Any]:
        """What the script of that digest answers; whoever gives up waiting takes nothing away from
        the others.
        """
        loop = asyncio.get_running_loop()
        if not self._asked:
            loop.call_soon(self._send)
        answer = loop.create_future()
        self._asked.append((("EVALSHA", sha, numkeys, *keys_and_args), answer))
        return answer

    def _send(self) -> None:
        asked, self._asked = self._asked, []
        task = asyncio.get_running_loop().create_task(self._bring(asked))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _bring(self, asked: Sequence[Asked]) -> None:
        try:
            async with self.pipeline(transaction=False) as together:
                for words, _ in asked:
                    together.execute_command(*words)
                answers: list[Any] = await together.execute(raise_on_error=False)
        except Exception as error:  # whatever it is, whoever asked must hear of it
            answers = [error] * len(asked)
        for (_, answer), found in zip(asked, answers, strict=True):
            if answer.done():  # by whoever gave up
                continue
            if isinstance(found, Exception):
                answer.set_exception(found)
            else:
                answer.set_result(found)
