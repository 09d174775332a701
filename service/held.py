"""What the service holds of a learner: plain data, known to the store and to the recommender."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import orjson

from models.domain import Event, Kind

KINDS: Final = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One accepted event; ``at`` in seconds since the epoch, UTC."""

    event_id: str
    learner_id: str
    credential: str
    kind: Kind
    at: float
    value: float | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class LearnerState:
    """What counts of one learner in answers: the latest events in order of acceptance.

    ``erased`` says that the learner once asked to be forgotten: what training knew of
    them must not be used, what they sent since may.
    """

    profile: dict[str, Any] | None = None
    events: tuple[Event, ...] = ()
    erased: bool = False

    def state(self) -> LearnerState:
        """Itself."""
        return self


@dataclass(frozen=True, slots=True)
class Told:
    """What the store told of one learner for answers, as it came: equal only where all that
    counts is equal.
    """

    profile: bytes | None
    erased: bool
    lines: bytes
    most: int

    def state(self) -> LearnerState:
        """The same read."""
        profile = None if self.profile is None else orjson.loads(self.profile)
        return LearnerState(profile, counted(self.lines, self.most), self.erased)


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """All that is held of one learner: events whole, in order of acceptance."""

    profile: dict[str, Any] | None = None
    events: tuple[LoggedEvent, ...] = ()
    erased: bool = False

    def state(self) -> LearnerState:
        """The same as answers need it."""
        return LearnerState(self.profile, tuple(map(counting, self.events)), self.erased)


def packed(event: LoggedEvent) -> bytes:
    """The event as two lines of JSON: what counts in answers, then by which ids it is known."""
    counts = [event.credential, event.kind, event.at, event.value]
    ids = [event.event_id, event.learner_id, event.request_id]
    return orjson.dumps(counts) + b"\n" + orjson.dumps(ids)


def unpacked(payload: bytes) -> LoggedEvent:
    """The event that was ``packed``."""
    counts, _, ids = payload.partition(b"\n")
    credential, kind, at, value = orjson.loads(counts)
    event_id, learner_id, request_id = orjson.loads(ids)
    return LoggedEvent(event_id, learner_id, credential, Kind(kind), at, value, request_id)


def counting(event: LoggedEvent) -> Event:
    """What counts of the event in answers."""
    return Event(event.credential, event.kind, event.at, event.value)


def counted(lines: bytes, most: int) -> tuple[Event, ...]:
    """The latest ``most`` events of first lines of ``packed`` ones, each after a comma."""
    found = orjson.loads(b"[" + lines[1:] + b"]")[-most:]
    return tuple(Event(credential, KINDS[kind], at, value) for credential, kind, at, value in found)


def tombstone(tenant: str, learner_id: str) -> str:
    """What remains of an erased learner: a hash, which cannot be read back into an id."""
    return hashlib.sha256(f"{tenant}:{learner_id}".encode()).hexdigest()
