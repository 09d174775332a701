"""From a request to a path: speaks both the schemas and the domain, needs no server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, cast

from pydantic import JsonValue

from models.bundle import Bundle
from models.domain import Target
from models.errors import UsageError
from models.observer import NOBODY, Observer
from models.plan import Binding, Path, PathAsk, SolverName, Step, Totals, plan
from service import wire
from service.held import LearnerState
from service.recommender import UNKNOWN, constraints_of, learner_of, target_of
from service.schemas.learners import LearnerQuery
from service.schemas.paths import (
    AlternativeOut,
    BindingOut,
    EarnedOut,
    ObjectiveIn,
    OptimalityOut,
    PathConstraintsIn,
    PathGapOut,
    PathRequest,
    PathResponse,
    RangeOut,
    StackProgressOut,
    StepOut,
    TotalsOut,
    UnknownOut,
)
from service.schemas.recommendations import ClosingOut, ReasonOut, RoleOut, RoleText

NO_DATE: Final = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


def answer(
    bundle: Bundle,
    request: PathRequest,
    *,
    at: float,
    request_id: str,
    held: LearnerState = UNKNOWN,
    degraded: Sequence[str] = (),
    observer: Observer = NOBODY,
) -> PathResponse:
    """Plan for ``request``, starting ``at`` (seconds since the epoch, UTC) unless it says when.

    ``held`` is what the store holds of the learner. Raises ``UsageError`` for a question that
    contradicts itself, or that names no role where none is on the learner's profile.
    """
    target = target_of(request.target_role, held)
    if target is None:
        raise UsageError("target_role: expected a role, and the learner's profile names none")
    ask = path_ask(
        bundle,
        request.learner,
        request.constraints,
        request.objective,
        target=target,
        at=at,
        held=held,
        solver=request.solver,
        time_limit=request.time_limit,
    )
    unavailable = list(degraded)
    if bundle.encoder is None and isinstance(request.target_role, RoleText):
        unavailable.append("encoder")
    response = _response(bundle, plan(bundle, ask, observer), request_id, unavailable)
    observer.done("wire")
    return response


def path_ask(
    bundle: Bundle,
    learner: LearnerQuery,
    limits: PathConstraintsIn,
    objective: ObjectiveIn,
    *,
    target: Target | None,
    at: float,
    held: LearnerState,
    solver: SolverName = SolverName.FAST,
    time_limit: float = 1.0,
) -> PathAsk:
    """The question in the domain's words."""
    return PathAsk(
        learner=learner_of(bundle, learner, held, at),
        target=target,
        start=at if limits.start is None else limits.start.timestamp(),
        constraints=constraints_of(limits),
        hours_per_week=limits.hours_per_week,
        deadline=None if limits.deadline is None else limits.deadline.timestamp(),
        max_credentials=limits.max_credentials,
        parallel=limits.parallel,
        reach=objective.reach,
        then=objective.then,
        solver=solver,
        time_limit=time_limit,
    )


def _response(bundle: Bundle, found: Path, request_id: str, degraded: list[str]) -> PathResponse:
    ids, titles, totals = bundle.credentials.ids, bundle.credentials.titles, found.totals
    gap = None
    if found.gap is not None and found.gap_after is not None:
        gap = PathGapOut(**wire.gap(bundle, found.gap), after=found.gap_after)
    return PathResponse(
        request_id=request_id,
        bundle_version=bundle.version,
        degraded=degraded,
        notes=list(found.notes),
        feasible=found.feasible,
        role=None if found.role is None else RoleOut(**wire.role(bundle, found.role)),
        steps=[_step(bundle, step, totals.currency) for step in found.steps],
        totals=totals_out(totals),
        gap=gap,
        optimality=OptimalityOut(
            solver=found.optimality.solver,
            bound=found.optimality.bound,
            gap=found.optimality.gap,
        ),
        infeasible=[binding_out(each) for each in found.infeasible],
        alternatives=[
            AlternativeOut(
                instead_of=ids[each.instead_of],
                credential=ids[each.credential],
                title=titles[each.credential],
                closes_less=each.closes_less,
                costs_more=each.costs_more,
                hours_more=each.hours_more,
            )
            for each in found.alternatives
        ],
    )


def totals_out(totals: Totals) -> TotalsOut:
    """What a path takes, on the wire."""
    return TotalsOut(
        hours=RangeOut(low=totals.hours.low, high=totals.hours.high),
        cost=RangeOut(low=totals.cost.low, high=totals.cost.high),
        currency=totals.currency,
        unknown=UnknownOut(hours=totals.unknown_hours, cost=totals.unknown_cost),
    )


def binding_out(binding: Binding) -> BindingOut:
    """A limit in the way, on the wire."""
    return BindingOut(
        constraint=binding.constraint,
        shortfall=binding.shortfall,
        smallest_change=binding.smallest_change,
        value=_shown(binding.constraint, binding.value),
    )


def _step(bundle: Bundle, step: Step, currency: str | None) -> StepOut:
    card = bundle.credentials.card(step.credential)
    ids, titles = bundle.credentials.ids, bundle.credentials.titles
    cost = card["cost"]
    comparable = cost is not None and (cost["currency"] == currency or cost["amount"] == 0)
    return StepOut(
        credential=card["id"],
        title=card["title"],
        issuer=card["issuer"],
        level=card["level"],
        url=card["url"],
        starts=_moment(step.starts),
        ends=_moment(step.ends),
        hours=card["hours"],
        cost=cost["amount"] if comparable else None,
        renewal=step.renewal,
        why=[ReasonOut.model_validate(reason, from_attributes=True) for reason in step.why],
        closes=[ClosingOut(**wire.closing(bundle, closing)) for closing in step.closes],
        stack_progress=[
            StackProgressOut(
                stack=ids[each.stack], title=titles[each.stack], done=each.done, size=each.size
            )
            for each in step.stack_progress
        ],
        earned_if_stopped_here=EarnedOut(
            credentials=[ids[row] for row in step.earned.credentials],
            stacks=[ids[row] for row in step.earned.stacks],
            gap_after=step.earned.gap_after,
            hours=step.earned.hours,
            cost=step.earned.cost,
        ),
    )


def _moment(at: float | None) -> datetime | None:
    """``None`` also after the year 9999, for which there is no date."""
    return None if at is None or at >= NO_DATE else datetime.fromtimestamp(at, UTC)


def _shown(constraint: str, value: object) -> JsonValue:
    """A limit's new value as a request would give it."""
    if constraint == "deadline" and isinstance(value, float):
        moment = _moment(value)
        return None if moment is None else moment.isoformat()
    return cast(JsonValue, list(value) if isinstance(value, tuple) else value)
