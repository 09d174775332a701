"""The words of path planning: what is asked and what is answered, in external terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from models.domain import Closing, Constraints, Gap, Learner, Reason, ResolvedRole, Target

MOST_PARALLEL: Final = 5

LEAST_PACE: Final = 0.1
"""Hours a week. So slow that nobody goes slower; far below it, time runs out of numbers."""


class Then(StrEnum):
    """What is kept low once the gap is dealt with."""

    CHEAPEST = "cheapest"
    FASTEST = "fastest"
    FEWEST = "fewest"


class SolverName(StrEnum):
    """``exact`` proves how good its answer is; ``fast`` answers within milliseconds."""

    FAST = "fast"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class PathAsk:
    """One question to the planner, in external ids.

    ``target`` is ``None`` where the question is which role to aim at. ``start`` and ``deadline``
    are seconds since the epoch, UTC. In ``constraints``,
    ``max_hours`` and ``max_cost`` bound the *whole path*. ``hours_per_week`` is the
    learner's pace, needed for dates and for a ``deadline``; up to ``parallel`` steps may be
    under way at once and share it. ``reach`` 0..1 asks for so much of the role and no more;
    without it as much of the gap is closed as the limits allow. ``then`` is what comes
    second; personal fit breaks ties. ``time_limit`` in seconds bounds the exact solver.
    """

    learner: Learner
    target: Target | None
    start: float
    constraints: Constraints = field(default_factory=Constraints)
    hours_per_week: float | None = None
    deadline: float | None = None
    max_credentials: int | None = None
    parallel: int = 1
    reach: float | None = None
    then: Then = Then.CHEAPEST
    solver: SolverName = SolverName.FAST
    time_limit: float = 1.0


@dataclass(frozen=True, slots=True)
class StackProgress:
    """After a step, ``done`` of the ``size`` parts of a stack (a row) are held."""

    stack: int
    done: int
    size: int


@dataclass(frozen=True, slots=True)
class Earned:
    """What there is if one stops after a step: ``credentials`` (rows) completed on this path,
    ``stacks`` (rows) of which every part is held, ``closed`` 0..1 of the gap's start, and
    the hours and cost spent, lower bounds where something is unknown.
    """

    credentials: tuple[int, ...]
    stacks: tuple[int, ...]
    gap_after: float
    hours: float
    cost: float


@dataclass(frozen=True, slots=True)
class Step:
    """One credential (a row) of the path, in its place.

    ``starts`` and ``ends`` are seconds since the epoch, ``None`` without a pace; ``ends`` is
    the earliest where hours are unknown. ``closes`` is what this step adds to the steps
    before it. ``renewal`` marks one taken again because it lapses.
    """

    credential: int
    starts: float | None
    ends: float | None
    closes: tuple[Closing, ...]
    why: tuple[Reason, ...]
    stack_progress: tuple[StackProgress, ...]
    earned: Earned
    renewal: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """A total: at least ``low``; ``high`` is ``None`` where a part of it is unknown."""

    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """``unknown`` counts steps without known hours and without known cost."""

    hours: Range
    cost: Range
    currency: str | None
    unknown_hours: int
    unknown_cost: int


@dataclass(frozen=True, slots=True)
class Optimality:
    """How good the path is. ``bound`` is the proven limit of what is optimised first (the
    closed share of the role, or the price where a share was asked for), ``gap`` the relative
    distance to it; both ``None`` where nothing is proven.
    """

    solver: SolverName
    bound: float | None
    gap: float | None


@dataclass(frozen=True, slots=True)
class Binding:
    """A limit that stands in the way. ``shortfall`` says by how much in the limit's own unit
    (hours, currency, seconds, credentials; ``None`` for a choice); ``smallest_change`` puts the
    smallest single change that suffices into words, ``value`` is the limit after it. Both are
    ``None`` where no change of this limit alone suffices.
    """

    constraint: str
    shortfall: float | None
    smallest_change: str | None
    value: object = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """What lost: ``credential`` in place of the step ``instead_of`` (rows) would close
    ``closes_less`` (0..1) less, cost ``costs_more`` and take ``hours_more``; negative is better,
    ``None`` unknown.
    """

    instead_of: int
    credential: int
    closes_less: float
    costs_more: float | None
    hours_more: float | None


@dataclass(frozen=True, slots=True)
class Path:
    """The whole answer. ``feasible`` is False when what was asked for cannot be had within the
    limits; ``steps`` then hold the best that can. ``gap`` and ``role`` are ``None`` without a
    usable target.
    """

    feasible: bool
    steps: tuple[Step, ...]
    totals: Totals
    role: ResolvedRole | None
    gap: Gap | None
    gap_after: float | None
    optimality: Optimality
    infeasible: tuple[Binding, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    notes: tuple[str, ...] = ()
