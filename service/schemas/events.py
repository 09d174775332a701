"""Events on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from models.domain import Kind
from service.schemas.fields import Body, Id, Moment, Value


class EventIn(Body):
    """One act of a learner; ``occurred_at`` is the moment of receipt when left out."""

    event_id: Id
    learner_id: Id
    credential_id: Id
    kind: Kind = Kind.COMPLETE
    occurred_at: Moment | None = None
    request_id: Id | None = None
    value: Value = None


class EventsIn(Body):
    """A batch, accepted whole or not at all."""

    events: Annotated[list[EventIn], Field(min_length=1, max_length=1_000)]


class EventsOut(BaseModel):
    """How many events were new and how many had been accepted before."""

    accepted: int
    duplicates: int
