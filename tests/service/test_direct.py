"""A question that is read without the framework is answered, and refused, as one that is not."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

QUESTION: dict[str, Any] = {"learner": {"credentials": ["c1"]}, "target_role": "even/role"}
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
