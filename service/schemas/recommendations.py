"""Recommendations: the question and the answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StrictBool

from models.domain import EvidenceKind, How, Mode, Status
from service.schemas.catalogue import CostOut
from service.schemas.fields import Body, Currency, Id, Real, Text, Whole, Word
from service.schemas.learners import LearnerQuery

Words = Annotated[tuple[Word, ...], Field(max_length=100)]


class RoleText(Body):
    """A role in words: a title or a pasted job advert."""

    text: Text


class Cost(Body):
    """An amount in one currency (ISO 4217)."""

    amount: Annotated[Real, Field(ge=0)]
    currency: Currency


class ConstraintsIn(Body):
    """Hard limits on every recommended credential; an empty list does not limit."""

    max_hours: Annotated[Real, Field(ge=0)] | None = None
    max_cost: Cost | None = None
    languages: Words = ()
    delivery: Words = ()
    issuers: Words = ()
    exclude: Annotated[tuple[Id, ...], Field(max_length=1_000)] = ()
    include_unknown: StrictBool = True


class RecommendationRequest(Body):
    """What should this learner earn next, towards this role?

    ``goal_weight`` trades what the learner is likely to take (0) against what closes most
    of the gap (1); ``diversity`` trades score for a spread of skills like the learner's own;
    ``labour_market`` lifts what teaches skills in demand, where their demand has a source and date;
    ``pinned`` credentials come first wherever they may be proposed at all.
    """

    learner: LearnerQuery = LearnerQuery()
    target_role: Id | RoleText | None = None
    limit: Annotated[Whole, Field(ge=1, le=100)] = 10
    constraints: ConstraintsIn = ConstraintsIn()
    goal_weight: Annotated[Real, Field(ge=0, le=1)] = 0.5
    diversity: Annotated[Real, Field(ge=0, le=1)] = 0.0
    labour_market: Annotated[Real, Field(ge=0, le=1)] = 0.0
    pinned: Annotated[tuple[Id, ...], Field(max_length=100)] = ()
    max_per_issuer: Annotated[Whole, Field(ge=1, le=100)] | None = None
    explain: StrictBool = True


class RoleOut(BaseModel):
    """The role the answer is about; ``match`` 0..1 when it was found by text."""

    id: str | None
    title: str
    match: float | None


class EvidenceOut(BaseModel):
    """A skill held that counts towards a required one: declared, or taught by ``credential``,
    which was said to be held or ``verified``.

    ``nearness`` 0..1 is how far it counts as the required skill (1 = the very skill), ``covers``
    0..1 the share of the requirement it covers at its level. Further kinds may be added.
    """

    kind: EvidenceKind
    credential: str | None
    skill: str
    label: str
    level: float | None
    nearness: float
    how: How
    covers: float


class GapSkill(BaseModel):
    """One required skill; levels and coverage 0..1, null when unknown or not held.

    ``evidence`` is what is held towards it, at most three, what covers most first.
    """

    skill: str
    label: str
    importance: float
    required: float | None
    held: float | None
    coverage: float
    status: Status
    match: float | None
    evidence: list[EvidenceOut]


class GapOut(BaseModel):
    """What separates the learner from the role; ``before`` 0..1 is its uncovered share."""

    before: float
    skills: list[GapSkill]


class ClosingOut(BaseModel):
    """A required skill whose coverage the credential raises."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    skill: str
    label: str
    from_: Annotated[float, Field(alias="from")]
    to: float


class ReasonOut(BaseModel):
    """Why: ``kind`` is stable for programs, ``text`` for people, ``evidence`` the facts."""

    kind: str
    text: str
    evidence: dict[str, JsonValue]


class ItemOut(BaseModel):
    """One recommended credential; unknown hours, cost and so on are null."""

    credential: str
    title: str
    issuer: str | None
    level: float | None
    hours: float | None
    cost: CostOut | None
    language: str | None
    delivery: str | None
    url: str | None
    rank: int
    score: float
    sources: list[str]
    closes: list[ClosingOut]
    gap_after: float | None
    reasons: list[ReasonOut]


class RecommendationResponse(BaseModel):
    """The answer, with how it was made and what was unavailable (``degraded``)."""

    request_id: str
    bundle_version: str
    mode: Mode
    degraded: list[str]
    notes: list[str]
    role: RoleOut | None
    gap: GapOut | None
    items: list[ItemOut]
