"""What the service holds of a learner: plain data, known to the store and to the recommender."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import orjson

from models.domain import Event, HeldSkill, Kind

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
class HeldBadge:
    """What counts of one badge: whether it is ``verified``, ``until`` when it holds (seconds since
    the epoch), the ``credential`` of the catalogue that it is, if any, and the skills, by id.
    """

    verified: bool
    until: float | None
    credential: str | None
    skills: tuple[HeldSkill, ...]


@dataclass(frozen=True, slots=True)
class LearnerState:
    """What counts of one learner in answers: the latest events in order of acceptance.

    ``erased`` says that the learner once asked to be forgotten: what training knew of
    them must not be used, what they sent since may.
    """

    profile: dict[str, Any] | None = None
    events: tuple[Event, ...] = ()
    erased: bool = False
    badges: tuple[HeldBadge, ...] = ()

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
    badges: tuple[bytes, ...] = ()

    def state(self) -> LearnerState:
        """The same read."""
        profile = None if self.profile is None else orjson.loads(self.profile)
        events, badges = counted(self.lines, self.most), tuple(map(counting_badge, self.badges))
        return LearnerState(profile, events, self.erased, badges)


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """All that is held of one learner: events whole, in order of acceptance, and ``badges`` as
    ``packed_badge``.
    """

    profile: dict[str, Any] | None = None
    events: tuple[LoggedEvent, ...] = ()
    erased: bool = False
    badges: tuple[bytes, ...] = ()

    def state(self) -> LearnerState:
        """The same as answers need it."""
        events, badges = map(counting, self.events), map(counting_badge, self.badges)
        return LearnerState(self.profile, tuple(events), self.erased, tuple(badges))


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


def packed_badge(badge: HeldBadge, whole: bytes) -> bytes:
    """A badge as two lines: what counts in answers as JSON, then all that is told of it."""
    skills = [[each.skill, each.level] for each in badge.skills]
    counts = [badge.verified, badge.until, badge.credential, skills]
    return orjson.dumps(counts) + b"\n" + whole


def counting_badge(payload: bytes) -> HeldBadge:
    """What counts of a badge, from its first line."""
    verified, until, credential, skills = orjson.loads(payload.partition(b"\n")[0])
    return HeldBadge(verified, until, credential, tuple(HeldSkill(*each) for each in skills))


def told_badge(payload: bytes) -> bytes:
    """All that is told of a badge."""
    return payload.partition(b"\n")[2]


def tombstone(tenant: str, learner_id: str) -> str:
    """What remains of an erased learner: a hash, which cannot be read back into an id."""
    return hashlib.sha256(f"{tenant}:{learner_id}".encode()).hexdigest()
