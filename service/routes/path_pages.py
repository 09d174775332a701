"""``/v1/path-pages``."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from service import path_pages, rendering
from service.access import Answering
from service.problems import documented
from service.schemas.path_pages import PathPageRequest
from service.state import RequestId, ServiceDep

HEADERS: Final = {
    **rendering.HEADERS,
    # A mail takes its looks along.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}

router = APIRouter(tags=["widget"], responses=documented(400, 401, 403, 413, 422, 429))


@router.post("/v1/path-pages", response_class=HTMLResponse)
async def page(
    body: PathPageRequest, caller: Answering, service: ServiceDep, request_id: RequestId
) -> HTMLResponse:
    """The learner's gap, next credentials and path as HTML without scripts, for mail and for pages
    whose reader runs none.
    """
    html = await path_pages.made(service, caller.asking(body.learner), body, request_id)
    return HTMLResponse(html, headers=HEADERS)
