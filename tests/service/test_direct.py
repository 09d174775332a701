"""A question that is read without the framework is answered, and refused, as one that is not."""

from __future__ import annotations

import json
import socket
from typing import Any

import httpx
import pytest
from conftest import until

QUESTION: dict[str, Any] = {"learner": {"credentials": ["c1"]}, "target_role": "even/role"}
BAD = 'cairn_http_requests_total{method="POST",route="/v1/recommendations",status="400"}'
GENERAL = "application/json; charset=utf-8"
"""A type that leaves the question to the framework."""


def asked(client: httpx.Client, content: bytes, kind: str, **headers: str) -> tuple[int, Any]:
    response = client.post(
        "/v1/recommendations", content=content, headers={"content-type": kind, **headers}
    )
    answer = response.json()
    assert answer.pop("request_id") == response.headers["x-request-id"]
    return response.status_code, answer


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (json.dumps(QUESTION).encode(), 200),
        (b" \n" + json.dumps(QUESTION, indent=2).encode() + b"\n", 200),
        (b'{"limit": 3, "limit": 2}', 200),
        (b"{}", 200),
        (b"", 422),
        (b"null", 422),
        (b"{", 422),
        (b'{"limit": NaN}', 422),
        (b'{"limit": "many"}', 422),
        (b'{"limit": 1e400}', 422),
        (b'{"target_role": "\xff"}', 400),
        (b'{"target_role": "\\ud800"}', 422),
        (b'{"unknown": 1}', 422),
        (b'[{"limit": 1}]', 422),
    ],
)
def test_both_ways_say_the_same(client: httpx.Client, content: bytes, status: int) -> None:
    direct = asked(client, content, "application/json")
    assert direct[0] == status, direct
    assert direct == asked(client, content, GENERAL)


@pytest.mark.parametrize("kind", ["application/json", GENERAL])
def test_who_goes_away_before_all_is_said_is_not_answered_and_does_no_harm(
    client: httpx.Client, kind: str
) -> None:
    def refused() -> float:
        told = client.get("/metrics").text
        [line] = [each for each in told.splitlines() if each.startswith(BAD)] or [f"{BAD} 0"]
        return float(line.split()[-1])

    before = refused()
    where = client.base_url
    with socket.create_connection((where.host, where.port or 80)) as half:
        head = f"POST /v1/recommendations HTTP/1.1\r\nHost: {where.host}\r\nContent-Type: {kind}"
        half.sendall(f'{head}\r\nContent-Length: 100\r\n\r\n{{"limit":'.encode())
    until(lambda: refused() == before + 1)
    assert asked(client, b"{}", kind)[0] == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_not_said_to_be_json_is_refused(client: httpx.Client, kind: str) -> None:
    assert asked(client, json.dumps(QUESTION).encode(), kind)[0] == 422


@pytest.mark.parametrize("said", ["", "Bearer", "Bearer nonsense", "Digest x", "Basic Og=="])
@pytest.mark.parametrize("content", [b"{}", b'{"limit": "many"}'])
def test_who_is_not_let_in_is_told_so_first(url: str, said: str, content: bytes) -> None:
    with httpx.Client(base_url=url) as client:
        direct = asked(client, content, "application/json", authorization=said)
        assert direct[0] == 401
        assert direct == asked(client, content, GENERAL, authorization=said)
