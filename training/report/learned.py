"""How the models learned, and where they place what they learned of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from training.report.drawn import atlas, curves, legend
from training.report.words import Part, beside, figure, note

Report = Mapping[str, Any]


def parts(report: Report) -> Iterator[Part]:
    """The curves, and the map."""
    if "learning" in report:
        yield Part("Learning curves", _curves(report["learning"]))
    if report.get("map"):
        yield Part("Map of credentials and skills", _map(report["map"]))


def _curves(found: Report) -> list[Element]:
    charts = []
    rates: dict[str, list[tuple[float, float]]] = {}
    for rate, epoch, quality in found["collaborative"]:
        rates.setdefault(f"rate {rate:g}", []).append((epoch, quality))
    rounds = {"ranker": [(k, value) for k, value in enumerate(found["ranker"], 1)]}
    for title, series, axis in (
        ("LightFM, by learning rate", rates, "epochs"),
        ("Ranker, on learners left out", rounds if found["ranker"] else {}, "trees"),
    ):
        if not series:
            continue
        best = {name: max(pairs, key=lambda pair: pair[1]) for name, pairs in series.items()}
        alt = "; ".join(
            f"{name}: best NDCG@10 {value:.3f} after {at:g} {axis}"
            for name, (at, value) in best.items()
        )
        drawn = curves(series, alt=alt, axes=(axis, "NDCG@10"))
        charts.append(figure(title, drawn))
    if not charts:
        return [note("Not recorded: too little data to choose settings by results.")]
    return [
        note(
            "NDCG@10 on a part held back from what the models are fitted on, never on the test "
            "part. Each stops at its highest point. The values do not begin at zero."
        ),
        beside(*charts),
    ]


def _map(found: Report) -> list[Element]:
    every, drawn = found["all"], found["credentials"]
    alt = (
        f"{len(drawn)} credentials and {len(found['skills'])} skills on the plane in which they "
        f"differ most, which keeps {found['kept']:.3f} of their variance; credentials by "
        f"{found['of']}: {', '.join(found['kinds'])}"
    )
    part = ""
    if len(drawn) < every["credentials"] or len(found["skills"]) < every["skills"]:
        part = f" Drawn by chance from {every['credentials']:,} and {every['skills']:,}."
    return [
        note(
            f"Alike by {found['by']} is near; the plane keeps {found['kept']:.0%} of the variance, "
            f"so points that lie apart differ, while near ones may.{part} Point at a mark to read "
            "its name."
        ),
        legend(found["kinds"]),
        figure(f"Credentials by {found['of']}, and skills", atlas(found, alt=alt)),
    ]
