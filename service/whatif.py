"""From a request to roles compared or ranked: speaks both the schemas and the domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.bundle import Bundle
from models.domain import ResolvedRole
from models.observer import NOBODY, Observer
from models.plan import Nearby, Path, closest, compare
from service import wire
from service.held import LearnerState
from service.planner import binding_out, path_ask, totals_out
from service.recommender import UNKNOWN, target_of
from service.schemas.catalogue import WorkOut
from service.schemas.paths import ObjectiveIn
from service.schemas.recommendations import RoleOut, RoleText
from service.schemas.whatif import (
    ClosestRequest,
    ClosestResponse,
    ClosestRole,
    ComparedRole,
    CompareRequest,
    CompareResponse,
    GapRangeOut,
    StepNameOut,
)

FIRST: Final = 3
"""So many of the first steps of a path are named."""


def compared(
    bundle: Bundle,
    request: CompareRequest,
    *,
    at: float,
    request_id: str,
    held: LearnerState = UNKNOWN,
    degraded: Sequence[str] = (),
    observer: Observer = NOBODY,
) -> CompareResponse:
    """Paths to each of the roles in short; as ``planner.answer`` otherwise."""
    asks = [
        path_ask(
            bundle,
            request.learner,
            request.constraints,
            request.objective,
            target=target_of(role, held),
            at=at,
            held=held,
            solver=request.solver,
            time_limit=request.time_limit,
        )
        for role in request.target_roles
    ]
    found = compare(bundle, asks)
    observer.done("compare")
    unavailable = list(degraded)
    if bundle.encoder is None and any(isinstance(role, RoleText) for role in request.target_roles):
        unavailable.append("encoder")
    return CompareResponse(
        request_id=request_id,
        bundle_version=bundle.version,
        degraded=unavailable,
        notes=list(dict.fromkeys(note for path in found.paths for note in path.notes)),
        roles=[_compared(bundle, path) for path in found.paths],
        shared_credentials=_names(bundle, found.shared),
        shared_first_steps=_names(bundle, found.first),
    )


def nearest(
    bundle: Bundle,
    request: ClosestRequest,
    *,
    at: float,
    request_id: str,
    held: LearnerState = UNKNOWN,
    degraded: Sequence[str] = (),
    observer: Observer = NOBODY,
) -> ClosestResponse:
    """The roles closest to what the learner holds; as ``planner.answer`` otherwise."""
    ask = path_ask(
        bundle,
        request.learner,
        request.constraints,
        ObjectiveIn(reach=request.reach),
        target=None,
        at=at,
        held=held,
    )
    found = closest(bundle, ask, request.limit)
    observer.done("closest")
    return ClosestResponse(
        request_id=request_id,
        bundle_version=bundle.version,
        degraded=list(degraded),
        notes=list(found.notes),
        reach=request.reach,
        considered=found.considered,
        left_out=found.left_out,
        roles=[_near(bundle, each) for each in found.roles],
    )


def _compared(bundle: Bundle, path: Path) -> ComparedRole:
    row = None if path.role is None else path.role.row
    return ComparedRole(
        role=None if path.role is None else RoleOut(**wire.role(bundle, path.role)),
        work=None if row is None else _work(bundle, row),
        feasible=path.feasible,
        gap=None
        if path.gap is None or path.gap_after is None
        else GapRangeOut(before=path.gap.before, after=path.gap_after),
        totals=totals_out(path.totals),
        steps=len(path.steps),
        first_steps=_names(bundle, [step.credential for step in path.steps[:FIRST]]),
        infeasible=[binding_out(each) for each in path.infeasible],
    )


def _near(bundle: Bundle, found: Nearby) -> ClosestRole:
    role = ResolvedRole(found.role, bundle.roles.titles[found.role])
    return ClosestRole(
        role=RoleOut(**wire.role(bundle, role)),
        work=_work(bundle, found.role),
        reached=found.reached,
        requirements=found.requirements,
        gap=GapRangeOut(before=found.before, after=found.after),
        totals=totals_out(found.totals),
        steps=len(found.steps),
        first_steps=_names(bundle, found.steps[:FIRST]),
    )


def _work(bundle: Bundle, role: int) -> WorkOut:
    return WorkOut.model_validate(bundle.roles.work(role))


def _names(bundle: Bundle, rows: Sequence[int]) -> list[StepNameOut]:
    ids, titles = bundle.credentials.ids, bundle.credentials.titles
    return [StepNameOut(credential=ids[row], title=titles[row]) for row in rows]
