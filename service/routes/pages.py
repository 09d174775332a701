"""The demo page at ``/``, from this package's own files alone."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import FileResponse

STATIC: Final = Path(__file__).parent.parent / "static"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
async def demo() -> FileResponse:
    """The page."""
    return FileResponse(STATIC / "demo.html", headers=HEADERS)


@router.get("/demo.css")
async def style() -> FileResponse:
    """Its looks."""
    return FileResponse(STATIC / "demo.css", headers=HEADERS)


@router.get("/demo.js")
async def script() -> FileResponse:
    """Its behaviour."""
    return FileResponse(STATIC / "demo.js", headers=HEADERS)
