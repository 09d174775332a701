"""Learners and events over real HTTP: kept, shown, erased."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

BOB = "https://people.example/bob"


def send(client: httpx.Client, *events: dict[str, Any]) -> dict[str, int]:
    response = client.post("/v1/events", json={"events": list(events)})
    assert response.status_code == 202, response.text
    counts: dict[str, int] = response.json()
    return counts


def event(event_id: str, learner: str, **more: Any) -> dict[str, Any]:
    return {"event_id": event_id, "learner_id": learner, "credential_id": "c5", **more}


def test_events_are_counted_once(client: httpx.Client) -> None:
    first, second = event("e1", "lea"), event("e2", "lea")
    assert send(client, first) == {"accepted": 1, "duplicates": 0}
    assert send(client, first, second) == {"accepted": 1, "duplicates": 1}


def test_an_event_may_leave_out_its_date_and_is_dated_on_receipt(client: httpx.Client) -> None:
    send(client, event("e1", "lea"))
    exported = client.get("/v1/learners/lea/export").json()
    assert exported["events"][0]["occurred_at"] == "2024-02-22T22:13:20Z"


def test_a_profile_comes_back_as_it_was_put(client: httpx.Client) -> None:
    profile = {
        "skills": [{"skill": "sql", "level": 0.5}, {"skill": "talking", "level": None}],
        "credentials": ["c1"],
        "verified": ["c2"],
        "target_role": "odd",
        "attributes": {"region": "north", "cohort": 3, "remote": True},
    }
    assert client.get("/v1/learners/lea").status_code == 404
    put = client.put("/v1/learners/lea", json=profile)
    assert put.status_code == 200
    got = client.get("/v1/learners/lea").json()
    assert put.json() == got
    assert {name: got[name] for name in profile} == profile
    assert (got["id"], got["events"], got["trained_events"]) == ("lea", 0, 0)


@pytest.mark.parametrize("path", [quote(BOB, safe=""), quote(BOB, safe="/:"), quote(BOB)])
def test_an_id_may_be_a_uri(client: httpx.Client, path: str) -> None:
    got = client.get(f"/v1/learners/{path}")
    assert got.status_code == 200, got.text
    assert (got.json()["id"], got.json()["trained_events"]) == (BOB, 1)
    exported = client.get(f"/v1/learners/{path}/export").json()
    assert exported["trained_events"][0]["credential_id"] == "c4"


@pytest.mark.parametrize("learner", ["lea", "ada", BOB, "Ünï cødé/слово?#&%"])
def test_erasing_is_complete(client: httpx.Client, learner: str) -> None:
    path = f"/v1/learners/{quote(learner, safe='')}"
    client.put(path, json={"skills": ["sql"], "target_role": "odd"})
    send(client, event("e1", learner), event("e2", learner, kind="click"))
    assert client.delete(path).json() == {"id": learner, "erased_events": 2}
    nothing: dict[str, Any] = {"events": [], "trained_events": [], "decisions": [], "badges": []}
    empty = {"id": learner, "profile": None, **nothing}
    assert client.get(f"{path}/export").json() == empty
    assert client.get(path).status_code == 404
    body = {"learner": {"id": learner}, "limit": 100}
    answer = client.post("/v1/recommendations", json=body).json()
    assert answer["mode"] == "popular"
    assert client.delete(path).json() == {"id": learner, "erased_events": 0}


def test_known_learners_can_be_listed(client: httpx.Client) -> None:
    listed = client.get("/v1/learners").json()["items"]
    assert listed == [{"id": "ada", "events": 2}, {"id": BOB, "events": 1}]
    assert len(client.get("/v1/learners?limit=1").json()["items"]) == 1


def test_an_empty_id_is_refused(client: httpx.Client) -> None:
    assert client.put("/v1/learners/", json={}).status_code == 422
