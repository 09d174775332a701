"""The ceiling: parse and check the request, then send bytes that were there before."""

from __future__ import annotations

from pathlib import Path

from fastapi import Depends, FastAPI, Response

from load.bench.peers.base import ROUTE, bare_app
from service.schemas.recommendations import RecommendationRequest


def ceiling_app(answer: Path, key: str) -> FastAPI:
    """Always ``answer``, a file that holds an answer of the service."""
    content = answer.read_bytes()
    app, check = bare_app(key)

    @app.post(ROUTE, dependencies=[Depends(check)])
    async def recommend(body: RecommendationRequest) -> Response:
        return Response(content, media_type="application/json")

    return app
