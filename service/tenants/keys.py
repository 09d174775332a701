"""The keys that a worker accepts, and what becomes of the keys file meanwhile."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from models.errors import UsageError
from service.tenants.auth import StoredKey, load_keyring

LOOK: Final = 0.5
"""Seconds between two looks at the file."""

logger = logging.getLogger(__name__)


class Keys:
    """The keys of ``file`` and the ``demo`` key. Raises ``UsageError`` as ``load_keyring`` does.

    ``tenants`` are all that ever had a key here, valid or not, since the process started: it
    only grows, so that nothing which several tenants rule out opens when the keys of one go.
    """

    def __init__(self, file: Path | None, demo: str | None) -> None:
        self._file = file
        self._demo = demo
        self._seen: bytes | None = None if file is None else _content(file)
        self._ring = load_keyring(file, demo)
        self.tenants = self._ring.tenants

    def find(self, presented: str, at: float) -> StoredKey | None:
        """The key behind a presented secret, where it is one that lets in at that moment."""
        key = self._ring.find(presented)
        return key if key is not None and key.usable(at) else None

    def named(self, name: str, at: float) -> StoredKey | None:
        """The key of an id, where it is one that lets in at that moment."""
        key = self._ring.named(name)
        return key if key is not None and key.usable(at) else None

    async def follow(self) -> None:
        """Accept what the file says, a moment after it says so; ends only when cancelled. While it
        cannot be used the keys from before stay: they expire, and no other is accepted.
        """
        while self._file is not None:
            await asyncio.sleep(LOOK)
            try:
                content = await asyncio.to_thread(_content, self._file)
                if content == self._seen:
                    continue
                self._seen = content
                ring = load_keyring(self._file, self._demo)
            except UsageError as error:
                logger.error("the new keys are refused, the old ones stay: %s", error)
            except Exception:
                # Revocations wait for as long as this does not go on: say so, and look again.
                logger.exception("the keys file could not be followed")
            else:
                self._ring = ring
                self.tenants |= ring.tenants
                logger.info("the keys in %s are now those accepted", self._file)


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None
