"""``/v1/skills/match``."""

from __future__ import annotations

from fastapi import APIRouter

from service import matching
from service.access import Browsing
from service.problems import documented
from service.schemas.matching import MatchRequest, MatchResponse
from service.state import RequestId, ServiceDep

router = APIRouter(tags=["catalogue"], responses=documented(400, 401, 403, 413, 422, 429))


@router.post("/v1/skills/match")
async def match(
    body: MatchRequest, tenant: Browsing, service: ServiceDep, request_id: RequestId
) -> MatchResponse:
    """The skills that a text speaks of, each with its place there."""
    return await matching.answer(service, tenant, body, request_id)
