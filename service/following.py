"""Following a small file that an operator changes while the service runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from models.errors import UsageError

LOOK: Final = 0.5
"""Seconds between two looks at the file."""


class Followed:
    """A ``file`` of ``what``; by content, which sees what a time stamp misses."""

    def __init__(self, file: Path, what: str, logger: logging.Logger) -> None:
        self._file = file
        self._what = what
        self._logger = logger
        self._seen = self._content()

    async def follow(self, read: Callable[[], None]) -> None:
        """Have it ``read`` a moment after it changed; ends only when cancelled. While that raises
        ``UsageError``, whoever reads it is to leave all as it was.
        """
        while True:
            await asyncio.sleep(LOOK)
            try:
                content = await asyncio.to_thread(self._content)
                if content == self._seen:
                    continue
                self._seen = content
                read()
            except UsageError as error:
                self._logger.error("the new %s are refused, the old ones stay: %s",
                                   self._what, error)  # fmt: skip
            except Exception:
                # Revocations wait for as long as this does not go on: say so, and look again.
                self._logger.exception("the file of %s could not be followed", self._what)
            else:
                self._logger.info("the %s in %s are now those accepted", self._what, self._file)

    def _content(self) -> bytes | None:
        try:
            return self._file.read_bytes()
        except OSError:
            return None
