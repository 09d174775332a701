"""The page as a whole: what it says first, then part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, tostring

from training.metrics import PIPELINE
from training.report import diagnosed, measured
from training.report.elements import element
from training.report.words import Part, figure_with_interval, verdict

STYLE = Path(__file__).with_name("style.css")


def render(report: Mapping[str, Any], at: datetime) -> str:
    """The HTML of a report of ``training.comparison``; the same input gives the same text.

    ``at`` is the moment that the page names as its own.
    """
    title = f"Evaluation, split {report['split']}"
    parts = (*measured.parts(report), *diagnosed.parts(report))
    return whole(title, [_header(title, report, at)], parts)


def whole(title: str, header: Iterable[Element], parts: Iterable[Part]) -> str:
    """The HTML of a page: a ``header``, then every part that has content."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · Cairn"),
        element("style", STYLE.read_text()),
    )
    body = element(
        "body",
        element(
            "main",
            *header,
            *(
                element("section", element("h2", p.title), *p.content, class_="panel")
                for p in parts
                if p.content
            ),
        ),
    )
    page = element("html", head, body, lang="en")
    return "<!doctype html>\n" + tostring(page, encoding="unicode", method="html") + "\n"


def _header(title: str, report: Mapping[str, Any], at: datetime) -> Element:
    models = {name: slices["all"] for name, slices in report["models"].items()}
    mine = models.pop(PIPELINE)
    said = f"NDCG@10 {figure_with_interval(mine, 'ndcg@10')} over {report['learners']:,} learners"
    if models:
        best = max(models, key=lambda name: models[name]["ndcg@10"])
        better = [name for name in models if verdict(report["paired"][name]) == "better"]
        if models[best]["ndcg@10"] > 0:
            times = mine["ndcg@10"] / models[best]["ndcg@10"]
            said += f", {times:.2f} times that of the best baseline, {best}"
        said += f"; better than {len(better)} of {len(models)} baselines"
    about = f"{at:%Y-%m-%d %H:%M %Z} · seed {report['seed']} · 95 % intervals over learners"
    return element(
        "header",
        element("h1", title),
        element("p", said + ".", class_="verdict"),
        element("p", about),
    )
