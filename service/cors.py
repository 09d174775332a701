"""What pages of other sites may do with the API (the Fetch standard's CORS protocol).

Any page may ask whether it may ask. What is answered can be read only by pages of the origin that
a widget token is bound to; never are cookies or other credentials of the browser involved.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFLIGHT: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Request-ID",
    "Access-Control-Max-Age": "7200",
}
"""Whatever a widget token opens is reached by these methods, with these headers."""

READABLE: Final = "Retry-After, X-Request-ID"
"""Headers of an answer that a page may read beyond those it always may."""

ALLOWED: Final = "allowed_origin"


def allow(scope: Scope, origin: str) -> None:
    """Let pages of ``origin`` read the answer to a request."""
    scope[ALLOWED] = origin


class Cors:
    """Answers the browser's questions, and tells it who may read an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it is such a question."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if _asks_whether(scope):
            return await Response(status_code=204, headers=PREFLIGHT)(scope, receive, send)

        async def send_and_allow(message: Message) -> None:
            if message["type"] == "http.response.start" and ALLOWED in scope:
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = scope[ALLOWED]
                headers["Access-Control-Expose-Headers"] = READABLE
                headers.add_vary_header("Origin")
            await send(message)

        return await self._app(scope, receive, send_and_allow)


def _asks_whether(scope: Scope) -> bool:
    if scope["method"] != "OPTIONS" or not scope["path"].startswith("/v1/"):
        return False
    headers = Headers(scope=scope)
    return "origin" in headers and "access-control-request-method" in headers
