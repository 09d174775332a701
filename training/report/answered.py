"""Answers looked at one by one: the worst lists, and the paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from training.report.elements import element, table
from training.report.words import Part, note

Report = Mapping[str, Any]


def parts(report: Report) -> Iterator[Part]:
    """The worst cases, then what paths come to."""
    if "worst" in report:
        yield Part("The worst answers", _worst(report["worst"]))
    if "paths" in report:
        yield Part("Paths", _paths(report["paths"]))


def _worst(cases: list[Report]) -> list[Element]:
    return [
        note(
            "Learners whose next credential stood lowest, under pseudonyms that only the data can "
            "undo. Single histories are personal data all the same: keep this page so."
        ),
        *map(_case, cases),
    ]


def _case(case: Report) -> Element:
    aim = "" if case["role"] is None else f", aiming at {case['role']}"
    steps = [
        element("li", f"{step['title']} ", element("span", _when(step), class_="soft when"))
        for step in case["steps"]
    ]
    left_out = case["met"] - len(steps)
    if left_out > 0:
        steps.insert(0, element("li", element("span", f"{left_out} earlier acts", class_="soft")))
    wanted = [
        element("li", f"{each['title']} ", element("span", each["why"], class_="soft"))
        for each in case["wanted"]
    ]
    shown = [
        element(
            "li", f"{each['title']} ", element("span", "; ".join(each["reasons"]), class_="soft")
        )
        for each in case["shown"]
    ]
    return element(
        "div",
        element("h3", f"Learner {case['who']}{aim}"),
        element(
            "div",
            _column("Did", steps),
            _column("Took next", wanted),
            _column("Was shown, and why", shown),
            class_="case",
        ),
    )


def _column(title: str, items: list[Element]) -> Element:
    return element("div", element("h4", title), element("ol", *items))


def _when(step: Report) -> str:
    return step["kind"] if step["at"] is None else f"{step['kind']}, {step['at']}"


def _paths(found: Report | None) -> list[Element]:
    if found is None:
        return [note("Not measured: no learner asked has a target role with required skills.")]
    money = found["currency"] or "cost"

    def told(value: float | None, form: str = ".1f") -> str:
        return "unknown" if value is None else f"{value:{form}}"

    rows = [
        ("learners planned for", f"{found['asked']:,}"),
        ("answered with a path, or none needed", f"{found['answered']:.1%}"),
        ("steps before their prerequisites", str(found["broken"])),
        ("gap before, share of the role", f"{found['gap_before']:.3f}"),
        ("covered of the role", f"{found['gap_closed']:.3f}"),
        ("steps of a path", told(found["steps"])),
        ("hours of a path", told(found["hours"])),
        (f"{money} of a path", told(found["cost"])),
        ("role covered in 100 hours", told(found["closed_per_100_hours"], ".3f")),
        (f"role covered for 1000 {money}", told(found["closed_per_1000"], ".3f")),
        ("paths with unknown hours, left out of means", f"{found['unknown_hours']:,}"),
        ("paths with unknown or other cost, left out of means", f"{found['unknown_cost']:,}"),
    ]
    return [
        note(
            "From where each learner stood to the role they aim at, without limits, by the fast "
            "solver. Steps before their prerequisites must be 0."
        ),
        table(("", "paths"), rows),
    ]
