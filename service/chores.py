"""What runs beside requests: again and again, and its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from models.errors import StoreUnavailable

logger = logging.getLogger(__name__)

AGAIN: Final = 0.1
"""Seconds until a task that goes on is cancelled once more."""


async def repeated(work: Callable[[], Awaitable[object]], every: float, fault: str) -> None:
    """Do ``work``, and again ``every`` so many seconds after it is done; ends only when cancelled.

    A store that is away is waited for. Whatever else goes wrong is told as ``fault`` and tried
    again: nobody else would do what is to be done here.
    """
    while True:
        try:
            await work()
        except StoreUnavailable:
            pass
        except Exception:
            logger.exception(fault)
        await asyncio.sleep(every)


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
