"""``/docs``: the API to browse and to try, from this host's own files alone.

Swagger UI itself comes with the package ``fastapi-offline``, of which nothing else is used: the
page that FastAPI would make has its script inside, which the policy of these pages forbids.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse

from service.routes.pages import HEADERS, STATIC

SWAGGER: Final = Path(str(files("fastapi_offline"))) / "static"

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs() -> FileResponse:
    """The page."""
    return FileResponse(STATIC / "docs.html", headers=HEADERS)


@router.get("/docs/docs.js")
async def start() -> FileResponse:
    """What starts it."""
    return FileResponse(STATIC / "docs.js", headers=HEADERS)


@router.get("/docs/swagger-ui.css")
async def style() -> FileResponse:
    """Its looks."""
    return FileResponse(SWAGGER / "swagger-ui.css", headers=HEADERS)


@router.get("/docs/swagger-ui-bundle.js")
async def script() -> FileResponse:
    """Its behaviour."""
    return FileResponse(SWAGGER / "swagger-ui-bundle.js", headers=HEADERS)
