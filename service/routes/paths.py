"""``/v1/paths``, and what if it were another role."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from service import answers
from service.access import Answering
from service.ctdl.graph import MEDIA_TYPE
from service.problems import documented
from service.schemas.paths import PathRequest, PathResponse
from service.schemas.whatif import (
    ClosestRequest,
    ClosestResponse,
    CompareRequest,
    CompareResponse,
)
from service.state import RequestId, ServiceDep

router = APIRouter(tags=["paths"], responses=documented(400, 401, 403, 413, 422, 429))


@router.post(
    "/v1/paths",
    response_model=PathResponse,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}},
)
async def plan(
    request: Request,
    body: PathRequest,
    caller: Answering,
    service: ServiceDep,
    request_id: RequestId,
) -> PathResponse | Response:
    """What to take towards the role, in which order, within every limit, and why; as pathways of
    CTDL in JSON-LD where that is what is accepted.
    """
    if MEDIA_TYPE in request.headers.get("accept", ""):
        asked = caller.asking(body.learner)
        graph = await answers.pathways(service, asked, body, request_id)
        return Response(graph, media_type=MEDIA_TYPE)
    return await answers.plan(service, caller.asking(body.learner), body, request_id)


@router.post("/v1/paths/compare")
async def compare(
    body: CompareRequest, caller: Answering, service: ServiceDep, request_id: RequestId
) -> CompareResponse:
    """What it would take to get to each of two or three roles, and what the paths share."""
    return await answers.compare(service, caller.asking(body.learner), body, request_id)


@router.post("/v1/roles/closest")
async def closest(
    body: ClosestRequest, caller: Answering, service: ServiceDep, request_id: RequestId
) -> ClosestResponse:
    """The roles closest from here, by what it still takes to reach each."""
    return await answers.closest(service, caller.asking(body.learner), body, request_id)
