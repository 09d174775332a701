"""``/v1/skills/match``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Response

from service import matching
from service.access import Browsing
from service.problems import documented
from service.schemas.matching import MatchRequest, MatchResponse
from service.state import ServiceDep

HOW: Final = "Cairn-Match"
NOTES: Final = "Cairn-Notes"

router = APIRouter(tags=["catalogue"], responses=documented(400, 401, 403, 413, 422, 429))


@router.post("/v1/skills/match")
async def match(
    body: MatchRequest, tenant: Browsing, service: ServiceDep, response: Response
) -> MatchResponse:
    """The skills that a text speaks of, each with its place there. ``Cairn-Match`` tells how they
    were found and by which bundle, ``Cairn-Notes`` what lessens the answer, if anything does.
    """
    found = await matching.answer(service, tenant, body)
    response.headers[HOW] = f"mode={found.mode}, bundle={found.bundle_version}"
    if found.notes:
        response.headers[NOTES] = "; ".join(found.notes)
    return MatchResponse(found.skills)
