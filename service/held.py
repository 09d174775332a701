"""What the service holds of a learner: plain data, known to the store and to the recommender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
