"""Decisions on the wire: how an answer came about."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, JsonValue

from models.domain import Mode


class FactsOut(BaseModel):
    """A reason without its words."""

    kind: str
    facts: dict[str, JsonValue]


class DecidedItem(BaseModel):
    """One credential of the answer. ``propensity`` is the probability with which it would have
    come first, where chance had a part in that.
    """

    credential: str
    rank: int
    score: float | None = None
    sources: list[str] = []
    gap_after: float | None = None
    propensity: float | None = None
    reasons: list[FactsOut]


class DecidedRole(BaseModel):
    """The role of the answer; ``id`` is null where words were read as skills."""

    id: str | None
    match: float | None


class Outlook(BaseModel):
    """One of several roles in the answer."""

    role: DecidedRole | None
    steps: int
    first_steps: list[str]
    feasible: bool | None = None
    reached: bool | None = None


class Enrolment(BaseModel):
    """The variant that the learner was given, which happened with probability ``propensity``."""

    experiment: str
    variant: str
    propensity: float


class ExploredOut(BaseModel):
    """With probability ``epsilon`` the first place was drawn from the first ``among`` items, by
    softmax of their scores at ``temperature``; ``seed`` repeats the draw.
    """

    epsilon: float
    among: int
    temperature: float
    seed: int


class DecisionOut(BaseModel):
    """One answer as it was given: the question in a structured form, without words; what was
    ranked (``candidates`` by source); the answer with the facts behind it; the ``experiments``
    that the learner is in, and the ``settings`` of the question that these changed.

    ``learner`` is a hash of the id, null for a learner without.
    """

    request_id: str
    at: datetime
    route: Literal["recommendations", "paths", "compare", "closest"]
    learner: str | None
    bundle_version: str
    mode: Mode | None = None
    degraded: list[str]
    request: dict[str, JsonValue]
    role: DecidedRole | None = None
    candidates: dict[str, int] | None = None
    feasible: bool | None = None
    in_the_way: list[str] = []
    items: list[DecidedItem] = []
    roles: list[Outlook] = []
    experiments: list[Enrolment] = []
    settings: dict[str, float] = {}
    exploration: ExploredOut | None = None


class DecisionsOut(BaseModel):
    """All answers under one request id, oldest first: several where a caller used it again."""

    items: list[DecisionOut]
