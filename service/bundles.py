"""The bundle that a worker answers from, and its change to a newly promoted one meanwhile."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from pathlib import Path
from typing import Final

from models import bundle
from models.bundle import Bundle, registry
from models.domain import Ask, Learner, Target
from models.errors import BundleError
from models.recommend import recommend
from service.telemetry.metrics import Metrics

LOOK: Final = 0.5
"""Seconds between two looks at what is current."""

Checked = dict[Path, Bundle | None]
"""Folders whose files were found intact on the way here, with the bundle where this very process
has read it; each is taken out when it is used.
"""

logger = logging.getLogger(__name__)


class Bundles:
    """``current`` is the bundle that ``source``, a bundle or a registry, means; ``behind`` says
    that it is an earlier one, since what is meant cannot be used.

    A request takes ``current`` once and answers from that one. Raises ``BundleError`` when there
    is nothing to begin with.
    """

    def __init__(self, source: Path, metrics: Metrics, checked: Checked | None = None) -> None:
        self._source = source
        self._metrics = metrics
        self._seen = _meant(source)
        self.current, self.behind = begin(source, checked)

    async def follow(self) -> None:
        """Change to whatever becomes current, once it was read, found intact and tried; ends only
        when cancelled. One that cannot be used is refused, and the old one stays.
        """
        while True:
            await asyncio.sleep(LOOK)
            meant = _meant(self._source)
            if meant == self._seen:
                continue
            self._seen = meant
            try:
                self.current = await asyncio.to_thread(_tried, bundle.resolve(self._source))
            except (BundleError, OSError) as error:
                self.behind = True
                self._count("refused")
                logger.error(
                    "the new bundle is refused, the old one stays: %s", error, exc_info=error
                )
            else:
                self.behind = False
                self._count("swapped")

    def _count(self, outcome: str) -> None:
        self._metrics.bundles.labels(outcome).inc()


def begin(source: Path, checked: Checked | None = None) -> tuple[Bundle, bool]:
    """The bundle that ``source`` means, or when that cannot be used the latest promoted before it
    that can, and whether it is such an earlier one. What was ``checked`` by whoever started this
    process is not compared with its checksums once more.

    Raises the ``BundleError`` of the one meant when none can be used.
    """
    checked = {} if checked is None else checked
    try:
        folder = bundle.resolve(source)
        intact = folder.resolve() in checked
        read = checked.pop(folder.resolve(), None)  # so that it goes once another is current
        return read or bundle.read(folder, checked=intact), False
    except BundleError as error:
        for folder in registry.earlier(source):
            try:
                found = bundle.read(folder)
            except BundleError as as_well:
                logger.error("an earlier bundle cannot be used either: %s", as_well)
            else:
                logger.error("bundle %s was current before and is served: %s", folder.name, error)
                return found, True
        raise


def _meant(source: Path) -> Path | str:
    """The folder that ``source`` means, or what is wrong with it: that is news only once."""
    try:
        return bundle.resolve(source)
    except (BundleError, OSError) as error:
        return str(error)


def _tried(folder: Path) -> Bundle:
    """The bundle, after it answered for somebody new, for somebody known and towards a role: its
    pages are then in memory, and what cannot answer is found out before anybody asks.
    """
    try:
        loaded = bundle.read(folder)
        role = next(iter(loaded.roles.ids), None)
        target = None if role is None else Target(id=role)
        known = next(iter(loaded.histories.learners), None)
        history = () if known is None else loaded.histories.of(known)
        at = datetime.fromisoformat(loaded.manifest.created_at).timestamp()
        for learner in (Learner(), Learner(history=history)):
            recommend(loaded, Ask(learner, at, target))
    except BundleError:
        raise
    except Exception as error:
        # Whatever it is would happen to requests too, and must not end the watch for others.
        raise BundleError(f"bundle {folder} cannot answer: {type(error).__name__}") from error
    return loaded
