"""The part of the page that tells how good lists are where little is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from training.metrics import BRIEFLY, PIPELINE
from training.report.charts import Bar, bars
from training.report.elements import Content, table
from training.report.words import (  # fmt: skip
    Part,
    figure,
    figure_with_interval,
    interval,
    listed,
    marked,
    note,
)

Report = Mapping[str, Any]


def parts(report: Report) -> Iterator[Part]:
    """One part, where it was measured and anybody could be asked."""
    if report.get("cold_start"):
        yield Part("Cold start", _cases(report["cold_start"]))


def _cases(found: Report) -> list[Element]:
    drawn = []
    for name, case in found.items():
        mine = case["models"][PIPELINE]
        others = tuple(case["models"][model]["ndcg@10"] for model in case["paired"])
        drawn.append(Bar(name, mine["ndcg@10"], tuple(mine["ci"]["ndcg@10"]), others, mine=True))
    head = ("known", "learners", "model", "NDCG@10", "hit rate@10", f"{PIPELINE} − model, paired")
    rows = [row for name, case in found.items() for row in _rows(name, case)]
    alt = "NDCG@10 of the pipeline: " + listed((row.label, row.value) for row in drawn)
    title = "NDCG@10 by what is known; upright marks are the popular"
    return [
        note(
            "The same learners, asked as if no more were known of them than the row says; then "
            "those whose answer nobody met in training, or teaches a skill that nothing met there "
            "teaches, of whom everything is known. Lists leave out only what is known."
        ),
        figure(title, bars(drawn, alt=alt, axis="NDCG@10")),
        table(head, rows),
    ]


def _rows(name: str, case: Report) -> Iterator[tuple[Content, ...]]:
    best = {measure: max(each[measure] for each in case["models"].values()) for measure in BRIEFLY}
    for model, figures in case["models"].items():
        bounds = case["paired"].get(model)
        yield (
            name,
            f"{case['learners']:,}",
            model,
            *(
                marked(figure_with_interval(figures, each), best=figures[each] == best[each])
                for each in BRIEFLY
            ),
            "" if bounds is None else interval(bounds, signed=True),
        )
