"""``/v1/widget-tokens``."""

from __future__ import annotations

from fastapi import APIRouter, Response

from service import tokens
from service.access import Issuing
from service.problems import documented
from service.schemas.tokens import TokenIn, TokenOut
from service.state import ServiceDep

router = APIRouter(tags=["widget"], responses=documented(400, 401, 403, 413, 422, 429, 503))


@router.post("/v1/widget-tokens")
async def issue(
    body: TokenIn, caller: Issuing, service: ServiceDep, response: Response
) -> TokenOut:
    """A short-lived token for a learner's browser, asked for by the platform's server."""
    response.headers["Cache-Control"] = "no-store"
    return await tokens.issue(service, caller, body)
