"""xAPI and Caliper over real HTTP: kept once, under a pseudonym, whole or not at all."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import httpx
import pytest
from every_route import ENVELOPE, STATEMENT, XAPI

PATH = "/v1/xapi/statements"
VOIDED = {"id": "http://adlnet.gov/expapi/verbs/voided"}
LEA = {"mbox": "mailto:lea@example.org"}


def statement(**more: Any) -> dict[str, Any]:
    return {**STATEMENT, "actor": LEA, "id": str(uuid.uuid4()), **more}


def send(client: httpx.Client, body: Any) -> httpx.Response:
    return client.post(PATH, json=body, headers=XAPI)


def learner(client: httpx.Client, agent: str = '{"mbox":"mailto:lea@example.org"}') -> str:
    answer = client.get("/v1/xapi/agents", params={"agent": agent}, headers=XAPI).json()
    name: str = answer["account"][0]["name"]
    return name


def events(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/v1/learners/{learner(client)}/export").json()[
        "events"
    ]
    return found


def told(response: httpx.Response) -> str:
    return response.headers["cairn-records"]


def test_a_statement_is_kept_once_under_a_pseudonym(client: httpx.Client) -> None:
    sent = statement(timestamp="2026-05-01T09:30:00Z")
    first, again = send(client, sent), send(client, [sent])
    assert (first.status_code, first.json()) == (200, [sent["id"]])
    assert first.headers["x-experience-api-version"] == "1.0.3"
    assert told(first) == "accepted=1, duplicates=0, unknown=0, unread=0"
    assert told(again) == "accepted=0, duplicates=1, unknown=0, unread=0"
    [kept] = events(client)
    assert kept == {
        "event_id": f"xapi:{sent['id']}",
        "credential_id": "c1",
        "kind": "complete",
        "occurred_at": "2026-05-01T09:30:00Z",
        "value": None,
        "request_id": None,
    }
    assert "lea" not in learner(client)


def test_it_counts_in_the_very_next_answer(client: httpx.Client) -> None:
    send(client, statement(object={"id": "https://example.org/5/"}))
    answer = client.post("/v1/recommendations", json={"learner": {"id": learner(client)}}).json()
    assert answer["mode"] == "personalised"
    assert "c5" not in [item["credential"] for item in answer["items"]]


def test_a_statement_may_be_put_and_may_leave_its_id_out(client: httpx.Client) -> None:
    name = str(uuid.uuid4())
    body = {key: value for key, value in statement().items() if key != "id"}
    where = {"statementId": name}
    put = client.put(PATH, params=where, json=body, headers=XAPI)
    assert (put.status_code, put.content) == (204, b"")
    assert told(put).startswith("accepted=1")
    assert events(client)[0]["event_id"] == f"xapi:{name}"
    other = client.put(PATH, params=where, json=statement(), headers=XAPI)
    assert other.status_code == 400
    assert other.json()["errors"][0]["pointer"] == "/id"
    [given] = send(client, body).json()
    assert uuid.UUID(given).version == 4


def test_what_is_unknown_is_kept_and_told_and_what_says_nothing_is_told(
    client: httpx.Client,
) -> None:
    answered = {"id": "http://adlnet.gov/expapi/verbs/answered"}
    batch = [statement(object={"id": "https://example.org/nowhere"}), statement(verb=answered)]
    response = send(client, batch)
    assert response.json() == [each["id"] for each in batch]
    assert told(response) == "accepted=1, duplicates=0, unknown=1, unread=1"
    assert events(client)[0]["credential_id"] == "https://example.org/nowhere"
    assert told(send(client, statement(verb=answered))).endswith("unread=1")


def test_senders_that_know_only_the_basic_scheme_are_let_in(url: str, client: httpx.Client) -> None:
    key = client.headers["authorization"].removeprefix("Bearer ")

    def asked(told: str) -> int:
        given = {"Authorization": "Basic " + base64.b64encode(told.encode()).decode()}
        return httpx.get(f"{url}/v1/xapi/about", headers=given).status_code

    assert asked(f"cairn:{key}") == 200
    assert [asked(each) for each in (key, f"{key}:", f"cairn:{key}x", ":")] == [401] * 4


def test_about_says_which_versions_are_spoken(client: httpx.Client) -> None:
    answer = client.get("/v1/xapi/about")
    assert answer.json() == {"version": ["1.0.3", "2.0.0"], "extensions": {}}
    assert answer.headers["x-experience-api-version"] == "2.0.0"


@pytest.mark.parametrize("version", [None, "0.95", "3.0.0", "1.0.3; q=1"])
def test_a_version_that_is_not_spoken_is_refused(client: httpx.Client, version: str | None) -> None:
    headers = {} if version is None else {"X-Experience-API-Version": version}
    response = client.post(PATH, json=statement(), headers=headers)
    assert response.status_code == 400
    assert response.json()["errors"][0]["source"] == "header"
    assert "x-experience-api-version" in response.headers


def test_a_bad_statement_is_named_and_nothing_of_its_batch_is_kept(client: httpx.Client) -> None:
    bad = statement(actor={}, result={"score": {"scaled": 7}})
    response = send(client, [statement(), bad])
    assert (response.status_code, response.json()["type"]) == (
        400,
        "urn:cairn:problem:bad-request",
    )
    faults = {fault["pointer"]: fault["reason"] for fault in response.json()["errors"]}
    assert faults["/1/actor"].endswith(
        "expected exactly one of mbox, mbox_sha1sum, openid, account"
    )
    assert set(faults) == {"/1/actor", "/1/result/score/scaled"}
    assert events(client) == []


def test_hostile_batches_are_refused(client: httpx.Client) -> None:
    same = statement()
    many = [{**same, "id": str(uuid.uuid4())} for _ in range(1_001)]
    assert send(client, many).status_code == 413
    small = {"actor": LEA, "verb": {"id": "x"}, "object": {"id": "y"}}
    assert send(client, [small] * 1_001).status_code in (400, 413)
    assert send(client, []).status_code == 400
    assert send(client, [same, same]).status_code == 400
    deep = b'{"actor":' * 900 + b"{}" + b"}" * 900
    headers = {**XAPI, "Content-Type": "application/json"}
    assert client.post(PATH, content=deep, headers=headers).status_code == 400
    deeper = b"[" * 9_000 + b"]" * 9_000
    assert client.post(PATH, content=deeper, headers=headers).status_code == 400
    multipart = {**XAPI, "Content-Type": "multipart/mixed; boundary=x"}
    assert client.post(PATH, content=b"--x--", headers=multipart).status_code == 400
    assert events(client) == []


def test_a_voided_statement_is_taken_back_whatever_came_after_it(client: httpx.Client) -> None:
    saved = {"id": "http://id.tincanapi.com/verb/bookmarked"}
    first = statement(verb=saved, timestamp="2024-01-01T10:00:00Z")
    later = statement(
        verb={"id": "http://adlnet.gov/expapi/verbs/experienced"}, timestamp="2024-01-02T10:00:00Z"
    )
    send(client, [first])
    assert client.get(f"/v1/learners/{learner(client)}").json()["saved"] == ["c1"]
    voiding = {
        "id": str(uuid.uuid4()),
        "actor": {"account": {"homePage": "https://lms.example", "name": "admin"}},
        "verb": VOIDED,
        "object": {"objectType": "StatementRef", "id": first["id"].upper()},
    }
    assert told(send(client, [later, voiding])) == "accepted=2, duplicates=0, unknown=0, unread=0"
    assert [each["kind"] for each in events(client)] == ["save", "view", "retract"]
    assert client.get(f"/v1/learners/{learner(client)}").json()["saved"] == []
    assert told(send(client, voiding)).startswith("accepted=0, duplicates=1")
    again = {**voiding, "id": str(uuid.uuid4())}
    assert told(send(client, again)).endswith("unread=1")  # it was taken back already
    answer = client.post(
        "/v1/recommendations", json={"learner": {"id": learner(client)}, "limit": 10}
    )
    assert "c1" in [item["credential"] for item in answer.json()["items"]]


def test_what_is_not_held_cannot_be_voided_and_what_is_ambiguous_is_refused(
    client: httpx.Client,
) -> None:
    ref = {"objectType": "StatementRef", "id": str(uuid.uuid4())}
    assert told(send(client, statement(verb=VOIDED, object=ref))).endswith("unread=1")
    moment = "2024-01-01T10:00:00Z"
    first = statement(timestamp=moment)
    second = statement(verb={"id": "http://adlnet.gov/expapi/verbs/launched"}, timestamp=moment)
    voiding = statement(verb=VOIDED, object={"objectType": "StatementRef", "id": first["id"]})
    response = send(client, [first, second, voiding])
    assert response.status_code == 409
    assert response.json()["errors"][0]["pointer"] == "/2/object/id"
    assert events(client) == []


def test_an_envelope_is_kept_once(client: httpx.Client) -> None:
    body = {**ENVELOPE, "data": [{**ENVELOPE["data"][0], "actor": "mailto:lea@example.org"}]}
    none = {"accepted": 0, "duplicates": 0, "unknown": 0, "unread": 0}
    assert client.post("/v1/caliper", json=body).json() == {**none, "accepted": 1}
    assert client.post("/v1/caliper", json=body).json() == {**none, "duplicates": 1}
    assert [each["credential_id"] for each in events(client)] == ["c1"]
    paused = {**ENVELOPE, "data": [{**ENVELOPE["data"][0], "action": "Paused"}]}
    assert client.post("/v1/caliper", json=paused).json() == {**none, "unread": 1}


def test_a_bad_envelope_names_its_fault(client: httpx.Client) -> None:
    bad = {**ENVELOPE["data"][0], "eventTime": "noon", "actor": {}}
    response = client.post("/v1/caliper", json={**ENVELOPE, "data": [ENVELOPE["data"][0], bad]})
    assert response.status_code == 422
    pointers = {fault["pointer"] for fault in response.json()["errors"]}
    assert pointers == {"/data/1/eventTime", "/data/1/actor/id"}


def test_an_agent_that_is_none_is_refused(client: httpx.Client) -> None:
    for agent, pointer in (("{", "/agent"), ('{"mbox": 1}', "/agent/mbox"), ("{}", "/agent")):
        answer = client.get("/v1/xapi/agents", params={"agent": agent}, headers=XAPI)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == pointer
    group = '{"objectType": "Group", "mbox": "mailto:all@example.org"}'
    answer = client.get("/v1/xapi/agents", params={"agent": group}, headers=XAPI)
    assert answer.json()["account"] == []
