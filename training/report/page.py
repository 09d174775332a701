"""The page as a whole: what it says first, then part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import tostring

from training.metrics import PIPELINE
from training.report import (  # fmt: skip
    answered,
    audited,
    changed,
    cold,
    diagnosed,
    learned,
    measured,
    supplied,
)
from training.report.elements import element
from training.report.words import Part, figure_with_interval, verdict

STYLE = Path(__file__).with_name("style.css")


def render(report: Mapping[str, Any], at: datetime) -> str:
    """The HTML of a report of ``training.comparison``, or of a training run; the same input gives
    the same text.

    ``at`` is the moment that the page names as its own.
    """
    bundle = report.get("bundle")
    title = f"Evaluation, split {report['split']}"
    title = title if bundle is None else f"Training run, bundle {bundle}"
    about = f"{at:%Y-%m-%d %H:%M %Z} · seed {report['seed']} · 95 % intervals over learners"
    return document(title, _verdict(report), about, _parts(report))


def render_audit(report: Mapping[str, Any], at: datetime) -> str:
    """The HTML of a report of ``training.equity.audit``, likewise."""
    about = (
        f"{at:%Y-%m-%d %H:%M %Z} · split {report['split']} · seed {report['seed']} · "
        f"asked: {report['asked']}"
    )
    parts = [*audited.parts(report), *diagnosed.circumstances(report)]
    return document(
        f"Equity audit, bundle {report['bundle']}", audited.verdict(report), about, parts
    )


def document(title: str, verdict: str, about: str, parts: Iterable[Part]) -> str:
    """A whole page: what it says first, then its parts, those without content left out."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"{title} · Cairn"),
        element("style", STYLE.read_text()),
    )
    header = element(
        "header",
        element("h1", title),
        element("p", verdict, class_="verdict"),
        element("p", about),
    )
    panels = (
        element("section", element("h2", part.title), *part.content, class_="panel")
        for part in parts
        if part.content
    )
    page = element("html", head, element("body", element("main", header, *panels)), lang="en")
    return "<!doctype html>\n" + tostring(page, encoding="unicode", method="html") + "\n"


def _parts(report: Mapping[str, Any]) -> Iterator[Part]:
    """Of a training run what changed comes first, of any run the figures, what they are made of
    and what they rest on.
    """
    yield from changed.parts(report)
    yield from measured.parts(report)
    yield from cold.parts(report)
    yield from audited.quality(report)
    yield from learned.parts(report)
    yield from answered.parts(report)
    yield from supplied.parts(report)
    yield from diagnosed.parts(report)


def _verdict(report: Mapping[str, Any]) -> str:
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
    return said + "."
