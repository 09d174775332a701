"""What the service holds of a learner: plain data, known to the store and to the recommender."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from models.domain import Kind


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
    """What the store holds of one learner: events in order of acceptance.

    ``erased`` says that the learner once asked to be forgotten: what training knew of
    them must not be used, what they sent since may.
    """

    profile: dict[str, Any] | None = None
    events: tuple[LoggedEvent, ...] = ()
    erased: bool = False


def packed(event: LoggedEvent) -> bytes:
    """The event as JSON."""
    return orjson.dumps(asdict(event))


def unpacked(payload: bytes) -> LoggedEvent:
    """The event that was ``packed``."""
    fields = orjson.loads(payload)
    return LoggedEvent(**{**fields, "kind": Kind(fields["kind"])})


def tombstone(tenant: str, learner_id: str) -> str:
    """What remains of an erased learner: a hash, which cannot be read back into an id."""
    return hashlib.sha256(f"{tenant}:{learner_id}".encode()).hexdigest()
