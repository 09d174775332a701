"""The keys that a worker accepts, and what becomes of the keys file meanwhile."""

from __future__ import annotations

import logging
from pathlib import Path

from service.following import Followed
from service.tenants.auth import StoredKey, load_keyring

logger = logging.getLogger(__name__)


class Keys:
    """The keys of ``file`` and the ``demo`` key. Raises ``UsageError`` as ``load_keyring`` does.

    ``tenants`` are all that ever had a key here, valid or not, since the process started: it
    only grows, so that nothing which several tenants rule out opens when the keys of one go.
    """

    def __init__(self, file: Path | None, demo: str | None) -> None:
        self._file = file
        self._demo = demo
        self._followed = None if file is None else Followed(file, "keys", logger)
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
        if self._followed is not None:
            await self._followed.follow(self._read)

    def _read(self) -> None:
        self._ring = load_keyring(self._file, self._demo)
        self.tenants |= self._ring.tenants
