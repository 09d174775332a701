"""Imported credentials as answers tell them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from models.resolve import By
from service.badges.achievements import Origin
from service.badges.documents import Form
from service.badges.proofs import Signature
from service.badges.statuses import Status
from service.badges.verdicts import Expiry, Verdict
from service.schemas.fields import Share


class SignatureOut(BaseModel):
    """Whether the named issuer signed it, and ``why`` where that is not so or not known."""

    state: Signature
    why: str | None


class StatusOut(BaseModel):
    """Whether its issuer took it back, and ``why`` where that is so or not known."""

    state: Status
    why: str | None


class ExpiryOut(BaseModel):
    """Whether it holds now, and its times."""

    state: Expiry
    valid_from: datetime | None
    valid_until: datetime | None


class IssuerOut(BaseModel):
    """Whom it names as its issuer, and whether the tenant trusts them: whoever really signed."""

    id: str
    name: str | None
    trusted: bool


class BadgeSkill(BaseModel):
    """A skill that the issuer names, in its words, and the ``skill`` of the bundle that it was
    found to be, if any: ``by`` its id, its label or its meaning, with a ``score``.
    """

    name: str
    url: str | None
    code: str | None
    framework: str | None
    origin: Origin
    level: Share | None
    skill: str | None
    label: str | None
    by: By | None
    score: Share | None


class AchievementOut(BaseModel):
    """What was achieved; ``credential`` is the catalogue's, if it is one of it."""

    id: str | None
    name: str
    type: str | None
    human_code: str | None
    criteria: str | None
    credits_earned: float | None
    credits_available: float | None
    credential: str | None
    skills: list[BadgeSkill]


class BadgeOut(BaseModel):
    """What was found of one credential. ``key`` is by which it is kept; ``recipient`` whom it
    names, for the platform to compare; ``achievement`` is null for a record, which holds others.
    """

    key: str
    id: str | None
    form: Form
    verdict: Verdict
    signature: SignatureOut
    status: StatusOut
    expiry: ExpiryOut
    issuer: IssuerOut
    recipient: str | None
    achievement: AchievementOut | None


class BadgeTaken(BadgeOut):
    """The same, and whether it is ``new``; ``why`` it was refused, if so, and is not kept."""

    new: bool
    why: str | None


class AssociationOut(BaseModel):
    """How a record says that two of its achievements belong together."""

    type: str
    source: str
    target: str


class UnreadOut(BaseModel):
    """A part of a record, counted from 0, that is no badge, and ``why``."""

    place: int
    why: str


class BadgesOut(BaseModel):
    """What was taken of a body: one badge, or a ``record`` with the badges in it, each verified
    by itself, and its parts that were ``unread``.
    """

    learner: str
    badges: list[BadgeTaken]
    record: BadgeOut | None
    associations: list[AssociationOut]
    unread: list[UnreadOut]


Badges = Annotated[list[BadgeOut], Field(max_length=200)]
