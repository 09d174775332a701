"""Paths: the question and the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, JsonValue, model_validator

from models.plan import LEAST_PACE, MOST_PARALLEL, SolverName, Then
from service.schemas.fields import Body, Id, Moment, Real, Whole
from service.schemas.learners import LearnerQuery
from service.schemas.recommendations import (
    ClosingOut,
    ConstraintsIn,
    GapOut,
    ReasonOut,
    RoleOut,
    RoleText,
)


class PathConstraintsIn(ConstraintsIn):
    """Hard limits on the whole path: ``max_hours`` and ``max_cost`` bound its totals.

    A ``deadline`` needs ``hours_per_week``. Up to ``parallel`` steps may be under way at once.
    """

    hours_per_week: Annotated[Real, Field(ge=LEAST_PACE, le=168)] | None = None
    start: Moment | None = None
    deadline: Moment | None = None
    max_credentials: Annotated[Whole, Field(ge=0, le=100)] | None = None
    parallel: Annotated[Whole, Field(ge=1, le=MOST_PARALLEL)] = 1

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.deadline is not None and self.hours_per_week is None:
            raise ValueError("a deadline needs hours_per_week, to know what fits before it")
        if self.start is not None and self.deadline is not None and self.deadline <= self.start:
            raise ValueError("expected a deadline after the start")
        return self


class ObjectiveIn(Body):
    """What is sought: so much of the role as ``reach`` says (0..1; null: as much as the limits
    allow), and ``then`` the cheapest, fastest or fewest steps to it.
    """

    reach: Annotated[Real, Field(ge=0, le=1)] | None = None
    then: Then = Then.CHEAPEST


class PathRequest(Body):
    """What should this learner take, in which order, to get to this role within these limits?"""

    learner: LearnerQuery = LearnerQuery()
    target_role: Id | RoleText | None = None
    constraints: PathConstraintsIn = PathConstraintsIn()
    objective: ObjectiveIn = ObjectiveIn()
    solver: SolverName = SolverName.FAST
    time_limit: Annotated[Real, Field(gt=0, le=10)] = 1.0


class StackProgressOut(BaseModel):
    """``done`` of ``size`` parts of a stack are held."""

    stack: str
    title: str
    done: int
    size: int


class EarnedOut(BaseModel):
    """What there is if one stops here; hours and cost are lower bounds where some are unknown."""

    credentials: list[str]
    stacks: list[str]
    gap_after: float
    hours: float
    cost: float


class StepOut(BaseModel):
    """One step; dates are null without a pace and after the year 9999, and the earliest where hours
    are unknown.
    """

    credential: str
    title: str
    issuer: str | None
    level: float | None
    url: str | None
    starts: datetime | None
    ends: datetime | None
    hours: float | None
    cost: float | None
    renewal: bool
    why: list[ReasonOut]
    closes: list[ClosingOut]
    stack_progress: list[StackProgressOut]
    earned_if_stopped_here: EarnedOut


class RangeOut(BaseModel):
    """At least ``low``; ``high`` is null where a part is unknown."""

    low: float
    high: float | None


class UnknownOut(BaseModel):
    """How many steps have no known hours, and no known cost in the totals' currency."""

    hours: int
    cost: int


class TotalsOut(BaseModel):
    """Totals of the path as ranges."""

    hours: RangeOut
    cost: RangeOut
    currency: str | None
    unknown: UnknownOut


class PathGapOut(GapOut):
    """The gap before the path and after it."""

    after: float


class OptimalityOut(BaseModel):
    """``bound`` is what is proven of the first objective, ``gap`` the relative distance to it."""

    solver: SolverName
    bound: float | None
    gap: float | None


class BindingOut(BaseModel):
    """A limit in the way, by how much, and the smallest change of it alone that suffices.

    ``shortfall`` is in the limit's own unit (hours, currency, seconds, credentials).
    """

    constraint: str
    shortfall: float | None
    smallest_change: str | None
    value: JsonValue


class AlternativeOut(BaseModel):
    """What lost against a step, and by how much."""

    instead_of: str
    credential: str
    title: str
    closes_less: float
    costs_more: float | None
    hours_more: float | None


class PathResponse(BaseModel):
    """The ordered path, or why there is none."""

    request_id: str
    bundle_version: str
    degraded: list[str]
    notes: list[str]
    feasible: bool
    role: RoleOut | None
    steps: list[StepOut]
    totals: TotalsOut
    gap: PathGapOut | None
    optimality: OptimalityOut
    infeasible: list[BindingOut]
    alternatives: list[AlternativeOut]
