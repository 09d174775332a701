"""``/v1/shared-paths``, and the pages they are shown on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import FileResponse, HTMLResponse

from models.errors import StoreUnavailable
from service import rendering, shares
from service.access import Answering
from service.address import address
from service.language import chosen
from service.problems import documented
from service.schemas.shared import ShareOut, ShareRequest
from service.state import RequestId, ServiceDep

STYLE: Final = Path(__file__).parent.parent / "static" / "page.css"

router = APIRouter(tags=["widget"], responses=documented(400, 401, 403, 409, 413, 422, 429, 503))
pages = APIRouter(include_in_schema=False)


@router.post("/v1/shared-paths")
async def share(
    body: ShareRequest,
    caller: Answering,
    service: ServiceDep,
    request_id: RequestId,
    request: Request,
) -> ShareOut:
    """A path as ``/v1/paths`` makes it, on a page for whoever has the link: without the learner,
    and without what they hold and did.
    """
    tenant = caller.asking(body.learner)
    return await shares.share(service, tenant, body, request_id, address(service, request))


@pages.get("/shared/{name}")
async def shared(
    name: str,
    service: ServiceDep,
    lang: Annotated[str | None, Query()] = None,
    accept_language: Annotated[str, Header()] = "",
) -> HTMLResponse:
    """The page of a shared path, in the reader's language."""
    language = chosen(lang, accept_language)
    try:
        path = await shares.find(service, name)
    except StoreUnavailable:
        return rendering.page("message", language, 503, title="away", text="away_text")
    if path is None:
        return rendering.page("message", language, 404, title="gone", text="gone_text")
    return rendering.page("shared", language, path=path)


@pages.get("/page.css")
async def style() -> FileResponse:
    """How these pages look."""
    return FileResponse(STYLE, headers={"Cache-Control": "public, max-age=3600"})
