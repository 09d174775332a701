"""The registry that a training run works on, and its counterpart in object storage."""

from __future__ import annotations

from pathlib import Path

from models.bundle import registry
from service.objects import Objects
from service.replica import Replica


def fetched(url: str | None, root: Path) -> Path:
    """``root``, after what is current at ``url`` has become current there too; without a URL as
    it is.
    """
    if url is not None:
        replica = Replica(url, root)
        replica.begin()
        replica.close()
    return root


def deliver(root: Path, url: str | None, version: str) -> None:
    """Make a version of ``root`` current, first at ``url`` where there is one. Raises
    ``BundleError`` (and its kinds); done over, it changes nothing.
    """
    if url is not None:
        objects = Objects(url)
        objects.push(registry.bundle_of(root, version))
        objects.promote(version)
    registry.promote(root, version)
