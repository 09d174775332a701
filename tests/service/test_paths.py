"""Paths over real HTTP: ordered, dated, explained, and honest when they cannot be had."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import pytest

from models.plan import Binding
from service.planner import binding_out

EVEN = {"target_role": "even/role"}


def ask(client: httpx.Client, **body: Any) -> dict[str, Any]:
    response = client.post("/v1/paths", json=EVEN | body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_a_path_closes_the_gap_step_by_step(client: httpx.Client) -> None:
    answer = ask(client, learner={"id": "ada"})
    assert answer["feasible"] is True
    assert answer["gap"]["before"] > answer["gap"]["after"]
    after = [step["earned_if_stopped_here"]["gap_after"] for step in answer["steps"]]
    assert after == sorted(after, reverse=True)
    assert after[-1] == pytest.approx(answer["gap"]["after"])
    for step in answer["steps"]:
        assert step["why"]
        assert step["starts"] is None
    assert answer["optimality"] == {"solver": "fast", "bound": None, "gap": None}


def test_a_pace_gives_dates(client: httpx.Client) -> None:
    limits = {"hours_per_week": 5, "start": "2027-01-04T00:00:00Z"}
    answer = ask(client, constraints=limits)
    ends = [datetime.fromisoformat(step["ends"]) for step in answer["steps"]]
    assert answer["steps"][0]["starts"].startswith("2027-01-04")
    assert ends == sorted(ends)


def test_the_exact_solver_proves_its_answer(client: httpx.Client) -> None:
    answer = ask(client, solver="exact", constraints={"max_credentials": 2})
    assert len(answer["steps"]) <= 2
    assert answer["optimality"]["solver"] == "exact"
    assert answer["optimality"]["gap"] == pytest.approx(0.0, abs=1e-3)


def test_what_cannot_be_had_names_the_limit_and_the_change(client: httpx.Client) -> None:
    limits = {"max_cost": {"amount": 0.5, "currency": "EUR"}, "include_unknown": False}
    answer = ask(client, constraints=limits, objective={"reach": 0.5})
    assert answer["feasible"] is False
    binding = {each["constraint"]: each for each in answer["infeasible"]}["max_cost"]
    assert binding["shortfall"] > 0
    wider = limits | {"max_cost": {"amount": binding["value"], "currency": "EUR"}}
    assert ask(client, constraints=wider, objective={"reach": 0.5})["feasible"] is True


def test_a_role_of_nobody_is_said_to_be_unknown(client: httpx.Client) -> None:
    answer = ask(client, target_role="even/unheard-of")
    assert (answer["feasible"], answer["gap"]) == (False, None)
    assert answer["infeasible"][0]["constraint"] == "target_role"


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"deadline": "2027-06-01"}, "hours_per_week"),
        ({"hours_per_week": 0}, "greater than or equal to 0.1"),
        ({"hours_per_week": 5, "deadline": "2001-01-01T00:00:00Z"}, "after the start"),
        ({"hours": 3}, "not permitted"),
    ],
)
def test_contradictions_are_422(client: httpx.Client, limits: dict[str, Any], told: str) -> None:
    response = client.post("/v1/paths", json=EVEN | {"constraints": limits})
    assert response.status_code == 422
    assert told in response.text


def test_a_moment_for_which_there_is_no_date_is_null() -> None:
    shown = [binding_out(Binding("deadline", 1.0, "later", at)).value for at in (0.0, 1e12)]
    assert shown == ["1970-01-01T00:00:00+00:00", None]


def test_without_any_role_there_is_nothing_to_plan(client: httpx.Client) -> None:
    response = client.post("/v1/paths", json={})
    assert response.status_code == 422
    assert "target_role" in response.text
