"""The figures on the terminal and as one page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, tostring

from rich.table import Table

from training.report.charts import Bar, bars
from training.report.elements import element
from training.report.elements import table as html_table
from training.report.page import STYLE

HEAD = (
    "", "req/s", "range", "p50 ms", "p95 ms", "p99 ms", "server ms", "generator ms", "RSS MB",
    "PSS MB",
)  # fmt: skip


def shown(size: Mapping[str, Any]) -> Table:
    """One size as a table for the terminal."""
    table = Table(title=f"{size['credentials']:,} credentials; times at half load, CPU a request")
    for name in HEAD:
        table.add_column(name, justify="right" if name else "left")
    for row in _cells(size):
        table.add_row(*row)
    return table


def verdicts(size: Mapping[str, Any]) -> list[str]:
    """One line for each goal."""
    return [
        f"{'pass' if goal['holds'] else 'FAIL'}  {goal['goal']}: {_number(goal['measured'])} "
        f"({_bound(goal)})"
        for goal in size["criteria"]
    ]


def page(report: Mapping[str, Any]) -> str:
    """All sizes as HTML with charts."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("title", "Benchmark · Cairn"),
        element("style", STYLE.read_text()),
    )
    sections = [_section(size) for size in report["sizes"]]
    body = element("body", element("main", element("h1", "Benchmark"), *sections))
    whole = element("html", head, body, lang="en")
    return "<!doctype html>\n" + tostring(whole, encoding="unicode", method="html") + "\n"


def _section(size: Mapping[str, Any]) -> Element:
    rows = size["rows"]

    def chart(figure: str, axis: str) -> Element:
        drawn = [
            Bar(name, row[figure]["median"], (row[figure]["low"], row[figure]["high"]),
                mine=name.startswith("cairn"))
            for name, row in rows.items()
        ]  # fmt: skip
        return bars(drawn, alt=axis, axis=axis, digits=1)

    stages = [Bar(name, value, mine=True) for name, value in size["stages_ms"].items()]
    return element(
        "section",
        element("h2", f"{size['credentials']:,} credentials"),
        html_table(HEAD, _cells(size)),
        element("ul", *(element("li", line) for line in verdicts(size))),
        chart("rps", "requests a second at saturation"),
        chart("p99_ms", "p99 at half load, ms"),
        chart("server_cpu_ms", "CPU of the server, ms a request"),
        bars(stages, alt="stages", axis="mean of each stage, ms", digits=2),
        class_="panel",
    )


def _cells(size: Mapping[str, Any]) -> Sequence[list[str]]:
    figures = ("p50_ms", "p95_ms", "p99_ms", "server_cpu_ms", "generator_cpu_ms")
    return [
        [
            name,
            f"{row['rps']['median']:.0f}",
            f"{row['rps']['low']:.0f}…{row['rps']['high']:.0f}",
            *(f"{row[figure]['median']:.2f}" for figure in figures),
            f"{row['memory_mb']['rss']:.0f}",
            f"{row['memory_mb']['pss']:.0f}",
        ]
        for name, row in size["rows"].items()
    ]


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"


def _bound(goal: Mapping[str, Any]) -> str:
    if "at_most" in goal:
        return f"at most {goal['at_most']:g}"
    return f"at least {goal['at_least']:g}"
