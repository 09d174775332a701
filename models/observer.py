"""What may watch an answer being made, without the clock or a metric coming in here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol


class Observer(Protocol):
    """Told of each stage of one answer as it ends."""

    def done(self, stage: str) -> None:
        """The stage of that name has just ended."""

    def proposed(self, counts: Sequence[int]) -> None:
        """How many candidates each of ``models.sources.SOURCES`` proposed, in their order."""


class Nobody:
    """Looks away."""

    def done(self, stage: str) -> None:
        """Nothing."""

    def proposed(self, counts: Sequence[int]) -> None:
        """Nothing."""


NOBODY: Final = Nobody()
