"""A data folder small enough to train on in seconds, with a plain order to be learned.

Four trades of three skills and ten courses each; learners take the courses of the trade
they aim at, mostly in order. Course 4 of each trade asks for course 3, the first three
courses of a trade stack into its tenth, some hours and costs are unknown.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

TRADES = ("bakery", "joinery", "plumbing", "tailoring")
COURSES = 10
LEARNERS = 60
WORK = {
    "median_wage": 62970, "currency": "USD", "employment": 455_940, "wage_year": 2024,
    "wage_source": "Invented survey", "in_demand": [f"plumbing-skill-{k}" for k in (0, 2)],
    "demand_source": "Invented adverts", "demand_date": "2025-02",
}  # fmt: skip
"""What is known of one role's work, and of no other's."""

FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)


def write_data(folder: Path) -> Path:
    """Write the tables into ``folder``, which is made, and return it."""
    folder.mkdir(parents=True)
    for name, rows in {
        "skills": [_skill(trade, k) for trade in TRADES for k in range(3)],
        "roles": [_role(trade) for trade in TRADES],
        "credentials": [_course(trade, k) for trade in TRADES for k in range(COURSES)],
        "learners": [_learner(i) for i in range(LEARNERS)],
    }.items():
        _write_lines(folder / f"{name}.jsonl", rows)
    with (folder / "interactions.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["learner_id", "credential_id", "kind", "occurred_at"])
        table.writerows(row for i in range(LEARNERS) for row in _history(i))
    return folder


def _skill(trade: str, k: int) -> dict[str, Any]:
    return {"id": f"{trade}-skill-{k}", "label": f"{trade} {('tools', 'methods', 'quality')[k]}"}


def _role(trade: str) -> dict[str, Any]:
    requirements = [
        {"skill": f"{trade}-skill-{k}", "importance": 1 - 0.25 * k, "level": "advanced"}
        for k in range(3)
    ]
    role = {"id": f"{trade}-role", "title": f"{trade.title()} lead", "requirements": requirements}
    return role | WORK if trade == "plumbing" else role


def _course(trade: str, k: int) -> dict[str, Any]:
    course: dict[str, Any] = {
        "id": f"{trade}-{k}",
        "title": f"{trade.title()} course {k}",
        "issuer": f"{trade.title()} School",
        "skills": [{"skill": f"{trade}-skill-{k % 3}", "level": (k + 1) / COURSES}],
        "language": "en",
    }
    if k % 3:
        course |= {"hours": 10 + 2 * k, "cost": 50 * k, "currency": "EUR"}
    if k == 4:
        course["prerequisites"] = {"all": [{"credential": f"{trade}-3"}]}
    if k < 3:
        course["stacks_into"] = [f"{trade}-9"]
    return course


def _learner(i: int) -> dict[str, Any]:
    return {"id": f"learner-{i:02}", "target_role": f"{TRADES[i % len(TRADES)]}-role"}


def _history(i: int) -> Iterable[tuple[str, str, str, str]]:
    draw = random.Random(i)
    trade = TRADES[i % len(TRADES)]
    courses = [f"{trade}-{k}" for k in range(draw.randint(0, 3), COURSES) if draw.random() < 0.8]
    if draw.random() < 0.3:
        courses.append(f"{draw.choice(TRADES)}-0")
    day = FIRST_DAY + timedelta(days=draw.randint(0, 60))
    for course in dict.fromkeys(courses):
        day += timedelta(days=draw.randint(5, 25))
        yield f"learner-{i:02}", course, "complete", f"{day:%Y-%m-%dT%H:%M:%SZ}"


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
