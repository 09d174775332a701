"""The drift report for people: tables on a terminal, and a page with charts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from xml.etree.ElementTree import Element

from rich.console import RenderableType
from rich.text import Text

from training.printing import table as printed_table
from training.report.charts import Bar, Point, bars, plane
from training.report.elements import table
from training.report.page import document
from training.report.words import Part, beside, figure, interval, note

Report = Mapping[str, Any]

READ: Final = (
    "Population stability index: below 0.1 steady, below 0.25 some drift, else much (Siddiqi, "
    "2006). Chance is what it stays below in 95 of 100 samples of this size where nothing has "
    "moved; a mix of which that exceeds 0.1 is not judged."
)


def printed(report: Report) -> Iterator[RenderableType]:
    """What moved, what is unknown to the bundle, and how well its scores hold."""
    yield Text(_about(report))
    mixes = printed_table("mix", "of", "training", "recent", "index", "chance", "verdict")
    for name, mix in _mixes(report):
        mixes.add_row(name, *_row(mix))
    yield mixes
    yield Text(READ)
    if report["unseen"]:
        unseen = printed_table("unknown to the bundle", "share of", "share", "95 %", "of")
        for name, each in report["unseen"].items():
            share = each["unseen"] / each["of"]
            unseen.add_row(name, f"{share:.3f}", interval(each["ci"]), f"{each['of']:,}")
        yield unseen
    if "calibration" in report:
        yield Text(_calibration_words(report["calibration"]))
    for name, why in report["absent"].items():
        yield Text(f"Not measured: {name}, {why}.")


def page(report: Report, at: datetime) -> str:
    """The HTML of a report; ``at`` is the moment that the page names as its own."""
    parts = [Part("What moved", list(_moved(report)))]
    for name, mix in _mixes(report):
        parts.append(Part(name.capitalize(), _mix(name, mix)))
    parts.append(Part("Calibration of what was served", list(_calibration(report))))
    why = [note(f"Not measured: {name}, {each}.") for name, each in report["absent"].items()]
    parts.append(Part("Left out", why))
    return document("Drift", _about(report), f"{at:%Y-%m-%d %H:%M %Z}", parts)


def _about(report: Report) -> str:
    until = report["trained_until"]
    trained = "" if until is None else f", trained on data up to {until}"
    return (
        f"Bundle {report['bundle']}{trained}; {report['events']:,} events of "
        f"{report['learners']:,} learners and {report['answers']:,} answers "
        f"({report['by_this_bundle']:,} of them by this bundle) from {report['from']} to "
        f"{report['to']} (UTC)."
    )


def _mixes(report: Report) -> Iterator[tuple[str, Report]]:
    yield from report["mixes"].items()
    if "scores" in report:
        yield "scores of served items", report["scores"]


def _row(mix: Report) -> tuple[str, ...]:
    sizes = f"{mix['training']:,}", f"{mix['recent']:,}"
    if "index" not in mix:
        return *sizes, "", "", "nothing to compare"
    return *sizes, f"{mix['index']:.3f}", f"{mix['chance']:.3f}", str(mix["verdict"])


def _moved(report: Report) -> Iterator[Element]:
    yield note(READ)
    head = ("mix of", "training", "recent", "index", "chance", "verdict")
    blocks = [table(head, [(name, *_row(mix)) for name, mix in _mixes(report)])]
    unseen = [
        (name, f"{each['unseen'] / each['of']:.3f} ({interval(each['ci'])})", f"{each['of']:,}")
        for name, each in report["unseen"].items()
    ]
    if unseen:
        blocks.append(table(("unknown to the bundle", "share (95 %)", "of"), unseen))
    yield beside(*blocks)


def _mix(name: str, mix: Report) -> list[Element]:
    if "index" not in mix:
        return []
    drawn = [
        Bar(str(each["bin"])[:32], each["recent"] / mix["recent"],
            others=(each["training"] / mix["training"],), mine=True)
        for each in mix["bins"]
    ]  # fmt: skip
    title = f"Shares in the last days; ticks: at training ({mix['verdict']})"
    alt = f"{name}: " + ", ".join(
        f"{bar.label} {bar.value:.3f}, at training {bar.others[0]:.3f}" for bar in drawn
    )
    return [figure(title, bars(drawn, alt=alt, axis="share"))]


def _calibration(report: Report) -> Iterator[Element]:
    found = report.get("calibration")
    if found is None:
        return
    yield note(
        "Of lists that led to an act: how often an item was the credential that the learner met "
        "next, beside how often that was so at training for items of such a score. "
        + _calibration_words(found)
    )
    if "bins" not in found:
        return
    points = [Point(each["predicted"], each["observed"], mine=True) for each in found["bins"]]
    alt = "; ".join(f"predicted {p.x:.3f}, observed {p.y:.3f}" for p in points)
    rows = [
        (each["bin"], f"{each['predicted']:.3f}",
         f"{each['observed']:.3f} ({interval(each['ci'])})", f"{each['items']:,}")
        for each in found["bins"]
    ]  # fmt: skip
    yield beside(
        figure(
            "Observed against predicted share; dashed: perfect agreement",
            plane(points, alt=alt, axes=("predicted", "observed"), diagonal=True),
        ),
        table(("score", "predicted", "observed (95 %)", "items"), rows),
    )


def _calibration_words(found: Report) -> str:
    size = f"{found['answers']:,} lists, {found['predicted']:.1f} hits predicted"
    said = f"Calibration: {found['verdict']} ({size}, {found['observed']:,} observed"
    if "ratio" not in found:
        return said + ")."
    return said + f"; ratio {found['ratio']:.2f}, 95 % {interval(found['ci'])})."
