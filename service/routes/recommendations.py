"""``/v1/recommendations``."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from service import answers
from service.access import Answering, answering
from service.problems import documented
from service.schemas.recommendations import RecommendationRequest, RecommendationResponse
from service.state import request_id_of, service_of

JSON = "application/json"


class Direct(APIRoute):
    """Reads a well-formed question itself: the framework's way to a route and its search for what
    that needs take longer than an answer that is given again. All else goes the framework's way,
    and so is refused as everywhere.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request, rest = Request(scope, receive), receive
        if scope["method"] == "POST" and request.headers.get("content-type") == JSON:
            try:
                content = await request.body()
                body = RecommendationRequest.model_validate_json(content)
            except ClientDisconnect:
                pass
            except ValidationError:
                rest = _again(content, receive)
            else:
                response = await recommend(body, await answering(request), request)
                await response(scope, receive, send)
                return
        await super().handle(scope, rest, send)


def _again(content: bytes, receive: Receive) -> Receive:
    """What a body that was read comes from once more, and then what comes after it."""
    read: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def received() -> Message:
        return read.pop() if read else await receive()

    return received


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
