"""``/v1/recommendations``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import ValidationError

from service import answers
from service.access import Answering, answering
from service.problems import documented
from service.schemas.recommendations import RecommendationRequest, RecommendationResponse
from service.state import request_id_of, service_of

JSON = "application/json"


class Direct(APIRoute):
    """Reads a well-formed question itself: the framework's search for what the route needs takes
    longer than an answer that is given again. All else goes the framework's way, and so is refused
    as everywhere.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        general = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.headers.get("content-type") != JSON:
                return await general(request)
            try:
                body = RecommendationRequest.model_validate_json(await request.body())
            except ValidationError:
                return await general(request)
            return await recommend(body, await answering(request), request)

        return handle


router = APIRouter(
    tags=["recommendations"],
    responses=documented(400, 401, 403, 413, 422, 429),
    route_class=Direct,
)


@router.post("/v1/recommendations", response_model=RecommendationResponse)
async def recommend(body: RecommendationRequest, caller: Answering, request: Request) -> Response:
    """What this learner should earn next towards the role, and why."""
    service, tenant = service_of(request), caller.asking(body.learner)
    answer = await answers.recommend(
        service, tenant, body, await request.body(), request_id_of(request)
    )
    return Response(answer, media_type=JSON)
