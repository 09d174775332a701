"""What if it were another role: the questions and the answers."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import BaseModel, Field, model_validator

from models.plan import MOST_CLOSEST, SolverName
from service.schemas.catalogue import WorkOut
from service.schemas.fields import Body, Id, Real, Whole
from service.schemas.learners import LearnerQuery
from service.schemas.paths import BindingOut, ObjectiveIn, PathConstraintsIn, TotalsOut
from service.schemas.recommendations import RoleOut, RoleText

DIFFERENT: Final = Field(min_length=2, max_length=3, json_schema_extra={"uniqueItems": True})


class CompareRequest(Body):
    """What would it take this learner to get to each of two or three roles?"""

    learner: LearnerQuery = LearnerQuery()
    target_roles: Annotated[tuple[Id | RoleText, ...], DIFFERENT]
    constraints: PathConstraintsIn = PathConstraintsIn()
    objective: ObjectiveIn = ObjectiveIn()
    solver: SolverName = SolverName.FAST
    time_limit: Annotated[Real, Field(gt=0, le=10)] = 1.0

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if len(set(self.target_roles)) < len(self.target_roles):
            raise ValueError("expected different target_roles")
        return self


class ClosestRequest(Body):
    """Which roles are closest to what this learner holds?

    A role counts as reached when so much of it is covered as ``reach`` says.
    """

    learner: LearnerQuery = LearnerQuery()
    limit: Annotated[Whole, Field(ge=1, le=MOST_CLOSEST)] = 10
    constraints: PathConstraintsIn = PathConstraintsIn()
    reach: Annotated[Real, Field(ge=0, le=1)] = 0.8


class StepNameOut(BaseModel):
    """A credential on a path."""

    credential: str
    title: str


class GapRangeOut(BaseModel):
    """The uncovered share of a role, 0..1, before the path and after it."""

    before: float
    after: float


class ComparedRole(BaseModel):
    """One of the roles compared, with the path to it in short; ``role``, ``work`` and ``gap`` are
    null where it is unknown.
    """

    role: RoleOut | None
    work: WorkOut | None
    feasible: bool
    gap: GapRangeOut | None
    totals: TotalsOut
    steps: int
    first_steps: list[StepNameOut]
    infeasible: list[BindingOut]


class CompareResponse(BaseModel):
    """The roles in the order asked, and what is on the paths to all of them.

    ``shared_first_steps`` are, in order, those of the shared credentials that can be taken before
    anything that is not shared.
    """

    request_id: str
    bundle_version: str
    degraded: list[str]
    notes: list[str]
    roles: list[ComparedRole]
    shared_credentials: list[StepNameOut]
    shared_first_steps: list[StepNameOut]


class ClosestRole(BaseModel):
    """One role, with the path to it in short; ``reached`` is false where no path within the
    limits covers enough of it. ``requirements`` counts the skills it requires: where they are few,
    little may be known of it.
    """

    role: RoleOut
    work: WorkOut
    reached: bool
    requirements: int
    gap: GapRangeOut
    totals: TotalsOut
    steps: int
    first_steps: list[StepNameOut]


class ClosestResponse(BaseModel):
    """Roles by remaining effort. ``considered`` counts the roles with requirements, ``left_out``
    those without.
    """

    request_id: str
    bundle_version: str
    degraded: list[str]
    notes: list[str]
    reach: float
    considered: int
    left_out: int
    roles: list[ClosestRole]
