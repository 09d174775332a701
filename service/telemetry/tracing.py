"""OpenTelemetry spans: one for each request, below it one for each stage of its answer.

Spans are made from what was seen, after the answer is sent. They name the route template, never
the path, and nothing of the learner. How they are sampled and exported, the SDK reads from the
standard's own variables. Where the extra ``tracing`` is not installed there is nothing to use.
"""

from __future__ import annotations

import time

from starlette.datastructures import Headers
from starlette.types import Scope

from models.errors import UsageError
from service.telemetry.seen import Seen

try:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ModuleNotFoundError:
    INSTALLED = False
else:
    INSTALLED = True


def check(endpoint: str | None) -> None:
    """Raise ``UsageError`` when spans are wanted and cannot be made."""
    if endpoint is not None and not INSTALLED:
        raise UsageError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and tracing needs 'cairn-paths[tracing]'; "
            "install that, or unset the variable"
        )


class Tracing:
    """Sends spans over OTLP to ``endpoint``, from a thread and in batches.

    A receiver that is away costs spans, never answers.
    """

    def __init__(self, endpoint: str) -> None:
        check(endpoint)
        self._provider = TracerProvider(resource=Resource.create({"service.name": "cairn"}))
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("cairn")
        self._incoming = TraceContextTextMapPropagator()
        # Stages are timed by the monotonic clock, spans are dated.
        self._zero = time.time_ns() - time.perf_counter_ns()

    def note(self, scope: Scope, route: str, status: int, seen: Seen, ended: float) -> None:
        """The span of a request that ended (monotonic seconds), part of the caller's trace if the
        request names one.
        """
        carrier = {"traceparent": Headers(scope=scope).get("traceparent", "")}
        span = self._tracer.start_span(
            f"{scope['method']} {route}",
            self._incoming.extract(carrier),
            SpanKind.SERVER,
            {
                "http.request.method": scope["method"],
                "http.route": route,
                "http.response.status_code": status,
                "cairn.request_id": seen.request_id or "",
                **({} if seen.tenant is None else {"cairn.tenant": seen.tenant}),
                **({} if seen.bundle is None else {"cairn.bundle_version": seen.bundle}),
            },
            start_time=self._dated(seen.began),
        )
        if status >= 500:
            span.set_status(StatusCode.ERROR)
        within = set_span_in_context(span)
        for stage in seen.stages:
            part = self._tracer.start_span(stage.name, within, start_time=self._dated(stage.began))
            part.end(self._dated(stage.ended))
        span.end(self._dated(ended))

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()

    def _dated(self, monotonic: float) -> int:
        return self._zero + int(monotonic * 1e9)
