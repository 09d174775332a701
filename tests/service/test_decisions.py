"""The decision log over real HTTP: what is kept of answers, who may read it, how it is erased."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from clusters import raw
from conftest import DAY, Keys, running, until
from tiny_bundle import TRAINED_AT

from service.held import tombstone
from service.settings import Settings

SECRET = "a-learner-known-by-name"
WORDS = "words that nobody should keep"


class Clock:
    """Moves on by a second whenever it is read."""

    def __init__(self) -> None:
        self.at = TRAINED_AT + 100 * DAY

    def __call__(self) -> float:
        self.at += 1
        return self.at


@pytest.fixture(scope="module", params=["embedded", "cluster"])
def redis_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="module")
def settings(
    bundle_folder: Path,
    keys_file: Path,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    return Settings(
        var=tmp_path_factory.mktemp("var"),
        bundle=bundle_folder,
        api_keys_file=keys_file,
        redis_url=redis_url,
        store_timeout=5,
        store_patience=5,
    )


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    with running(settings, Clock()) as url:
        yield url


@pytest.fixture
def client(address: str, keys: Keys) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with httpx.Client(base_url=address, headers=headers, timeout=10) as caller:
        yield caller


def ask(client: httpx.Client, route: str = "recommendations", **body: Any) -> dict[str, Any]:
    headers = {"X-Request-ID": body.pop("request_id")} if "request_id" in body else {}
    response = client.post(f"/v1/{route}", json=body, headers=headers)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def decisions(client: httpx.Client, request_id: str) -> list[dict[str, Any]]:
    response = client.get(f"/v1/decisions/{request_id}")
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def test_an_answer_can_be_explained_later(client: httpx.Client) -> None:
    answer = ask(
        client,
        learner={"id": "ada", "skills": [WORDS], "history": ["c4"]},
        target_role="odd",
        limit=3,
        goal_weight=0.7,
        constraints={"max_hours": 90},
    )
    [kept] = decisions(client, answer["request_id"])
    assert kept["route"] == "recommendations"
    assert (kept["bundle_version"], kept["mode"]) == (answer["bundle_version"], answer["mode"])
    assert [
        {name: item[name] for name in ("credential", "rank", "score", "sources", "gap_after")}
        for item in kept["items"]
    ] == [
        {name: item[name] for name in ("credential", "rank", "score", "sources", "gap_after")}
        for item in answer["items"]
    ]
    assert [[(why["kind"], why["facts"]) for why in item["reasons"]] for item in kept["items"]] == [
        [(why["kind"], why["evidence"]) for why in item["reasons"]] for item in answer["items"]
    ]
    asked = kept["request"]
    assert (asked["limit"], asked["goal_weight"]) == (3, 0.7)
    assert asked["target_role"] == {"id": "odd", "words": False}
    assert asked["constraints"]["max_hours"] == 90
    assert asked["inline"] == {"skills": 1, "credentials": 0, "verified": 0, "history": 1}
    named = {source for item in answer["items"] for source in item["sources"]}
    assert all(kept["candidates"][source] > 0 for source in named)
    assert kept["degraded"] == answer["degraded"]
    assert kept["experiments"] == []
    assert kept["exploration"] is None
    assert kept["at"].startswith("2024-02-22T22:")


def test_every_kind_of_answer_is_kept(client: httpx.Client) -> None:
    learner = {"id": "ada"}
    path = ask(client, "paths", learner=learner, target_role="odd")
    [kept] = decisions(client, path["request_id"])
    assert [item["credential"] for item in kept["items"]] == [
        s["credential"] for s in path["steps"]
    ]
    assert (kept["route"], kept["feasible"], kept["role"]["id"]) == ("paths", True, "odd")
    roles = ["odd", "even/role"]
    compared = ask(client, "paths/compare", learner=learner, target_roles=roles)
    [kept] = decisions(client, compared["request_id"])
    assert [each["role"]["id"] for each in kept["roles"]] == roles
    assert [each["steps"] for each in kept["roles"]] == [r["steps"] for r in compared["roles"]]
    closest = ask(client, "roles/closest", learner=learner)
    [kept] = decisions(client, closest["request_id"])
    assert [(each["role"]["id"], each["reached"]) for each in kept["roles"]] == [
        (each["role"]["id"], each["reached"]) for each in closest["roles"]
    ]


def test_no_words_and_no_learner_id_are_kept(client: httpx.Client) -> None:
    role = {"text": WORDS}
    learner = {"id": SECRET, "skills": [WORDS]}
    for route, body in {
        "recommendations": {"target_role": role},
        "paths": {"target_role": role},
        "paths/compare": {"target_roles": [role, "odd"]},
        "roles/closest": {},
    }.items():
        answer = ask(client, route, learner=learner, **body)
        kept = json.dumps(decisions(client, answer["request_id"]))
        assert SECRET not in kept
        assert WORDS not in kept


def test_a_request_id_used_again_replaces_nothing(client: httpx.Client) -> None:
    name = uuid.uuid4().hex
    for limit in (1, 2, 3):
        ask(client, request_id=name, limit=limit)
    assert [len(each["items"]) for each in decisions(client, name)] == [1, 2, 3]


def test_who_sends_a_request_id_without_end_is_refused_a_record(client: httpx.Client) -> None:
    for _ in range(110):
        ask(client, request_id="again", limit=1)
    assert len(decisions(client, "again")) == 100
    assert 'cairn_decisions_total{outcome="refused"} 10.0' in client.get("/metrics").text


def test_another_tenant_finds_nothing(client: httpx.Client, address: str, keys: Keys) -> None:
    answer = ask(client)
    decisions(client, answer["request_id"])
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    missing = httpx.get(f"{address}/v1/decisions/{answer['request_id']}", headers=headers)
    assert missing.status_code == 404
    headers = {"Authorization": f"Bearer {keys.limited}"}
    refused = httpx.get(f"{address}/v1/decisions/{answer['request_id']}", headers=headers)
    assert refused.status_code == 403
    assert client.get("/v1/decisions/no such id").status_code == 422


def test_a_learner_sees_and_can_erase_their_decisions(client: httpx.Client, redis_url: str) -> None:
    asked = [ask(client, learner={"id": SECRET})["request_id"] for _ in range(3)]
    other = ask(client, learner={"id": "ada"})["request_id"]
    exported = client.get(f"/v1/learners/{SECRET}/export").json()["decisions"]
    assert [each["request_id"] for each in exported] == asked
    assert client.delete(f"/v1/learners/{SECRET}").status_code == 200
    assert client.get(f"/v1/learners/{SECRET}/export").json()["decisions"] == []
    for request_id in asked:
        assert client.get(f"/v1/decisions/{request_id}").status_code == 404
    assert len(decisions(client, other)) == 1
    # Whoever comes back is recorded anew.
    again = ask(client, learner={"id": SECRET})["request_id"]
    assert len(decisions(client, again)) == 1
    client.delete(f"/v1/learners/{SECRET}")

    async def search() -> None:
        async with raw(redis_url) as redis:
            async for key in redis.scan_iter():
                assert SECRET.encode() not in key + await redis.dump(key), key

    asyncio.run(search())


def test_erasing_and_reading_leave_an_audit_record(client: httpx.Client, redis_url: str) -> None:
    request_id = ask(client, learner={"id": "eve"})["request_id"]
    decisions(client, request_id)
    client.get("/v1/learners/eve/export")
    client.delete("/v1/learners/eve")
    key = client.headers["Authorization"].split("_")[1]

    async def read() -> list[dict[str, Any]]:
        async with raw(redis_url) as redis:
            found = []
            async for name in redis.scan_iter(match="cairn:*:audit"):
                for _, fields in await redis.xrange(name):
                    found.append(json.loads(fields[b"p"]))
            return [each for each in found if each["key"] == key]

    records = asyncio.run(read())
    mark = tombstone(records[0]["tenant"], "eve")
    assert [(each["act"], each["learner"], each["request"]) for each in records] == [
        ("read_decision", None, request_id),
        ("export", mark, None),
        ("erase", mark, None),
    ]
    assert "eve" not in json.dumps([each["learner"] for each in records])


def test_what_waits_in_memory_is_kept_when_the_service_stops(
    settings: Settings, keys: Keys
) -> None:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with running(settings) as url:
        request_id = httpx.post(f"{url}/v1/recommendations", json={}, headers=headers).json()[
            "request_id"
        ]
    with running(settings) as url:
        found = httpx.get(f"{url}/v1/decisions/{request_id}", headers=headers)
        assert len(found.json()["items"]) == 1


def test_without_retention_nothing_is_kept(settings: Settings, keys: Keys) -> None:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    off = settings.model_copy(update={"decision_days": 0})
    with running(off) as url, httpx.Client(base_url=url, headers=headers) as client:
        request_id = ask(client)["request_id"]
        assert client.get(f"/v1/decisions/{request_id}").status_code == 404
        told = client.get("/metrics").text.splitlines()
        counted = [line for line in told if line.startswith("cairn_decisions_total{")]
        assert len(counted) == 4
        assert all(line.endswith(" 0.0") for line in counted)


def test_decisions_are_written_by_themselves(settings: Settings, keys: Keys) -> None:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with running(settings) as url, httpx.Client(base_url=url, headers=headers) as client:
        ask(client)
        until(lambda: 'decisions_total{outcome="kept"} 1.0' in client.get("/metrics").text)
