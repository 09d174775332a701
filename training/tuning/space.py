"""What is searched: settings of ``training.config`` and between which values.

Not searched is what every training chooses by results itself (the penalty of the item-to-item
model, the pace of the collaborative one, how histories are folded in, the number of trees), and
what the data decide (kinds, texts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from training.config import Config


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers where both ends are; ``log``: as likely from 10 to 20 as from 20 to 40."""

    low: float
    high: float
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return isinstance(self.low, int) and isinstance(self.high, int)


SPACE: Final[Mapping[str, Range]] = {
    "components": Range(16, 128, log=True),
    "slow": Range(0.6, 0.9),
    "fast": Range(0.2, 0.6),
    "backward": Range(0.0, 1.0),
    "candidates": Range(100, 800, log=True),
    "negatives": Range(20, 120, log=True),
    "later": Range(0.0, 0.5),
    "leaves": Range(7, 63, log=True),
    "learning_rate": Range(0.03, 0.3, log=True),
}


def around(config: Config) -> dict[str, Range]:
    """The space, widened where ``config`` lies outside."""
    return {
        name: replace(each, low=min(each.low, value), high=max(each.high, value))
        for name, each in SPACE.items()
        for value in [getattr(config, name)]
    }


def values(config: Config) -> dict[str, Any]:
    """What a config says of the settings that are searched."""
    return {name: getattr(config, name) for name in SPACE}


def changed(config: Config, chosen: Mapping[str, Any]) -> Config:
    """The config with the settings chosen, checked as a file's are."""
    return Config.model_validate({**config.model_dump(), **chosen})
