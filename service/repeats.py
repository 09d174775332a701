"""Answers that were given lately, for when the very same is asked again.

Nothing is ever told to be out of date: an answer is found again only by the tenant's view of the
bundle that gave it, the question to the byte, and all that the store holds of the learner to the
byte. Whatever changes any of these is another question.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from cachetools import TTLCache

from models.bundle import Bundle
from models.domain import Mode
from service.decisions.store import Kept


@dataclass(frozen=True, slots=True)
class Question:
    """What an answer depends on, save the moment: ``view`` tells the tenant's view of a bundle
    from all others (its ``id``), ``told`` is what the store held.
    """

    tenant: str
    learner: str | None
    view: int
    body: bytes
    told: Hashable


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was sent, from after its request id on, and what was noted of it. While it
    holds the view that gave it, no other can have its ``id``.
    """

    view: Bundle
    rest: bytes
    mode: Mode
    sources: frozenset[str]
    decision: Kept | None


class Repeats:
    """One worker's latest answers, of at most ``most_bytes``, each for ``seconds`` by the clock
    ``now``: what depends on the moment (how long ago the last step was, what is on offer) is
    that much behind at most. 0 seconds keep none.
    """

    def __init__(self, most_bytes: int, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = now
        self._given: TTLCache[Question, tuple[float, Given]] = TTLCache(
            most_bytes, seconds, timer=now, getsizeof=lambda kept: len(kept[1].rest)
        )

    def find(self, question: Question) -> Given | None:
        """The answer given to it lately."""
        try:
            # Not by its ``get``, which looks twice.
            made, given = self._given[question]
        except KeyError:
            return None
        # Where the clock was put back, what it says was made later is not found.
        return given if made <= self._now() else None

    def keep(self, question: Question, given: Given) -> None:
        """Remember an answer; one larger than all room is let go."""
        if 0 < len(given.rest) <= self._given.maxsize and self._seconds > 0:
            self._given[question] = self._now(), given

    def forget(self, tenant: str, learner: str) -> None:
        """Let go of a learner's answers."""
        for key in list(self._given):
            if (key.tenant, key.learner) == (tenant, learner):
                self._given.pop(key, None)
