"""What a process holds to be opened from learning platforms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from service.lti.keysets import KeySets
from service.lti.launches import Launches
from service.lti.platforms import Platforms
from service.lti.tool import ToolKey
from service.store import Store
from service.tenants.seal import Seal


@dataclass(frozen=True, slots=True)
class Lti:
    """The platforms, who comes from them, and the key by which they know Cairn."""

    platforms: Platforms
    launches: Launches
    tool: ToolKey


def lti(file: Path | None, seal: Seal, store: Store, now: Callable[[], float]) -> Lti:
    """All of it, for the platforms in ``file``. Raises ``UsageError``."""
    platforms = Platforms(file)
    return Lti(platforms, Launches(platforms, KeySets(now), seal, store), ToolKey(store))
