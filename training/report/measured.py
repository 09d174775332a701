"""The parts of the page that tell how good the models are, and on what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element

from training.metrics import PIPELINE
from training.report.charts import Bar, Point, bars, plane
from training.report.elements import element, table
from training.report.words import (  # fmt: skip
    Part,
    beside,
    figure,
    figure_with_interval,
    interval,
    listed,
    marked,
    note,
    verdict,
)

Report = Mapping[str, Any]

SURE: Final = {"ndcg@10": "NDCG@10", "recall@10": "recall@10", "hit@10": "hit rate@10"}
"""Metrics that have an interval."""

BARRED: Final = ("ndcg@10", "recall@10")
KINDS: Final = {"better": "best", "worse": "worse"}


def parts(report: Report) -> Iterator[Part]:
    """Every part that rests on the figures alone."""
    models = best_first(report)
    yield Part("The models", _models(report, models))
    yield Part("Slices", _slices(models))
    yield Part("Recall of the candidate sources", _sources(report))
    yield Part("Coverage against quality", _coverage(models))


def best_first(report: Report) -> Report:
    """The pipeline, then the baselines by NDCG@10."""
    models = report["models"]
    order = sorted(models, key=lambda name: (name != PIPELINE, -models[name]["all"]["ndcg@10"]))
    return {name: models[name] for name in order}


def _models(report: Report, models: Report) -> list[Element]:
    mine = models[PIPELINE]["all"]["ndcg@10"]
    best = {name: max(each["all"][name] for each in models.values()) for name in (*SURE, "mrr")}

    def cell(figures: Report, name: str) -> Element:
        text = figure_with_interval(figures, name) if name in SURE else f"{figures[name]:.3f}"
        return marked(text, best=figures[name] == best[name])

    rows = []
    for name, slices in models.items():
        figures, bounds = slices["all"], report["paired"].get(name)
        difference: tuple[str | Element, ...] = ("", "", "")
        if bounds is not None:
            said = verdict(bounds)
            difference = (
                f"{mine - figures['ndcg@10']:+.3f}",
                interval(bounds, signed=True),
                element("span", said, class_=KINDS.get(said, "level")),
            )
        rows.append((name, *(cell(figures, metric) for metric in (*SURE, "mrr")), *difference))
    head = ("model", *SURE.values(), "MRR", f"{PIPELINE} − model", "95 %, paired", f"{PIPELINE} is")
    charts = [
        figure(
            f"{SURE[metric]} of all learners, with 95 % intervals",
            bars(
                [
                    Bar(n, s["all"][metric], tuple(s["all"]["ci"][metric]), mine=n == PIPELINE)
                    for n, s in models.items()
                ],
                alt=listed((n, s["all"][metric]) for n, s in models.items()),
                axis=SURE[metric],
            ),
        )
        for metric in BARRED
    ]
    return [
        note(
            f"{_tuned(report)} The difference is in NDCG@10, learner by "
            "learner; a model is better where its whole interval lies above zero."
        ),
        table(head, rows),
        *(note(f"Left out: {name}, {why}.") for name, why in report["absent"].items()),
        beside(*charts),
    ]


def _tuned(report: Report) -> str:
    if "bundle" in report:
        return "The baselines have their usual settings."
    return "Each baseline was tuned on an inner split."


def _slices(models: Report) -> list[Element]:
    rows, drawn = [], []
    for part, figures in models[PIPELINE].items():
        values = {name: each[part]["ndcg@10"] for name, each in models.items()}
        best = max(values.values())
        rows.append(
            (
                part,
                f"{figures['learners']:,}",
                interval(figures["ci"]["ndcg@10"]),
                *(marked(f"{value:.3f}", best=value == best) for value in values.values()),
            )
        )
        others = tuple(value for name, value in values.items() if name != PIPELINE)
        bounds = tuple(figures["ci"]["ndcg@10"])
        drawn.append(Bar(part, figures["ndcg@10"], bounds, others, mine=True))
    alt = "NDCG@10 of the pipeline: " + listed((row.label, row.value) for row in drawn)
    title = "NDCG@10 by slice; upright marks are the baselines"
    return [
        note("Learners by the length of their past. The best of a slice stands out."),
        figure(title, bars(drawn, alt=alt, axis="NDCG@10")),
        table(("NDCG@10", "learners", f"95 %, {PIPELINE}", *models), rows),
    ]


def _sources(report: Report) -> list[Element]:
    found = {"any source": report["candidate_recall"]} | report["sources"]
    drawn = [Bar(name, value, mine=name == "any source") for name, value in found.items()]
    title = "Share of the answers that each source proposed"
    return [
        note(
            "Before anything is ranked, sources propose candidates. What none of them proposes "
            "cannot be recommended: the first bar is the most a ranker could reach."
        ),
        figure(title, bars(drawn, alt=f"{title}: {listed(found.items())}", axis="recall")),
    ]


def _coverage(models: Report) -> list[Element]:
    figures = {name: slices["all"] for name, slices in models.items()}
    names = ("ndcg@10", "coverage@10", "gini@10", "novelty@10")
    points = [
        Point(each["coverage@10"], each["ndcg@10"], name, mine=name == PIPELINE)
        for name, each in figures.items()
    ]
    alt = "; ".join(f"{p.label}: coverage {p.x:.3f}, NDCG@10 {p.y:.3f}" for p in points)
    axes = ("coverage@10: share of the catalogue shown", "NDCG@10")
    return [
        note(
            "A model that shows everybody the same few credentials covers little of the catalogue. "
            "Gini is the inequality of exposure (0: all alike), novelty the mean surprise in bits."
        ),
        beside(
            figure("NDCG@10 against catalogue coverage", plane(points, alt=alt, axes=axes)),
            table(
                ("model", "NDCG@10", "coverage@10", "Gini@10", "novelty@10"),
                [(n, *(f"{each[name]:.3f}" for name in names)) for n, each in figures.items()],
            ),
        ),
    ]
