"""Recommendations from live state."""

from __future__ import annotations

from functools import partial

from models.errors import StoreUnavailable
from service.held import LearnerState
from service.recommender import UNKNOWN, answer
from service.schemas.recommendations import (
    RecommendationRequest,
    RecommendationResponse,
    RoleText,
)
from service.state import Service


async def recommend(
    service: Service, tenant: str, request: RecommendationRequest, request_id: str
) -> RecommendationResponse:
    """Answer from all that is known; without the store, from the bundle and the request."""
    held, degraded = UNKNOWN, []
    if request.learner.id is not None:
        try:
            held = await service.store.learner(tenant, request.learner.id)
        except StoreUnavailable:
            degraded = ["store"]
    compute = partial(
        answer,
        service.bundle,
        request,
        at=service.now(),
        request_id=request_id,
        held=held,
        degraded=degraded,
    )
    # Otherwise on the event loop, on purpose: a few milliseconds of numpy, for which a thread
    # would add its hand-over and still wait for the interpreter. More workers give more cores.
    response = await service.aside(compute) if _speaks(request, held) else compute()
    service.metrics.answers.labels(response.mode).inc()
    for part in response.degraded:
        service.metrics.degraded.labels(part).inc()
    return response


def _speaks(request: RecommendationRequest, held: LearnerState) -> bool:
    """Whether there may be words to encode: a role or skills in free text."""
    skills = request.learner.skills or (held.profile or {}).get("skills")
    return isinstance(request.target_role, RoleText) or bool(skills)
