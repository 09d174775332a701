"""What every route shares: keys, problems, bounds, ids, measurements, the catalogue."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from conftest import Keys

EVENT = {"event_id": "e", "learner_id": "l", "credential_id": "c"}


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert body["request_id"] == response.headers["x-request-id"]
    return body


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/recommendations"),
        ("POST", "/v1/events"),
        ("PUT", "/v1/learners/x"),
        ("GET", "/v1/learners/x"),
        ("GET", "/v1/learners/x/export"),
        ("DELETE", "/v1/learners/x"),
        ("GET", "/v1/learners"),
        ("GET", "/v1/roles"),
        ("GET", "/v1/credentials/c1"),
        ("GET", "/v1/model"),
    ],
)
def test_nothing_is_answered_without_a_key(url: str, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer cairn_none_x"}, {"Authorization": "Basic eA=="}):
        response = httpx.request(method, url + path, headers=headers, json={})
        problem(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"


def test_a_key_opens_only_its_scopes(url: str, keys: Keys) -> None:
    headers = {"Authorization": f"Bearer {keys.limited}"}
    with httpx.Client(base_url=url, headers=headers) as client:
        assert client.get("/v1/roles").status_code == 200
        assert (
            "'events'"
            in problem(client.post("/v1/events", json={"events": [EVENT]}), 403)["detail"]
        )
        problem(client.delete("/v1/learners/x"), 403)
        problem(client.get("/v1/learners"), 403)


def test_every_fault_of_a_payload_is_named(client: httpx.Client) -> None:
    bad = {"events": [EVENT, {**EVENT, "kind": "ate", "value": "x"}, {"event_id": ""}], "a/b": 1}
    body = problem(client.post("/v1/events", json=bad), 422)
    assert body["type"] == "urn:cairn:problem:unprocessable-content"
    assert {(fault["source"], fault["pointer"]) for fault in body["errors"]} == {
        ("body", "/events/1/kind"),
        ("body", "/events/1/value"),
        ("body", "/events/2/event_id"),
        ("body", "/events/2/learner_id"),
        ("body", "/events/2/credential_id"),
        ("body", "/a~1b"),
    }
    assert all(fault["reason"] for fault in body["errors"])
    exported = client.get("/v1/learners/l/export").json()
    assert exported["events"] == []  # nothing was half-done


def test_faults_outside_the_body_are_named_too(client: httpx.Client) -> None:
    body = problem(client.get("/v1/roles?limit=1000"), 422)
    assert [(fault["source"], fault["pointer"]) for fault in body["errors"]] == [
        ("query", "/limit")
    ]


@pytest.mark.parametrize("content", [b"{", b"", b'"text"', b"[1]", b"\xff\xfe", b'{"events": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(client: httpx.Client, content: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/events", content=content, headers=headers)
    problem(response, response.status_code)
    assert response.status_code in (400, 422)


def test_deep_nesting_is_refused(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    deep = b"[" * 9_000 + b"]" * 9_000
    response = client.post("/v1/events", content=deep, headers=headers)
    problem(response, response.status_code)
    assert response.status_code in (400, 422)


def test_a_large_body_is_refused_announced_or_not(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    problem(client.post("/v1/events", content=b" " * 20_001, headers=headers), 413)

    def drip() -> Any:
        for _ in range(30):
            yield b" " * 1_000

    problem(client.post("/v1/events", content=drip(), headers=headers), 413)


def test_unknown_routes_and_methods_are_problems(client: httpx.Client) -> None:
    problem(client.get("/v1/nothing"), 404)
    problem(client.delete("/v1/roles"), 405)
    problem(client.get("/v1/credentials/none"), 404)
    problem(client.get("/v1/roles/none"), 404)


def test_request_ids_are_kept_when_plain_and_made_otherwise(client: httpx.Client) -> None:
    given = client.post("/v1/recommendations", json={}, headers={"X-Request-ID": "abc-1"})
    assert given.json()["request_id"] == given.headers["x-request-id"] == "abc-1"
    made = client.post("/v1/recommendations", json={}, headers={"X-Request-ID": "a b<script>"})
    assert made.json()["request_id"] == made.headers["x-request-id"] != "a b<script>"


def test_the_catalogue_is_paged_and_searched(client: httpx.Client) -> None:
    page = client.get("/v1/credentials?limit=3&offset=8").json()
    assert (page["total"], page["limit"], page["offset"]) == (10, 3, 8)
    assert [item["id"] for item in page["items"]] == ["c8", "c9"]
    assert page["items"][0]["cost"] is None
    found = client.get("/v1/roles", params={"q": "odd"}).json()
    assert [item["id"] for item in found["items"]] == ["odd"]


def test_one_entry_is_shown_whole_even_under_an_id_with_a_slash(client: httpx.Client) -> None:
    for path in ("/v1/roles/even/role", "/v1/roles/even%2Frole"):
        role = client.get(path).json()
        assert [need["label"] for need in role["requirements"]][:2] == ["Topic 0", "Topic 2"]
    credential = client.get("/v1/credentials/c3").json()
    assert credential["prerequisites"] == {"credential": "c2"}
    assert credential["skills"][0]["label"] == "Topic 3"


def test_the_model_says_what_is_loaded(client: httpx.Client) -> None:
    model = client.get("/v1/model").json()
    assert model["manifest"]["bundle_version"] == model["bundle_version"]
    assert "files" not in model["manifest"]


def test_health_needs_no_key(url: str) -> None:
    assert httpx.get(f"{url}/healthz").json() == {"status": "alive"}
    ready = httpx.get(f"{url}/readyz").json()
    assert (ready["status"], ready["degraded"]) == ("ready", [])


def test_metrics_count_by_route_and_never_by_id(url: str, client: httpx.Client) -> None:
    client.get("/v1/learners/somebody-secret")
    client.post("/v1/recommendations", json={})
    text = httpx.get(f"{url}/metrics").text
    assert 'route="/v1/learners/{learner_id:path}"' in text
    assert 'cairn_answers_total{mode="popular"}' in text
    assert "somebody-secret" not in text


def test_the_description_documents_problems(url: str) -> None:
    api = httpx.get(f"{url}/openapi.json").json()
    assert "ProblemDocument" in api["components"]["schemas"]
    refused = api["paths"]["/v1/events"]["post"]["responses"]["422"]["content"]
    assert list(refused) == ["application/problem+json"]
