"""Learners as requests describe them and as answers return them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StrictBool

from models.domain import Kind
from service.schemas.badges import BadgeOut, Badges
from service.schemas.decisions import DecisionOut
from service.schemas.fields import Body, Id, Level, Moment, Real, Value, Word, bare


class SkillHeld(Body):
    """A skill by id or in free text, and the level held."""

    skill: Id
    level: Level = None


class PastEvent(Body):
    """Something the learner did with a credential; undated acts count as the earliest."""

    credential_id: Id
    kind: Kind = Kind.COMPLETE
    occurred_at: Moment | None = None
    value: Value = None


Skills = Annotated[
    tuple[Annotated[SkillHeld, bare("skill", SkillHeld)], ...], Field(max_length=500)
]
Credentials = Annotated[tuple[Id, ...], Field(max_length=1_000)]
Attributes = Annotated[dict[Word, Word | Real | StrictBool | None], Field(max_length=100)]


class LearnerQuery(Body):
    """Who the answer is for: a stored or trained-on ``id``, or described inline, or both.

    What is given inline is added to what is known under the id. ``credentials`` are completed;
    so are those ``verified``, of which the platform checked the proof.
    """

    id: Id | None = None
    skills: Skills = ()
    credentials: Credentials = ()
    verified: Credentials = ()
    history: Annotated[
        tuple[Annotated[PastEvent, bare("credential_id", PastEvent)], ...], Field(max_length=2_000)
    ] = ()


class ProfileIn(Body):
    """A learner's profile: ``credentials`` completed, and those of which the platform has
    ``verified`` the proof. ``attributes`` serve audits only, never the ranking.
    """

    skills: Skills = ()
    credentials: Credentials = ()
    verified: Credentials = ()
    target_role: Id | None = None
    attributes: Attributes = Field(default_factory=dict)


class LearnerOut(BaseModel):
    """A learner as held: the profile, how many events and earlier acts are known, the
    credentials of which the latest word is that they were ``saved`` or ``dismissed``, and the
    ``badges`` that were imported, as they were found then.
    """

    id: str
    skills: Skills
    credentials: Credentials
    verified: Credentials
    target_role: str | None
    attributes: Attributes
    updated_at: datetime | None
    events: int
    trained_events: int
    saved: Credentials
    dismissed: Credentials
    badges: Badges


class EventOut(BaseModel):
    """One event as held."""

    event_id: str
    credential_id: str
    kind: Kind
    occurred_at: datetime
    value: float | None
    request_id: str | None


class TrainedEventOut(BaseModel):
    """One act the bundle was trained on; undated where the training data were."""

    credential_id: str
    kind: Kind
    occurred_at: datetime | None


class LearnerExport(BaseModel):
    """Everything held about a learner; ``trained_events`` are those the bundle learned from."""

    id: str
    profile: ProfileIn | None
    events: list[EventOut]
    trained_events: list[TrainedEventOut]
    decisions: list[DecisionOut]
    badges: list[BadgeOut]


class ErasedOut(BaseModel):
    """What an erasure removed; ``erased_events`` is null while it waits for the store."""

    id: str
    erased_events: int | None


class KnownLearner(BaseModel):
    """A learner whose history the bundle was trained on."""

    id: str
    events: int


class KnownLearners(BaseModel):
    """Some learners the bundle knows, for trying the service out."""

    items: list[KnownLearner]
