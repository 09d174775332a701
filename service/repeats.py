"""Answers that were given lately, for when the very same is asked again.

Nothing is ever told to be out of date: an answer is found again only by the tenant's view of the
bundle that gave it, the question to the byte, and all that the store holds of the learner to the
byte. Whatever changes any of these is another question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Self

from cachetools import TTLCache

from models.bundle import Bundle
from models.domain import Mode
from service.decisions.store import Kept
from service.held import Told

BESIDE: Final = 2_000
"""Bytes that an answer kept takes beside the answer and its record: its names and places."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whose question it is and what an answer to it depends on, save the moment, as a hash: what
    is asked and a whole history would else be kept with every answer.
    """

    tenant: str
    learner: str | None
    rests_on: bytes

    @classmethod
    def of(cls, tenant: str, learner: str | None, view: int, body: bytes, told: Told) -> Self:
        """``view`` tells the tenant's view of a bundle from all others (its ``id``), ``body`` is
        what was sent, ``told`` what the store held.
        """
        parts = (body, told.profile or b"", told.lines, *told.badges)
        others = (view, told.profile is None, told.erased, told.most, list(map(len, parts)))
        rests_on = sha256(b"".join((repr(others).encode(), *parts)))
        return cls(tenant, learner, rests_on.digest())


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

    @property
    def size(self) -> int:
        """Bytes of memory that it takes to keep it."""
        record = 0 if self.decision is None else len(self.decision.payload)
        return len(self.rest) + record + BESIDE


class Repeats:
    """One worker's latest answers, of at most ``most_bytes``, each for ``seconds`` by the clock
    ``now``: what depends on the moment (how long ago the last step was, what is on offer) is
    that much behind at most. 0 seconds keep none.
    """

    def __init__(self, most_bytes: int, seconds: float, now: Callable[[], float]) -> None:
        self._seconds = seconds
        self._now = now
        self._given: TTLCache[Question, tuple[float, Given]] = TTLCache(
            most_bytes, seconds, timer=now, getsizeof=lambda kept: kept[1].size
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
        if given.size <= self._given.maxsize and self._seconds > 0:
            self._given[question] = self._now(), given

    def forget(self, tenant: str, learner: str) -> None:
        """Let go of a learner's answers."""
        for key in list(self._given):
            if (key.tenant, key.learner) == (tenant, learner):
                self._given.pop(key, None)
