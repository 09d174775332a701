"""Recommendations, paths and comparisons from live state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias, TypeVar

from models.errors import StoreUnavailable, UsageError
from service import planner, whatif
from service.held import LearnerState
from service.problems import ProblemError
from service.recommender import UNKNOWN, answer
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

Request: TypeAlias = RecommendationRequest | PathRequest | CompareRequest | ClosestRequest
Response = TypeVar(
    "Response", RecommendationResponse, PathResponse, CompareResponse, ClosestResponse
)


async def recommend(
    service: Service, tenant: str, request: RecommendationRequest, request_id: str
) -> RecommendationResponse:
    """Answer from all that is known; without the store, from the bundle and the request."""
    held, compute = await _asked(service, tenant, request, request_id, answer)
    # Otherwise on the event loop, on purpose: a few milliseconds of numpy, for which a thread
    # would add its hand-over and still wait for the interpreter. More workers give more cores.
    response = await service.aside(compute) if _speaks(request, held) else compute()
    service.metrics.answers.labels(response.mode).inc()
    _count(service, response.degraded)
    return response


async def plan(
    service: Service, tenant: str, request: PathRequest, request_id: str
) -> PathResponse:
    """Plan from all that is known; without the store, from the bundle and the request."""
    return await _planned(service, tenant, request, request_id, planner.answer)


async def compare(
    service: Service, tenant: str, request: CompareRequest, request_id: str
) -> CompareResponse:
    """Compare roles, likewise."""
    return await _planned(service, tenant, request, request_id, whatif.compared)


async def closest(
    service: Service, tenant: str, request: ClosestRequest, request_id: str
) -> ClosestResponse:
    """Rank roles by remaining effort, likewise."""
    return await _planned(service, tenant, request, request_id, whatif.nearest)


async def _planned(
    service: Service,
    tenant: str,
    request: Request,
    request_id: str,
    answer: Callable[..., Response],
) -> Response:
    _, compute = await _asked(service, tenant, request, request_id, answer)
    try:
        # A solver may take a second, most of it without the interpreter.
        response = await service.aside(compute)
    except UsageError as error:
        raise ProblemError(422, str(error)) from error
    _count(service, response.degraded)
    return response


async def _asked(
    service: Service,
    tenant: str,
    request: Request,
    request_id: str,
    answer: Callable[..., Response],
) -> tuple[LearnerState, Callable[[], Response]]:
    """What is held of the learner, and the answer as it is then to be computed."""
    held, degraded = await _held(service, tenant, request.learner.id)
    at = service.now()
    return held, partial(
        answer, service.bundle, request, at=at, request_id=request_id, held=held, degraded=degraded
    )


async def _held(
    service: Service, tenant: str, learner: str | None
) -> tuple[LearnerState, list[str]]:
    """What is held of a learner, and what was unavailable."""
    if learner is None:
        return UNKNOWN, []
    try:
        return await service.ledger.learner(tenant, learner), []
    except StoreUnavailable:
        return service.ledger.local(tenant, learner), ["store"]


def _count(service: Service, degraded: list[str]) -> None:
    for part in degraded:
        service.metrics.degraded.labels(part).inc()


def _speaks(request: RecommendationRequest, held: LearnerState) -> bool:
    """Whether there may be words to encode: a role or skills in free text."""
    skills = request.learner.skills or (held.profile or {}).get("skills")
    return isinstance(request.target_role, RoleText) or bool(skills)
