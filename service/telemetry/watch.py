"""What is noted of every request once it is answered: counted, logged, traced.

Always by route template: paths hold learner ids, which have no place in any of the three.
"""

from __future__ import annotations

import logging
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry.metrics import Metrics
from service.telemetry.seen import seen
from service.telemetry.tracing import Tracing

logger = logging.getLogger(__name__)

UNMATCHED: Final = "unmatched"


class Watch:
    """Notes each request after its answer has been sent, so that nobody waits for the notes."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing | None) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it went."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = seen()
        status = 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if request.stages:
                    request.done("serialise")
                    message["headers"].append((b"server-timing", request.timing().encode()))
            await send(message)

        try:
            return await self._app(scope, receive, send_and_note)
        finally:
            ended = time.perf_counter()
            seconds = ended - request.began
            method, route = scope["method"], getattr(scope.get("route"), "path", UNMATCHED)
            self._metrics.requests.labels(method, route, str(status)).inc()
            self._metrics.seconds.labels(route).observe(seconds)
            self._metrics.inside.answered(route, request)
            logger.info(
                "%s %s %d in %.1f ms", method, route, status, 1000 * seconds,
                extra={
                    "method": method,
                    "route": route,
                    "status": status,
                    "duration_ms": round(1000 * seconds, 3),
                    "bundle": request.bundle,
                    "degraded": list(request.degraded),
                },
            )  # fmt: skip
            if self._tracing is not None:
                self._tracing.note(scope, route, status, request, ended)
