"""Spans reach a real receiver, tell the stages, and nothing of the learner."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import DAY, Keys, running
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tiny_bundle import TRAINED_AT

from models.errors import UsageError
from service.settings import Settings, chosen

LEARNER = "kwisatz-4711"
TEXT = "a role I dreamt of: sandworm rider"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@contextmanager
def receiver() -> Iterator[tuple[str, list[bytes]]]:
    """An OTLP receiver on loopback: its URL, and the bodies it was sent."""
    bodies: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bodies
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def spans(bodies: list[bytes]) -> list[Any]:
    found = []
    for body in bodies:
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                found += scope.spans
    return found


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_request_is_one_span_with_its_stages_below_it(
    bundle_folder: Path, keys_file: Path, keys: Keys, embedded_url: str, tmp_path: Path
) -> None:
    with receiver() as (endpoint, bodies):
        settings = Settings(
            var=tmp_path,
            bundle=bundle_folder,
            api_keys_file=keys_file,
            redis_url=embedded_url,
            store_patience=5,
            store_timeout=5,
            otlp_endpoint=endpoint,
        )
        key = keys.fresh()
        headers = {"Authorization": f"Bearer {key}", "traceparent": CALLER, "X-Request-ID": "r-7"}
        with (
            running(settings, lambda: TRAINED_AT + DAY) as address,
            httpx.Client(base_url=address, headers=headers, timeout=10) as client,
        ):
            ask = {"learner": {"id": LEARNER}, "target_role": {"text": TEXT}}
            assert client.post("/v1/recommendations", json=ask).status_code == 200
            assert client.get(f"/v1/learners/{LEARNER}").status_code == 404
            assert client.get(f"/v1/{LEARNER}").status_code == 404
        # Leaving has sent what waited.
        found = spans(bodies)
    whole = b"".join(bodies)
    for secret in (LEARNER, "sandworm", key):
        assert secret.encode() not in whole
    [asked] = [span for span in found if span.name == "POST /v1/recommendations"]
    told = attributes(asked)
    assert told["http.route"] == "/v1/recommendations"
    assert told["http.response.status_code"] == 200
    assert told["cairn.request_id"] == "r-7"
    assert told["cairn.bundle_version"] == bundle_folder.name
    assert told["cairn.tenant"].startswith("tenant-")
    assert asked.trace_id.hex() == CALLER.split("-")[1]
    assert asked.parent_span_id.hex() == CALLER.split("-")[2]
    stages = [span for span in found if span.parent_span_id == asked.span_id]
    assert {"state", "wait", "encode", "rank", "explain", "serialise"} <= {s.name for s in stages}
    for stage in stages:
        assert asked.start_time_unix_nano <= stage.start_time_unix_nano
        assert stage.start_time_unix_nano <= stage.end_time_unix_nano <= asked.end_time_unix_nano
    names = {span.name for span in found}
    assert {"GET /v1/learners/{learner_id:path}", "GET unmatched"} <= names


def test_what_the_process_traces_with_is_told_no_path(
    bundle_folder: Path,
    keys_file: Path,
    embedded_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The framework has spans of its own for whatever is set up, and paths hold learners' ids."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    settings = Settings(
        var=tmp_path, bundle=bundle_folder, api_keys_file=keys_file, redis_url=embedded_url
    )
    with running(settings) as address:
        assert httpx.get(f"{address}/v1/learners/{LEARNER}").status_code == 401
    assert exporter.get_finished_spans() == ()


def test_a_receiver_that_is_away_costs_no_answer(
    bundle_folder: Path, keys_file: Path, embedded_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        var=tmp_path,
        bundle=bundle_folder,
        api_keys_file=keys_file,
        redis_url=embedded_url,
        otlp_endpoint="http://127.0.0.1:9",
    )
    with running(settings) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200


def test_the_standards_variable_turns_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().otlp_endpoint is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
    assert chosen().otlp_endpoint == "http://collector:4318"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")
    with pytest.raises(UsageError, match=r"^OTEL_EXPORTER_OTLP_ENDPOINT: "):
        chosen()


def test_without_the_extra_it_is_said_what_to_install(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['opentelemetry.sdk.resources'] = None\n"
        "import cairn; cairn.main(['serve', '--port', '0'])"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    kept |= {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "CAIRN_VAR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "cairn-paths[tracing]" in done.stderr
    assert "Traceback" not in done.stderr
