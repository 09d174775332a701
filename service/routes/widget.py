"""``/widget/cairn-path.js``: the learner's path as a web component, for any page to load."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.problems import ProblemError
from service.routes.pages import STATIC

SCRIPT: Final = STATIC / "widget" / "cairn-path.js"
HEADERS: Final = {
    # A page of another origin may load it as a module; there is nothing secret in it.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=600, stale-while-revalidate=86400",
    "Vary": "Accept-Encoding",
}

router = APIRouter(include_in_schema=False)


@router.get("/widget/cairn-path.js")
def script(request: Request) -> Response:
    """The script, compressed for who takes that; 304 for who has it."""
    try:
        body, packed, digest = _read(SCRIPT.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise ProblemError(404, "The widget is not built here: make widget.") from error
    headers, tag = dict(HEADERS), digest
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body, tag = packed, f"{digest}-gzip"
    headers["ETag"] = f'"{tag}"'
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="text/javascript")


@lru_cache(maxsize=1)
def _read(_changed: int) -> tuple[bytes, bytes, str]:
    """The script as it is, compressed, and its digest; read anew once it has changed."""
    body = SCRIPT.read_bytes()
    return body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:32]
