"""Recommendations over real HTTP: from what is known, to an answer a person can read."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from conftest import Keys

EVEN = {"target_role": "even/role"}


def ask(client: httpx.Client, **body: Any) -> dict[str, Any]:
    response = client.post("/v1/recommendations", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def names(answer: dict[str, Any]) -> list[str]:
    return [item["credential"] for item in answer["items"]]


def act(
    client: httpx.Client, learner: str, credential: str, kind: str, **more: Any
) -> httpx.Response:
    event = {"learner_id": learner, "credential_id": credential, "kind": kind}
    event |= {"event_id": uuid.uuid4().hex, **more}
    response = client.post("/v1/events", json={"events": [event]})
    assert response.status_code == 202, response.text
    return response


def test_a_known_learner_is_answered_from_their_history(client: httpx.Client) -> None:
    answer = ask(client, learner={"id": "ada"}, **EVEN, limit=3)
    assert answer["mode"] == "personalised"
    assert answer["degraded"] == answer["notes"] == []
    assert answer["role"] == {"id": "even/role", "title": "Keeper of even things", "match": None}
    assert answer["gap"]["before"] == 0.8
    status = {skill["label"]: skill["status"] for skill in answer["gap"]["skills"]}
    assert status["Topic 0"] == "have"
    assert status["Topic 2"] == "missing"
    assert names(answer) == ["c2", "c4", "c6"]
    first = answer["items"][0]
    assert first["rank"] == 1
    assert first["closes"] == [
        {"skill": "http://skills.example/2", "label": "Topic 2", "from": 0.0, "to": 1.0}
    ]
    assert first["gap_after"] == pytest.approx(0.6)
    assert first["reasons"][0]["kind"] == "closes_gap"
    assert first["cost"] == {"amount": 2.0, "currency": "EUR"}


@pytest.mark.parametrize(
    ("body", "mode"),
    [
        ({}, "popular"),
        ({"learner": {"id": "nobody"}}, "popular"),
        ({"learner": {"skills": ["Topic 2"]}}, "cold_start"),
        (EVEN, "cold_start"),
        ({"learner": {"credentials": ["c1"]}}, "personalised"),
        ({"target_role": "no such role"}, "popular"),
    ],
)
def test_whatever_is_missing_the_answer_says_how_it_was_made(
    client: httpx.Client, body: dict[str, Any], mode: str
) -> None:
    answer = ask(client, **body)
    assert answer["mode"] == mode
    assert answer["items"]


def test_what_cannot_be_used_is_noted(client: httpx.Client) -> None:
    answer = ask(client, learner={"skills": ["juggling"]}, target_role="pilot")
    assert any("juggling" in note for note in answer["notes"])
    assert any("pilot" in note for note in answer["notes"])


def test_a_role_may_be_named_in_words(client: httpx.Client) -> None:
    answer = ask(client, target_role={"text": "Even Keeper"})
    assert answer["role"]["id"] == "even/role"
    # This bundle has no text encoder, so words are matched as they stand.
    assert answer["degraded"] == ["encoder"]


def test_an_event_changes_the_very_next_answer(client: httpx.Client) -> None:
    assert names(ask(client, learner={"id": "eve"}, **EVEN, limit=1)) == ["c0"]
    act(client, "eve", "c0", "complete")
    after = ask(client, learner={"id": "eve"}, **EVEN, limit=9)
    assert after["mode"] == "personalised"
    assert after["gap"]["before"] == 0.8
    assert "c0" not in names(after)
    act(client, "eve", "c2", "dismiss")
    assert "c2" not in names(ask(client, learner={"id": "eve"}, **EVEN, limit=9))


def test_what_was_said_can_be_taken_back(client: httpx.Client) -> None:
    untouched = ask(client, learner={"id": "uma"}, **EVEN, limit=9)
    for day, kind in enumerate(("dismiss", "complete", "enrol"), 1):
        act(client, "uma", "c0", kind, occurred_at=f"2024-01-0{day}T00:00:00Z")
        assert "c0" not in names(ask(client, learner={"id": "uma"}, **EVEN, limit=9))
        act(client, "uma", "c0", "retract", occurred_at=f"2024-01-0{day}T00:00:01Z")
        again = ask(client, learner={"id": "uma"}, **EVEN, limit=9)
        assert (again["mode"], again["gap"], again["items"]) == (
            untouched["mode"], untouched["gap"], untouched["items"],
        )  # fmt: skip


def test_a_prerequisite_opens_once_it_is_met(client: httpx.Client) -> None:
    assert "c3" not in names(ask(client, learner={"id": "pia"}, limit=10))
    act(client, "pia", "c2", "complete")
    assert "c3" in names(ask(client, learner={"id": "pia"}, limit=10))


def test_later_words_win_by_their_own_date_not_by_arrival(client: httpx.Client) -> None:
    act(client, "dan", "c5", "click", occurred_at="2024-02-02T00:00:00Z")
    act(client, "dan", "c5", "dismiss", occurred_at="2024-01-01T00:00:00Z")
    assert "c5" in names(ask(client, learner={"id": "dan"}, limit=10))


def test_a_profile_counts_until_the_request_says_otherwise(client: httpx.Client) -> None:
    profile = {
        "skills": [{"skill": "http://skills.example/2", "level": 0.25}],
        "credentials": ["c0"],
        "target_role": "even/role",
    }
    assert client.put("/v1/learners/kim", json=profile).status_code == 200
    answer = ask(client, learner={"id": "kim"}, limit=10)
    assert answer["role"]["id"] == "even/role"
    held = {skill["label"]: skill["held"] for skill in answer["gap"]["skills"]}
    assert (held["Topic 0"], held["Topic 2"]) == (0.5, 0.25)
    assert "c0" not in names(answer)
    said = {"id": "kim", "skills": [{"skill": "http://skills.example/2", "level": "expert"}]}
    answer = ask(client, learner=said, target_role="odd")
    assert answer["role"]["id"] == "odd"


def test_a_verified_credential_covers_its_skills_and_is_told_as_such(client: httpx.Client) -> None:
    profile = {"verified": ["c0"], "target_role": "even/role"}
    assert client.put("/v1/learners/vera", json=profile).status_code == 200
    answer = ask(client, learner={"id": "vera", "credentials": ["c2"], "verified": ["c4"]})
    told = {
        skill["label"]: [(each["kind"], each["credential"]) for each in skill["evidence"]]
        for skill in answer["gap"]["skills"]
    }
    assert told["Topic 0"] == [("verified", "c0")]
    assert told["Topic 2"] == [("credential", "c2")]
    assert told["Topic 4"] == [("verified", "c4")]
    assert not {"c0", "c2", "c4"} & set(names(answer))


def test_constraints_are_exact(client: httpx.Client) -> None:
    limits = {"max_hours": 60, "include_unknown": False, "exclude": ["c1"]}
    limits |= {"max_cost": {"amount": 4, "currency": "EUR"}, "issuers": ["Example Institute"]}
    found = names(ask(client, constraints=limits, limit=100))
    assert sorted(found) == ["c0", "c2", "c4"]


def test_reasons_can_be_left_out(client: httpx.Client) -> None:
    assert all(item["reasons"] == [] for item in ask(client, explain=False)["items"])


def test_the_same_question_has_the_same_answer(client: httpx.Client) -> None:
    body = {"learner": {"id": "ada", "skills": ["Topic 4"]}, **EVEN}
    first, second = (ask(client, **body) for _ in range(2))
    assert {**first, "request_id": ""} == {**second, "request_id": ""}


def test_tenants_do_not_see_each_others_events(url: str, client: httpx.Client, keys: Keys) -> None:
    act(client, "shared", "c5", "complete")
    assert "c5" not in names(ask(client, learner={"id": "shared"}, limit=10))
    with httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {keys.fresh()}"}
    ) as stranger:
        assert "c5" in names(ask(stranger, learner={"id": "shared"}, limit=10))
