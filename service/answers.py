"""Recommendations, paths and comparisons from live state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias, TypeVar

from models.errors import StoreUnavailable, UsageError
from service import planner, whatif
from service.decisions import records
from service.decisions.store import Kept
from service.held import LearnerState
from service.problems import ProblemError
from service.recommender import UNKNOWN, considered
from service.schemas.paths import PathRequest, PathResponse
from service.schemas.recommendations import (
    RecommendationRequest,
    RecommendationResponse,
    RoleText,
)
from service.schemas.whatif import (
    ClosestRequest,
    ClosestResponse,
    CompareRequest,
    CompareResponse,
)
from service.state import Service
from service.telemetry.seen import Seen, seen
from service.tenants.limits import Costly

Request: TypeAlias = PathRequest | CompareRequest | ClosestRequest
Response = TypeVar("Response", PathResponse, CompareResponse, ClosestResponse)


async def recommend(
    service: Service, tenant: str, request: RecommendationRequest, request_id: str
) -> RecommendationResponse:
    """Answer from all that is known; without the store, from the bundle and the request."""
    observer, held, degraded = await _asked(service, tenant, request.learner.id)
    at = service.now()
    trial = service.experiments.trial(tenant, request, at, request_id)
    compute = partial(
        considered,
        service.tenants.bundle(tenant, trial.bundle),
        trial.of(request),
        at=at,
        request_id=request_id,
        held=held,
        degraded=degraded,
        exploration=trial.exploration,
        observer=observer,
    )
    # Otherwise on the event loop, on purpose: a few milliseconds of numpy, for which a thread
    # would add its hand-over and still wait for the interpreter. More workers give more cores.
    response, found = await service.aside(compute) if _speaks(request, held) else compute()
    service.decisions.record(
        lambda: records.recommended(tenant, at, request, response, found, trial)
    )
    service.metrics.answers.labels(response.mode).inc()
    sources = frozenset(name for item in response.items for name in item.sources)
    _note(service, tenant, response, sources)
    return response


async def plan(
    service: Service, tenant: str, request: PathRequest, request_id: str
) -> PathResponse:
    """Plan from all that is known; without the store, from the bundle and the request."""
    return await _planned(service, tenant, request, request_id, planner.answer, records.planned)


async def compare(
    service: Service, tenant: str, request: CompareRequest, request_id: str
) -> CompareResponse:
    """Compare roles, likewise."""
    return await _planned(service, tenant, request, request_id, whatif.compared, records.compared)


async def closest(
    service: Service, tenant: str, request: ClosestRequest, request_id: str
) -> ClosestResponse:
    """Rank roles by remaining effort, likewise."""
    return await _planned(service, tenant, request, request_id, whatif.nearest, records.closest)


async def _planned(
    service: Service,
    tenant: str,
    request: Request,
    request_id: str,
    answer: Callable[..., Response],
    recorded: Callable[..., Kept],
) -> Response:
    observer, held, degraded = await _asked(service, tenant, request.learner.id)
    at, bundle = service.now(), service.tenants.bundle(tenant)
    compute = partial(
        answer, bundle, request, at=at, request_id=request_id, held=held, degraded=degraded,
        observer=observer,
    )  # fmt: skip
    try:
        # A solver may take a second, most of it without the interpreter.
        response = await service.aside(compute)
    except UsageError as error:
        raise ProblemError(422, str(error)) from error
    service.decisions.record(lambda: recorded(tenant, at, request, response))
    _note(service, tenant, response)
    return response


async def _asked(
    service: Service, tenant: str, learner: str | None
) -> tuple[Seen, LearnerState, list[str]]:
    """Who looks on, what is held of a learner, and what was unavailable."""
    observer = seen()
    observer.done("parse")
    held, degraded = await _held(service, tenant, learner)
    observer.done("state")
    return observer, held, degraded


async def _held(
    service: Service, tenant: str, learner: str | None
) -> tuple[LearnerState, list[str]]:
    """What is held of a learner, and what was unavailable."""
    toll = service.tenants.toll(tenant, Costly.ANSWERS)
    if learner is None:
        await service.ledger.take(toll)
        return UNKNOWN, []
    try:
        return await service.ledger.learner(tenant, learner, toll=toll), []
    except StoreUnavailable:
        return service.ledger.local(tenant, learner, toll), ["store"]


def _note(
    service: Service,
    tenant: str,
    response: RecommendationResponse | Response,
    sources: frozenset[str] = frozenset(),
) -> None:
    seen().answered(response.bundle_version, response.degraded, sources)
    service.metrics.tenant_answers.labels(tenant).inc()
    for part in response.degraded:
        service.metrics.degraded.labels(part).inc()


def _speaks(request: RecommendationRequest, held: LearnerState) -> bool:
    """Whether there may be words to encode: a role or skills in free text."""
    skills = request.learner.skills or (held.profile or {}).get("skills")
    return isinstance(request.target_role, RoleText) or bool(skills)
