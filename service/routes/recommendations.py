"""``/v1/recommendations``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service import answers
from service.access import Answering
from service.problems import documented
from service.schemas.recommendations import RecommendationRequest, RecommendationResponse
from service.state import RequestId, ServiceDep

router = APIRouter(tags=["recommendations"], responses=documented(400, 401, 403, 413, 422, 429))


@router.post("/v1/recommendations", response_model=RecommendationResponse)
async def recommend(
    body: RecommendationRequest,
    caller: Answering,
    service: ServiceDep,
    request_id: RequestId,
    request: Request,
) -> Response:
    """What this learner should earn next towards the role, and why."""
    tenant = caller.asking(body.learner)
    answer = await answers.recommend(service, tenant, body, await request.body(), request_id)
    return Response(answer, media_type="application/json")
