"""Stopped while busy, the service finishes what it has begun, on every worker."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from test_server import KEY, served, start, wait

from load.ports import free_port

pytestmark = pytest.mark.slow

HALVES = 8


def event(name: str) -> bytes:
    one = {"event_id": name, "learner_id": "lea", "credential_id": "c5", "kind": "view"}
    return json.dumps({"events": [one]}).encode()


def half_sent(port: int, name: str) -> tuple[socket.socket, bytes]:
    """A request of which the service has the head and half the body; the rest is returned."""
    body = event(name)
    head = (
        "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {KEY}\r\nX-Request-ID: {name}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    line = socket.create_connection(("127.0.0.1", port), 30)
    line.sendall(head.encode() + body[: len(body) // 2])
    return line, body[len(body) // 2 :]


def finished(line: socket.socket, rest: bytes) -> tuple[int, bytes]:
    """Send the rest; status and body of the answer."""
    with line:
        line.sendall(rest)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status, answer.read()


class Caller(threading.Thread):
    """Asks again and again until the service is gone; ``answered`` holds each request's id."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__()
        self.answered: dict[str, int] = {}
        self.over = False
        self._port, self._name = port, name

    def run(self) -> None:
        ask = json.dumps({"learner": {"id": "ada"}, "target_role": "odd"})
        for turn in range(100_000):
            if self.over:
                return
            name = f"{self._name}-{turn}"
            headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
            line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            try:
                line.request("POST", "/v1/recommendations", ask, {**headers, "X-Request-ID": name})
                answer = line.getresponse()
                assert json.loads(answer.read())["items"]
                self.answered[name] = answer.status
            except (OSError, http.client.HTTPException):
                return  # not taken any more
            finally:
                line.close()


@dataclass
class Busy:
    """A running service, what it has logged so far, and who asks it."""

    port: int
    process: subprocess.Popen[str]
    log: list[str]
    callers: list[Caller]

    def wait_for(self, message: str, count: int) -> None:
        """Until the log has so many lines with the message; starting takes a while."""
        end = time.monotonic() + 120
        while sum(f'"{message}"' in line for line in self.log) < count:
            assert time.monotonic() < end, self.log[-5:]
            time.sleep(0.05)


@contextmanager
def busy(bundle: Path, var: Path, workers: int) -> Iterator[Busy]:
    """A service with callers at work; whatever happens, none of them stays behind."""
    port = free_port()
    process = start(
        bundle, var, PORT=port, WORKERS=workers, LOG_LEVEL="info", LOG_FORMAT="json",
        STORE_TIMEOUT=5, STORE_PATIENCE=5,
    )  # fmt: skip
    found = Busy(port, process, [], [Caller(port, f"c{i}") for i in range(4)])
    assert process.stderr is not None
    reading = threading.Thread(target=found.log.extend, args=(process.stderr,))
    reading.start()
    try:
        found.wait_for("Application startup complete.", workers)
        for caller in found.callers:
            caller.start()
        yield found
    finally:
        for caller in found.callers:
            caller.over = True
        process.terminate()
        process.wait(60)
        reading.join(60)
        process.stderr.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_begun_is_finished(bundle_folder: Path, tmp_path: Path, workers: int) -> None:
    with busy(bundle_folder, tmp_path, workers) as service, ExitStack() as lines:
        halves = [half_sent(service.port, f"half-{i}") for i in range(HALVES)]
        for line, _ in halves:
            lines.enter_context(line)
        time.sleep(1.0)
        service.process.send_signal(signal.SIGTERM)
        service.wait_for("Shutting down", workers)
        replies = [finished(line, rest) for line, rest in halves]
        assert replies == [(202, b'{"accepted":1,"duplicates":0}')] * HALVES
        for caller in service.callers:
            caller.join(60)
        assert service.process.wait(60) == 0
    # Whatever the service had begun was answered, and every answer arrived.
    begun = {
        line["request_id"]: line["status"]
        for line in map(json.loads, (line for line in service.log if line.startswith("{")))
        if line.get("route") == "/v1/recommendations"
    }
    answered = {
        name: status for caller in service.callers for name, status in caller.answered.items()
    }
    assert len(answered) > 8
    assert begun == answered
    assert set(answered.values()) == {200}
    with served(bundle_folder, tmp_path, WORKERS=workers) as client:
        for i in range(HALVES):
            again = client.post("/v1/events", content=event(f"half-{i}"),
                                headers={"Content-Type": "application/json"})  # fmt: skip
            assert again.json() == {"accepted": 0, "duplicates": 1}


def test_a_request_that_never_ends_does_not_keep_the_service(
    bundle_folder: Path, tmp_path: Path
) -> None:
    port = free_port()
    process = start(bundle_folder, tmp_path, PORT=port, SHUTDOWN_TIMEOUT=1)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        wait(process, client)
    line, _ = half_sent(port, "never")
    time.sleep(0.5)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    line.close()
    assert process.returncode == 0
    assert time.monotonic() - began < 15
    assert not re.search("Traceback", errors)
