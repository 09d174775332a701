"""Roles compared and ranked over real HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

BOTH = {"target_roles": ["even/role", "odd"]}
CENSUS = {
    "median_wage": 51000.0,
    "currency": "EUR",
    "employment": 1200.0,
    "wage_source": "Example Census",
    "wage_year": 2024,
    "in_demand": [{"skill": "http://skills.example/8", "label": "Topic 8"}],
    "demand_source": "Example Adverts",
    "demand_date": "2024-05",
}
UNKNOWN = dict.fromkeys(CENSUS)


def post(client: httpx.Client, route: str, **body: Any) -> dict[str, Any]:
    response = client.post(f"/v1/{route}", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_role_tells_what_is_in_demand_by_whom_and_when(client: httpx.Client) -> None:
    even, odd = (client.get(f"/v1/roles/{name}").json() for name in BOTH["target_roles"])
    assert even == {**even, **CENSUS}
    assert even["hot"] == [{"skill": "http://skills.example/4", "label": "Topic 4"}]
    assert odd == {**odd, **UNKNOWN, "hot": None}


def test_what_is_in_demand_is_lifted_where_a_request_asks_for_it(client: httpx.Client) -> None:
    ask = {"target_role": "even/role", "limit": 10, "goal_weight": 0.0}
    plain, lifted = (
        post(client, "recommendations", **ask, labour_market=weight)["items"] for weight in (0, 1)
    )
    places = [[each["credential"] for each in items].index("c8") for items in (plain, lifted)]
    assert places[0] > places[1]
    [told] = [each for each in lifted[places[1]]["reasons"] if each["kind"] == "in_demand"]
    assert told["text"] == (
        "Teaches Topic 8, in demand for Keeper of even things (Example Adverts, 2024-05)"
    )
    for weight in (-0.1, 1.1, "1", True):
        bad = client.post("/v1/recommendations", json={**ask, "labour_market": weight})
        assert bad.status_code == 422
        assert [fault["pointer"] for fault in bad.json()["errors"]] == ["/labour_market"]


def test_roles_are_compared_in_the_order_asked(client: httpx.Client) -> None:
    answer = post(client, "paths/compare", learner={"id": "ada"}, **BOTH)
    assert answer["bundle_version"]
    assert answer["request_id"]
    assert (answer["degraded"], answer["notes"]) == ([], [])
    even, odd = answer["roles"]
    assert (even["role"]["id"], odd["role"]["id"]) == ("even/role", "odd")
    assert (even["work"], odd["work"]) == (CENSUS, UNKNOWN)
    for each in (even, odd):
        path = post(client, "paths", learner={"id": "ada"}, target_role=each["role"]["id"])
        assert each["gap"]["before"] == path["gap"]["before"]
        assert each["gap"]["after"] == path["gap"]["after"]
        assert (each["feasible"], each["totals"]) == (path["feasible"], path["totals"])
        assert each["steps"] == len(path["steps"])
        named = [step["credential"] for step in each["first_steps"]]
        assert named == [step["credential"] for step in path["steps"]][: len(named)]
    # c3 waits for c2, which only the path to even things has of itself: both have c2.
    shared = [step["credential"] for step in answer["shared_credentials"]]
    assert shared == [step["credential"] for step in answer["shared_first_steps"]] == ["c2"]


def test_a_role_of_nobody_and_limits_are_told_role_by_role(client: httpx.Client) -> None:
    answer = post(
        client, "paths/compare", target_roles=["odd", "unheard-of", {"text": "even keeper"}]
    )
    odd, unknown, even = answer["roles"]
    assert (unknown["role"], unknown["gap"], unknown["work"]) == (None, None, None)
    assert unknown["infeasible"][0]["constraint"] == "target_role"
    assert any("unheard-of" in note for note in answer["notes"])
    assert (even["role"]["id"], even["role"]["match"]) == ("even/role", 1.0)
    assert answer["degraded"] == ["encoder"]
    assert odd["feasible"]
    limits = {"max_hours": 1.0, "include_unknown": False}
    short = post(client, "paths/compare", **BOTH, constraints=limits, objective={"reach": 0.5})
    for each in short["roles"]:
        assert not each["feasible"]
        assert "max_hours" in {binding["constraint"] for binding in each["infeasible"]}


def test_the_closest_roles_come_with_what_they_take(client: httpx.Client) -> None:
    held = {"skills": [{"skill": f"http://skills.example/{i}", "level": 0.5} for i in (0, 2, 4, 6)]}
    answer = post(client, "roles/closest", learner=held)
    even, odd = answer["roles"]
    assert (even["role"]["id"], even["reached"], even["steps"]) == ("even/role", True, 0)
    assert even["totals"]["hours"] == {"low": 0.0, "high": 0.0}
    assert even["gap"] == {"before": pytest.approx(0.2), "after": pytest.approx(0.2)}
    assert (even["work"], even["requirements"]) == (CENSUS, 5)
    assert odd["gap"]["after"] <= 0.2 < odd["gap"]["before"]
    assert odd["steps"] > 0
    assert (answer["considered"], answer["left_out"], answer["reach"]) == (2, 0, 0.8)
    one = post(client, "roles/closest", learner=held, limit=1, constraints={"max_hours": 5})
    assert [each["role"]["id"] for each in one["roles"]] == ["even/role"]


def test_what_happened_counts_at_once(client: httpx.Client) -> None:
    before = post(client, "roles/closest", learner={"id": "eve"})["roles"]
    events = [
        {"event_id": f"e{i}", "learner_id": "eve", "credential_id": f"c{i}",
         "occurred_at": "2023-12-01T00:00:00Z"}
        for i in (1, 5, 7)
    ]  # fmt: skip
    assert client.post("/v1/events", json={"events": events}).status_code == 202
    after = post(client, "roles/closest", learner={"id": "eve"})["roles"]
    assert {each["gap"]["before"] for each in before} == {1.0}
    assert {each["role"]["id"]: each["gap"]["before"] for each in after} == {
        "odd": pytest.approx(0.4),
        "even/role": 1.0,
    }


def test_a_role_shows_where_its_wage_is_known_from(client: httpx.Client) -> None:
    role = client.get("/v1/roles/even/role").json()
    assert {name: role[name] for name in CENSUS} == CENSUS
    other = client.get("/v1/roles/odd").json()
    assert {name: other[name] for name in CENSUS} == UNKNOWN


@pytest.mark.parametrize(
    ("route", "body", "told"),
    [
        ("paths/compare", {}, "/target_roles"),
        ("paths/compare", {"target_roles": ["odd"]}, "at least 2"),
        ("paths/compare", {"target_roles": ["a", "b", "c", "d"]}, "at most 3"),
        ("paths/compare", {"target_roles": ["odd", "odd"]}, "different"),
        ("paths/compare", BOTH | {"constraints": {"deadline": "2027-06-01"}}, "hours_per_week"),
        ("roles/closest", {"limit": 21}, "less than or equal to 20"),
        ("roles/closest", {"reach": 1.5}, "less than or equal to 1"),
        (
            "roles/closest",
            {"constraints": {"hours_per_week": 5, "deadline": "2001-01-01"}},
            "start",
        ),
        ("roles/closest", {"target_role": "odd"}, "not permitted"),
    ],
)
def test_bad_questions_are_422(
    client: httpx.Client, route: str, body: dict[str, Any], told: str
) -> None:
    response = client.post(f"/v1/{route}", json=body)
    assert response.status_code == 422
    assert told in response.text


@pytest.mark.parametrize("route", ["paths/compare", "roles/closest"])
def test_a_key_is_needed(url: str, route: str) -> None:
    assert httpx.post(f"{url}/v1/{route}", json=BOTH).status_code == 401
