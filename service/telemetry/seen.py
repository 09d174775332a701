"""What one request is seen to do: who asked, what answered, and how long each stage took."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple


class Stage(NamedTuple):
    """A stage that ended; ``began`` and ``ended`` are seconds of the monotonic clock."""

    name: str
    began: float
    ended: float


@dataclass(slots=True)
class Seen:
    """One request; an observer of the answer that is made for it.

    A stage begins where the one before it ended, the first when the request came in. Neither the
    learner nor anything they wrote is kept here, so that it can be logged, counted and traced.
    """

    request_id: str | None = None
    tenant: str | None = None
    bundle: str | None = None
    degraded: Sequence[str] = ()
    stages: list[Stage] = field(default_factory=list)
    candidates: Sequence[int] = ()
    sources: frozenset[str] = frozenset()
    began: float = field(default_factory=time.perf_counter)

    def done(self, stage: str) -> None:
        """The stage has just ended."""
        before = self.stages[-1].ended if self.stages else self.began
        self.stages.append(Stage(stage, before, time.perf_counter()))

    def timing(self) -> str:
        """The stages and their milliseconds as a ``Server-Timing`` header has them."""
        return ", ".join(
            f"{name};dur={1000 * (ended - began):.3f}" for name, began, ended in self.stages
        )

    def proposed(self, counts: Sequence[int]) -> None:
        """How many candidates each source proposed, in the order of ``SOURCES``."""
        self.candidates = counts

    def answered(self, bundle: str, degraded: Sequence[str], sources: frozenset[str]) -> None:
        """By which bundle, without which parts, and from which sources what is listed came."""
        self.bundle = bundle
        self.degraded = degraded
        self.sources = sources


_now: ContextVar[Seen | None] = ContextVar("seen", default=None)


def begin(request_id: str) -> Seen:
    """A request has come in; what follows in this context belongs to it."""
    seen = Seen(request_id)
    _now.set(seen)
    return seen


def seen() -> Seen:
    """The request of this context; outside of any, one that nobody looks at."""
    return _now.get() or Seen()
