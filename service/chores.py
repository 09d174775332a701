"""Ending what runs beside requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final

AGAIN: Final = 0.1
"""Seconds until a task that goes on is cancelled once more."""


async def ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel the tasks and return when they have ended, whatever they end with.

    Once is not always enough: before Python 3.12, ``asyncio.wait_for`` (which the store's client
    uses) swallows a cancellation that comes just when what it waits for is done.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN)
