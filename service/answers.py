"""Recommendations from live state."""

from __future__ import annotations

from models.errors import StoreUnavailable
from service.recommender import UNKNOWN, answer
from service.schemas.recommendations import RecommendationRequest, RecommendationResponse
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
    # On the event loop on purpose: a few milliseconds of numpy, for which a thread would
    # add its hand-over and still wait for the interpreter. More workers give more cores.
    response = answer(
        service.bundle,
        request,
        at=service.now(),
        request_id=request_id,
        held=held,
        degraded=degraded,
    )
    service.metrics.answers.labels(response.mode).inc()
    for part in response.degraded:
        service.metrics.degraded.labels(part).inc()
    return response
