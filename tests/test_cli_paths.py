"""Answers on a terminal, without a server: recommendations, paths, roles compared and ranked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shared import Run

pytestmark = pytest.mark.slow


@pytest.fixture
def joiner(tmp_path: Path) -> Path:
    """The file of a learner who has begun to be a joiner."""
    path = tmp_path / "joiner.json"
    path.write_text('{"credentials": ["joinery-0", "joinery-1"]}')
    return path


def test_a_recommendation_is_a_table_or_the_body_of_the_api(
    run: Run, served: Path, tmp_path: Path
) -> None:
    learner = tmp_path / "learner.json"
    learner.write_text('{"credentials": ["joinery-0"], "skills": ["joinery tools"]}')
    code, out, _ = run("recommend", served, "--learner", learner, "--role", "Joinery lead")
    assert code == 0
    assert {"Joinery", "missing", "unknown"} <= set(out.replace(",", " ").split())
    assert "joinery-0 " not in out
    arguments = ("recommend", served, "--learner-id", "learner-01", "--json", "--limit", 3)
    code, out, _ = run(*arguments, "--role", "joinery-role")
    body = json.loads(out)
    assert (body["role"]["match"], len(body["items"])) == (None, 3)
    assert body["mode"] == "personalised"
    code, out, _ = run(*arguments, "--role", "Joinery lead")
    assert json.loads(out)["role"] == {"id": "joinery-role", "title": "Joinery lead", "match": 1.0}
    code, out, _ = run("recommend", served, "--json")
    assert json.loads(out)["mode"] == "popular"


def test_a_path_is_told_or_the_body_of_the_api(run: Run, served: Path, tmp_path: Path) -> None:
    learner = tmp_path / "learner.json"
    learner.write_text('{"credentials": ["joinery-0"]}')
    arguments = ("plan", served, "--learner", learner, "--role", "joinery-role")
    code, out, _ = run(*arguments, "--hours-per-week", 10, "--deadline", "2099-01-01")
    assert code == 0
    assert {"Towards", "steps,", "to"} <= set(out.split())
    code, out, _ = run(*arguments, "--max-cost", "200", "--solver", "exact", "--json")
    body = json.loads(out)
    assert (body["feasible"], body["totals"]["currency"]) == (True, "EUR")
    assert body["totals"]["cost"]["low"] <= 200
    assert body["optimality"]["bound"] is not None
    code, out, _ = run(*arguments, "--max-cost", "1EUR", "--reach", 0.9)
    assert (code, "max_cost" in out) == (0, True)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--max-cost", "cheap"), "expected an amount"),
        (("--deadline", "2099-01-01"), "hours_per_week"),
        (("--hours-per-week", 0), "greater than or equal to 0.1"),
    ],
)
def test_a_path_that_cannot_be_asked_for_is_refused(
    run: Run, served: Path, more: tuple[object, ...], message: str
) -> None:
    code, _, err = run("plan", served, "--role", "joinery-role", *more)
    assert (code, message in err) == (2, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ('{"skils": []}', "skils"),
        ('{"history": [{"credential_id": "a", "kind": "won"}]}', "history/0/kind"),
        (None, "cannot be read"),
    ],
)
def test_a_learner_that_cannot_be_read_is_said_plainly(
    run: Run, served: Path, tmp_path: Path, content: str | None, message: str
) -> None:
    path = tmp_path / "learner.json"
    if content is not None:
        path.write_text(content)
    code, out, err = run("recommend", served, "--learner", path)
    assert (code, out, message in err) == (2, "", True), err


def test_roles_are_compared_on_a_terminal_or_as_the_body_of_the_api(
    run: Run, served: Path, joiner: Path
) -> None:
    roles = ("--role", "joinery-role", "--role", "Bakery lead")
    code, out, _ = run("compare", served, "--learner", joiner, *roles)
    assert code == 0
    assert {"Joinery lead", "Bakery lead", "unknown", "On every path: nothing"} <= parts(out)
    code, out, _ = run("compare", served, "--learner", joiner, *roles, "--json")
    body = json.loads(out)
    assert [each["role"]["id"] for each in body["roles"]] == ["joinery-role", "bakery-role"]
    joinery, bakery = body["roles"]
    assert joinery["gap"]["before"] < bakery["gap"]["before"]
    assert joinery["work"]["median_wage"] is None
    code, out, _ = run("plan", served, "--learner", joiner, "--role", "joinery-role", "--json")
    path = json.loads(out)
    assert (path["totals"], len(path["steps"])) == (joinery["totals"], joinery["steps"])


def test_the_closest_roles_come_first(run: Run, served: Path, joiner: Path) -> None:
    code, out, _ = run("closest", served, "--learner", joiner)
    assert code == 0
    assert out.index("Joinery lead") < out.index("Bakery lead")
    assert "Of 4 roles" in out
    code, out, _ = run("closest", served, "--learner", joiner, "--limit", 2, "--json")
    body: dict[str, Any] = json.loads(out)
    assert body["roles"][0]["role"]["id"] == "joinery-role"
    assert (len(body["roles"]), body["considered"]) == (2, 4)
    code, out, _ = run("closest", served, "--learner", joiner, "--max-hours", 1, "--json")
    assert all(each["totals"]["hours"]["low"] <= 1 for each in json.loads(out)["roles"])


def parts(out: str) -> set[str]:
    """What is told, cell by cell and line by line."""
    return {cell.strip() for line in out.splitlines() for cell in [line, *line.split("  ")]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compare", "--role", "joinery-role"), "at least 2"),
        (("compare", "--role", "a", "--role", "a"), "different"),
        (("compare", "--role", "a", "--role", "b", "--max-cost", "dear"), "expected an amount"),
        (("compare", "--role", "a", "--role", "b", "--learner", "nowhere.json"), "cannot be read"),
        (("compare",), "--role"),
        (("closest", "--limit", 21), "--limit"),
        (("closest", "--max-cost", "dear"), "expected an amount"),
        (("closest", "--learner", "a.json", "--learner-id", "a"), "not by both"),
        (("closest", "--learner-id", ""), "learner/id: String should have at least 1"),
        (("recommend", "--role", ""), "text: String should have at least 1"),
        (("plan", "--role", "x" * 100_000), "text: String should have at most"),
    ],
)
def test_questions_that_cannot_be_asked_are_refused(
    run: Run, served: Path, arguments: tuple[object, ...], message: str
) -> None:
    command, *more = arguments
    code, _, err = run(command, served, *more)
    assert (code, message in err) == (2, True), err
