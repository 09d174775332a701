"""What a running service logs: one JSON object a line, and nobody's name or key in any of them."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextvars import Context
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import until
from test_server import KEY, start, wait

from load.ports import free_port
from service.settings import Settings
from service.telemetry.logs import Json, Text, log_config, told
from service.telemetry.seen import begin

LEARNER = "kwisatz-4711"
WORDS = "sandworm-rider"
GUESSED = "cairn_guessed_0123456789abcdef0123456789abcdef"

# Breaks two routes in ways nobody foresaw, quoting the learner as such errors do.
CODE = """
from service import learners, answers
def broken(service, tenant, learner_id, *more):
    raise KeyError(f"no such thing as {learner_id}")
def broken_too(service, tenant, body, request_id):
    try:
        raise ValueError(f"of {body!r}")
    except ValueError as error:
        raise RuntimeError(body.learner.id) from error
learners.export = broken
answers.plan = broken_too
"""


def drive(client: httpx.Client) -> None:
    """Every route with names that would be recognised, in good order and in bad."""
    profile = {"skills": [{"skill": WORDS}], "attributes": {"who": LEARNER}}
    event = {"event_id": f"e-{LEARNER}", "learner_id": LEARNER, "credential_id": f"c-{LEARNER}"}
    ask = {"learner": {"id": LEARNER}, "target_role": {"text": WORDS}}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/v1/recommendations", ask),
        ("POST", "/v1/recommendations", {"learner": {"id": 7, LEARNER: LEARNER}}),
        ("POST", "/v1/paths", ask),
        ("POST", "/v1/paths/compare", {"learner": ask["learner"], "target_roles": ["odd", WORDS]}),
        ("POST", "/v1/roles/closest", {"learner": {"id": LEARNER}}),
        ("POST", "/v1/events", {"events": [event]}),
        ("POST", "/v1/events", {"events": [{**event, "kind": LEARNER}]}),
        ("PUT", f"/v1/learners/{LEARNER}", profile),
        ("GET", f"/v1/learners/{LEARNER}", None),
        ("GET", f"/v1/learners/{LEARNER}/export", None),
        ("GET", f"/v1/learners/{LEARNER}?{LEARNER}=1", None),
        ("DELETE", f"/v1/learners/{LEARNER}", None),
        ("PATCH", f"/v1/learners/{LEARNER}", None),
        ("GET", f"/v1/{LEARNER}", None),
        ("GET", f"/v1/credentials/{LEARNER}", None),
        ("GET", f"/v1/roles?q={WORDS}", None),
        ("GET", "/readyz", None),
    ]
    for method, path, body in calls:
        client.request(method, path, json=body)
    client.get(f"/v1/learners/{LEARNER}", headers={"Authorization": f"Bearer {GUESSED}"})


@pytest.mark.slow
def test_no_name_and_no_key_is_logged_whatever_goes_wrong(
    bundle_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(CODE)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}")
    port = free_port()
    process = start(
        bundle_folder, tmp_path, PORT=port, LOG_LEVEL="debug", LOG_FORMAT="json",
        STORE_TIMEOUT=5, STORE_PATIENCE=5,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {KEY}", "X-Request-ID": "r-1", "Connection": "close"}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
            wait(process, client)
            drive(client)
            pid = int((tmp_path / "valkey" / "valkey.pid").read_text())
            os.kill(pid, 9)  # the embedded server, which this test's service started
            until(lambda: client.get("/readyz").json()["degraded"] == ["store"])
            drive(client)
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=60)
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    for secret in (LEARNER, WORDS, KEY, KEY.split("_", 2)[2], GUESSED):
        assert secret not in errors
    requests = [line for line in lines if "route" in line]
    assert len(requests) >= 2 * 18
    for line in requests:
        assert {"time", "level", "message", "request_id", "status", "duration_ms"} <= line.keys()
    routes = {line["route"] for line in requests}
    assert {"/v1/recommendations", "/v1/learners/{learner_id:path}", "unmatched"} <= routes
    asked = [line for line in requests if line["route"] == "/v1/recommendations"]
    assert asked[0]["tenant"] == "demo"
    assert asked[0]["bundle"] == bundle_folder.name
    assert [line["status"] for line in asked] == [200, 422, 200, 422]
    assert asked[2]["degraded"] == ["store", "encoder"]
    failed = {line["route"] for line in requests if line["status"] == 500}
    assert failed == {"/v1/learners/{learner_id:path}/export", "/v1/paths"}
    raised = [line for line in lines if "exception" in line]
    assert {line["request_id"] for line in raised} == {"r-1"}
    assert any("builtins.KeyError" in line["exception"] for line in raised)
    assert any("sitecustomize.py" in line["exception"] for line in raised)
    assert {"uvicorn.error", "service.telemetry.watch", "service.telemetry.gauges"} <= {
        line["logger"] for line in lines
    }


def failure() -> Any:
    try:
        try:
            raise ValueError(LEARNER)
        except ValueError as error:
            error.add_note(LEARNER)
            raise RuntimeError(LEARNER) from error
    except RuntimeError:
        return sys.exc_info()


@pytest.mark.parametrize("formatter", [Text(), Json()])
def test_an_exception_is_told_without_its_message(formatter: logging.Formatter) -> None:
    record = logging.LogRecord("service.x", logging.ERROR, "x", 1, "it %s", ("broke",), failure())
    line = formatter.format(record)
    assert LEARNER not in line
    assert "it broke" in line
    assert line.index("builtins.ValueError") < line.index("builtins.RuntimeError")
    assert "test_logs.py" in line
    assert told(None) == ""


def test_a_line_holds_the_request_it_belongs_to_and_only_known_fields() -> None:
    def within(record: logging.LogRecord) -> str:
        begin("r-9").tenant = "acme"
        return Json().format(record)

    record = logging.LogRecord("service.x", logging.INFO, "x", 1, "fine\nthough", (), None)
    record.status, record.colour = 200, "red"
    line = Context().run(within, record)
    assert "\n" not in line
    told_ = json.loads(line)
    assert (told_["request_id"], told_["tenant"], told_["status"]) == ("r-9", "acme", 200)
    assert told_["time"].endswith("+00:00")
    assert "colour" not in told_


@pytest.mark.parametrize(
    ("level", "own", "others"),
    [("debug", "DEBUG", "WARNING"), ("info", "INFO", "WARNING"), ("error", "ERROR", "ERROR")],
)
def test_other_libraries_are_heard_from_warnings_on(level: Any, own: str, others: str) -> None:
    config = log_config(Settings(log_level=level))
    assert config["loggers"]["service"]["level"] == own
    assert config["root"]["level"] == others
