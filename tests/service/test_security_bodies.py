"""Bodies that nobody means well with: never a 5xx, and every refusal a problem document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
from conftest import Keys
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EVENT: Final = {"event_id": "e", "learner_id": "l", "credential_id": "c"}
GOOD: Final[dict[str, Any]] = {
    "POST /v1/events": {"events": [EVENT]},
    "POST /v1/recommendations": {"learner": {"id": "ada"}, "target_role": "odd", "limit": 3},
    "POST /v1/paths": {"target_role": "odd", "constraints": {"hours_per_week": 5}},
    "POST /v1/paths/compare": {"target_roles": ["odd", "even/role"]},
    "POST /v1/roles/closest": {"learner": {"skills": ["Topic 1"]}},
    "POST /v1/skills/match": {"text": "Topic 1. Topic 2.", "limit": 3, "threshold": 0.1},
    "PUT /v1/learners/ada": {"skills": [{"skill": "x", "level": 0.5}], "attributes": {"a": 1}},
}
MOST: Final = 20_000
"""The bound that these tests' service puts on a body."""

JSON: Final = {"Content-Type": "application/json"}
ODD: Final = [
    '"\\ud800"', '"\\u0000"', '"\\u202e\\u2066"', "NaN", "-Infinity", "1e999", "-0", "9" * 400,
    "9" * 5_000, "1e-999", "9007199254740993", "true", "null", "[]", "{}", '""', '{"": {"": []}}',
    '"' + "x" * 5_000 + '"', "[" * 3_000 + "]" * 3_000, '{"a":' * 3_000 + "1" + "}" * 3_000,
    '{"id": "a", "id": "b"}', '"\\u000d\\u000aX-Y: z"', '"{tenant}:*"',
]  # fmt: skip
fixed = settings(
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def client(url: str, keys: Keys) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with httpx.Client(base_url=url, headers=headers, timeout=10) as caller:
        yield caller


def send(client: httpx.Client, operation: str, **body: Any) -> httpx.Response:
    """Send it; whatever it is, the answer is in order and the service lives on."""
    verb, path = operation.split(" ")
    response = client.request(verb, path, **body)
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == response.status_code
    return response


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in ``value``, with each key or index in it."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in list(entries):
        yield value, key
        if isinstance(each, dict | list):
            yield from places(each)


@st.composite
def warped(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good body with one value replaced by an odd one."""
    operation = draw(st.sampled_from(sorted(GOOD)))
    body = json.loads(json.dumps(GOOD[operation]))
    container, key = draw(st.sampled_from(list(places(body))))
    container[key] = "PLACE"
    return operation, json.dumps(body).replace('"PLACE"', draw(st.sampled_from(ODD))).encode()


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good body with bytes cut out and others put in."""
    operation = draw(st.sampled_from(sorted(GOOD)))
    body = json.dumps(GOOD[operation]).encode()
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(body))] * 2)))
    return operation, body[:first] + draw(st.binary(max_size=20)) + body[last:]


@settings(fixed, max_examples=300)
@given(case=st.one_of(warped(), damaged()))
def test_a_warped_body_is_answered_in_order(client: httpx.Client, case: tuple[str, bytes]) -> None:
    operation, content = case
    send(client, operation, content=content, headers=JSON)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)


@settings(fixed, max_examples=200)
@given(operation=st.sampled_from(sorted(GOOD)), body=anything)
def test_any_json_is_answered_in_order(client: httpx.Client, operation: str, body: Any) -> None:
    send(client, operation, content=json.dumps(body).encode("utf-8", "replace"), headers=JSON)


@pytest.mark.parametrize("operation", sorted(GOOD))
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:12])
def test_every_odd_value_in_every_place(client: httpx.Client, operation: str, odd: str) -> None:
    body = json.loads(json.dumps(GOOD[operation]))
    for container, key in list(places(body)):
        before, container[key] = container[key], "PLACE"
        content = json.dumps(body).replace('"PLACE"', odd).encode()
        container[key] = before
        send(client, operation, content=content, headers=JSON)


@pytest.mark.parametrize("operation", sorted(GOOD))
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "/"],
)
def test_another_content_type_is_refused(
    client: httpx.Client, operation: str, content_type: str
) -> None:
    content = json.dumps(GOOD[operation]).encode()
    headers = {"Content-Type": content_type}
    assert send(client, operation, content=content, headers=headers).status_code == 422


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
def test_a_compressed_body_is_not_unpacked(client: httpx.Client, encoding: str) -> None:
    """So that no small body becomes a large one."""
    packed = b"\x1f\x8b\x08" + bytes(500)
    headers = JSON | {"Content-Encoding": encoding}
    response = send(client, "POST /v1/events", content=packed, headers=headers)
    assert response.status_code in (400, 422)


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(("size", "status"), [(MOST, 202), (MOST + 1, 413)])
def test_the_bound_on_a_body_is_exact(
    client: httpx.Client, announced: bool, size: int, status: int
) -> None:
    content = json.dumps(GOOD["POST /v1/events"]).encode().ljust(size)
    parts = iter([content[:100], b"", content[100:]])
    body = content if announced else parts
    response = send(client, "POST /v1/events", content=body, headers=JSON)
    assert response.status_code == status
