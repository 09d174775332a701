"""Those who ask in the same turn of the loop are asked for together, and each gets their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from service.gathering import MOST, Gathering


class Doubling:
    """Answers twice what it is asked, negative numbers with an error, and notes what it was."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[int]]] = []

    async def ask(self, group: str, numbers: Sequence[int]) -> list[int | Exception]:
        self.calls.append((group, list(numbers)))
        await asyncio.sleep(0)
        if group == "broken":
            raise ConnectionError
        if group == "short":
            return []
        return [ValueError(number) if number < 0 else 2 * number for number in numbers]


def test_who_asks_in_the_same_turn_is_asked_for_once_and_each_gets_their_own() -> None:
    async def body() -> None:
        asked = Doubling()
        gathering = Gathering(asked.ask)
        found = await asyncio.gather(*(gathering.ask("a", i) for i in range(5)))
        assert found == [0, 2, 4, 6, 8]
        assert asked.calls == [("a", [0, 1, 2, 3, 4])]
        assert await gathering.ask("a", 7) == 14
        assert asked.calls[1:] == [("a", [7])]

    asyncio.run(body())


def test_groups_are_asked_for_apart_and_no_call_is_for_more_than_is_said() -> None:
    async def body() -> None:
        asked = Doubling()
        gathering = Gathering(asked.ask)
        wanted = [("ab"[i % 2], i) for i in range(2 * (MOST + 3))]
        found = await asyncio.gather(*(gathering.ask(*each) for each in wanted))
        assert found == [2 * number for _, number in wanted]
        assert [(group, len(numbers)) for group, numbers in asked.calls] == [
            ("a", MOST), ("b", MOST), ("a", 3), ("b", 3)
        ]  # fmt: skip

    asyncio.run(body())


def test_an_error_is_of_those_whose_answer_it_is() -> None:
    async def body() -> None:
        gathering = Gathering(Doubling().ask)
        groups = [("a", 1), ("a", -1), ("broken", 1), ("broken", 2), ("short", 1)]
        asked = (gathering.ask(*each) for each in groups)
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert found[0] == 2
        kinds = [type(each) for each in found[1:]]
        assert kinds == [ValueError, ConnectionError, ConnectionError, ValueError]

    asyncio.run(body())


def test_who_no_longer_waits_does_not_keep_others_from_their_answer() -> None:
    async def body() -> None:
        asked = Doubling()
        gathering = Gathering(asked.ask)
        gone, stays = (asyncio.create_task(gathering.ask("a", i)) for i in (1, 2))
        await asyncio.sleep(0)  # both have asked
        gone.cancel()
        assert await stays == 4
        with pytest.raises(asyncio.CancelledError):
            await gone
        assert asked.calls == [("a", [1, 2])]

    asyncio.run(body())
