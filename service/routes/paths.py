"""``/v1/paths``."""

from __future__ import annotations

from fastapi import APIRouter

from service import answers
from service.problems import documented
from service.schemas.paths import PathRequest, PathResponse
from service.state import Recommending, RequestId, ServiceDep

router = APIRouter(tags=["paths"], responses=documented(400, 401, 403, 413, 422))


@router.post("/v1/paths")
async def plan(
    body: PathRequest, tenant: Recommending, service: ServiceDep, request_id: RequestId
) -> PathResponse:
    """What to take towards the role, in which order, within every limit, and why."""
    return await answers.plan(service, tenant, body, request_id)
