"""A replica's local registry, kept like one in object storage.

``service.bundles`` serves the local one as it serves any. Only what is whole and intact gets a
folder there; then the pointer moves. Where the storage's current bundle cannot be used, the
pointer moves without one: every worker then refuses it, keeps what it serves and says so.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import threading
import time
from pathlib import Path
from typing import Final

from models.bundle import registry
from models.errors import BundleError
from service.chores import repeated
from service.objects import Objects, StorageAway, prune

EVERY: Final = 2.0
"""Seconds between two looks at the storage's pointer."""

AGAIN: Final = 60.0
"""Seconds until a bundle that was found unusable is fetched once more."""

KEPT: Final = 2
"""Bundles that stay in the local registry."""

logger = logging.getLogger(__name__)


class Replica:
    """Keeps ``root`` like the registry at ``url``; of all processes of a host one does so, until
    it ends.
    """

    def __init__(self, url: str, root: Path) -> None:
        self._objects = Objects(url)
        self._root = root
        root.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(root / ".turn", os.O_RDWR | os.O_CREAT, 0o600)
        self._ending = threading.Event()
        self._refused: tuple[str, float] | None = None
        self._away = False

    def close(self) -> None:
        """Let another process go on; a fetch that is under way stops."""
        self._ending.set()
        os.close(self._lock)

    def begin(self) -> None:
        """Bring what is current, unless another process does; without the storage what is here
        already has to do. To be called before the local registry is read.
        """
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            self._look()
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    async def keep_following(self) -> None:
        """Follow the storage's pointer; ends only when cancelled. No request waits for it."""
        fault = "the bundles in object storage could not be looked at"
        await repeated(self._follow, EVERY, fault)

    async def _follow(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # another process of this host does it
        await asyncio.to_thread(self._look)

    def _look(self) -> None:
        try:
            pointer = self._objects.pointer()
            self._adopt(pointer)
        except StorageAway as error:
            if not self._away:
                logger.error("bundles are served as they are: %s", error)
            self._away = True
        except BundleError as error:
            logger.error("what object storage holds cannot be used: %s", error)
        else:
            if self._away:
                logger.info("object storage answers again")
            self._away = False

    def _adopt(self, pointer: str | None) -> None:
        """Make the local registry what ``pointer`` says."""
        if pointer is None:
            return
        versions = registry.promotions(pointer, self._objects.url)
        if self._refused is not None:
            refused, since = self._refused
            if refused == pointer and time.monotonic() - since < AGAIN:
                return
        if (self._root / versions[0]).is_dir() and registry.has(self._root, versions):
            return
        try:
            self._objects.fetch(versions[0], self._root, lambda: not self._ending.is_set())
        except StorageAway:
            raise
        except BundleError as error:
            self._refused = pointer, time.monotonic()
            logger.error("the current bundle in object storage cannot be used: %s", error)
        else:
            self._refused = None
        registry.point(self._root, versions)
        prune(self._root, KEPT)
