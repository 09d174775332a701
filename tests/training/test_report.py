"""The report as one page: complete, self-contained, safe, and the same every time."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree.ElementTree import Element, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.report import render
from training.report.charts import WIDTH, Bar, Point, Scale, bars, plane

AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
OPEN = {"meta"}
EVIL = """<script>alert("1")</script>'&"""
NUMBERS = st.floats(0, 1, allow_subnormal=False)


class Page(HTMLParser):
    """Checks nesting and gathers texts by the element that holds them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.path: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.titles: list[tuple[str, list[str]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert self.path == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in OPEN:
            self.path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.path.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.path:
            self.texts.append((self.path[-1], data))
            if self.path[-1] == "title":
                self.titles.append((data, list(self.path)))

    def of(self, tag: str) -> list[str]:
        return [text for holder, text in self.texts if holder == tag]


def marks(drawn: Element, tag: str) -> Iterator[dict[str, str]]:
    return (each.attrib for each in drawn.iter(tag))


def test_every_part_is_there_with_its_figures(tiny_report: dict[str, Any]) -> None:
    page = Page(render(tiny_report, AT))
    assert page.of("h2") == [
        "The models", "Slices", "Recall of the candidate sources", "Coverage against quality",
        "Cold start", "Quality by group", "Learning curves", "Map of credentials and skills",
        "The worst answers", "Paths", "Data quality", "What aiming at the role costs",
        "Calibration", "What decides", "Are the reasons true?", "Settings of the baselines",
        "Data, versions, configuration",
    ]  # fmt: skip
    told = " ".join(text for _, text in page.texts)
    for name, slices in tiny_report["models"].items():
        assert name in told
        for figures in slices.values():
            assert f"{figures['ndcg@10']:.3f}" in told
    assert set(tiny_report["paired_slices"]) == set(tiny_report["models"]["cairn"])
    assert all(set(s) == set(tiny_report["paired"]) for s in tiny_report["paired_slices"].values())
    for low, high in tiny_report["paired"].values():
        assert f"{low:+.3f}…{high:+.3f}" in told
    for case in tiny_report["cold_start"].values():
        for figures in case["models"].values():
            assert f"{figures['hit@10']:.3f}" in told
        for low, high in case["paired"].values():
            assert f"{low:+.3f}…{high:+.3f}" in told
    for each in tiny_report["diagnostics"]["goal"]["points"]:
        assert f"{each['gap_closed@10']:.3f}" in told
    for fact in ("2026-01-02 03:04 UTC", "seed 1", tiny_report["data"]["hash"], "4.7.0", "decay"):
        assert fact in told


def test_every_figure_has_a_title_labelled_axes_and_words(tiny_report: dict[str, Any]) -> None:
    page = Page(render(tiny_report, AT))
    drawings = [attributes for tag, attributes in page.tags if tag == "svg"]
    axes = [a for tag, a in page.tags if tag == "text" and a.get("class") == "axis"]
    told = [text for text, holders in page.titles if holders[-2:] == ["svg", "title"]]
    assert len(drawings) == len(page.of("figcaption")) == len(told) >= 7
    assert all(attributes["role"] == "img" for attributes in drawings)
    assert len(axes) >= len(drawings)
    assert all(re.search(r"\d\.\d{3}", alt) for alt in told)


def test_it_fetches_nothing_and_runs_nothing(tiny_report: dict[str, Any]) -> None:
    html = render(tiny_report, AT)
    assert re.search(r"https?:|\bsrc=|\bhref=|@import|url\(|<script|\bon\w+=", html) is None


def test_the_same_figures_give_the_same_page(tiny_report: dict[str, Any]) -> None:
    assert render(tiny_report, AT) == render(copy.deepcopy(tiny_report), AT)


def test_every_name_is_escaped(tiny_report: dict[str, Any]) -> None:
    report = copy.deepcopy(tiny_report)
    for where in (report["models"], report["paired"], report["params"]):
        where[EVIL] = where.pop("markov")
    for each in report["models"].values():
        each[EVIL] = each["all"]
    report["sources"][EVIL] = 0.5
    report["absent"][EVIL] = EVIL
    report["params"][EVIL] = {EVIL: EVIL}
    report["config"][EVIL] = EVIL
    report["split"] = EVIL
    report["diagnostics"]["contributions"][EVIL] = 1.0
    html = render(report, AT)
    page = Page(html)
    assert "<script" not in html
    assert not any(tag == "script" for tag, _ in page.tags)
    assert EVIL in "".join(page.of("text"))


def test_what_was_not_measured_is_said(tiny_report: dict[str, Any]) -> None:
    report = copy.deepcopy(tiny_report)
    names = ("goal", "calibration", "contributions")
    for name in names:
        del report["diagnostics"][name]
    report["diagnostics"]["absent"] = {name: f"no {name} here" for name in names}
    report["faithfulness"] = {"share": None, "reasons": 0, "kinds": {}}
    report["data"]["dates"] = None
    told = Page(render(report, AT)).of("p")
    for name in names:
        assert f"Not measured: no {name} here." in told


def test_without_baselines_there_is_still_a_page(tiny_report: dict[str, Any]) -> None:
    report = copy.deepcopy(tiny_report)
    report["models"] = {"cairn": report["models"]["cairn"]}
    report["paired"], report["params"] = {}, {}
    page = Page(render(report, AT))
    assert "Settings of the baselines" not in page.of("h2")
    report["cold_start"] = {}
    assert "Cold start" in page.of("h2")
    assert "Cold start" not in Page(render(report, AT)).of("h2")
    assert "baselines" not in " ".join(page.of("p")[:1])


@pytest.mark.parametrize("zero", [True, False])
@given(values=st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=9))
def test_a_scale_holds_its_values_between_round_ticks(values: list[float], zero: bool) -> None:
    scale = Scale.over(values, 50, 500, zero=zero)
    assert all(50 - 1e-3 <= scale(value) <= 500 + 1e-3 for value in values)
    assert 2 <= len(scale.ticks) <= 7
    assert list(scale.ticks) == sorted(set(scale.ticks))
    assert not zero or 0.0 in scale.ticks


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=12), st.booleans())
def test_nothing_is_drawn_outside(pairs: list[tuple[float, float]], joined: bool) -> None:
    rows = [Bar(f"model {i}", a, (min(a, b), max(a, b)), (b,)) for i, (a, b) in enumerate(pairs)]
    points = [Point(a, b, f"model {i}") for i, (a, b) in enumerate(pairs)]
    for drawn in (
        bars(rows, alt="alt", axis="axis"),
        plane(points, alt="alt", axes=("x", "y"), joined=joined, zero=not joined),
    ):
        assert "nan" not in tostring(drawn, encoding="unicode")
        for name in ("x", "x1", "x2", "cx"):
            for tag in ("rect", "line", "circle", "text"):
                for mark in marks(drawn, tag):
                    assert 0 <= float(mark.get(name, 0)) <= WIDTH
        for mark in marks(drawn, "rect"):
            assert float(mark["x"]) + float(mark["width"]) <= WIDTH
