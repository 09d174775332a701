"""What changed against the current bundle, and what the gate says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element

from training.metrics import PIPELINE
from training.report.elements import element, table
from training.report.words import Part, figure_with_interval, interval, note, verdict

Report = Mapping[str, Any]

SAME: Final = "Settings and data are the same as those of the current bundle."


def parts(report: Report) -> Iterator[Part]:
    """The comparison, where there is a current bundle, and why this one must not follow it."""
    faults = report.get("faults", ())
    yield Part(
        "Refused", [element("ul", *(element("li", fault) for fault in faults))] if faults else []
    )
    if "served" in report:
        found = report["served"]
        title = "What changed against the current bundle"
        yield Part(title, [_paired(found), _slices(report, found), *_changes(report, found)])


def _paired(found: Report) -> Element:
    about = f"The current bundle is {found['version']}, of {found['created_at'][:16]}. "
    if found["paired"] is None:
        return note(about + f"The two cannot be put to the same questions: {found['why']}.")
    low, high = found["paired"]
    difference = found["ndcg@10"] - found["current"]
    words = {"better": "better", "worse": "worse"}.get(
        verdict((low, high)), "not clearly different"
    )
    asked = [
        f"{found[name]:,} {said}"
        for name, said in (
            ("recorded", "that it answered in its own evaluation"),
            ("asked", "that came after its data and were put to it now"),
        )
        if found[name]
    ]
    return note(
        f"{about}On the same questions ({' and '.join(asked)}) NDCG@10 is "
        f"{found['ndcg@10']:.3f}, and was {found['current']:.3f}: {difference:+.3f}, "
        f"{interval((low, high), signed=True)} paired, {words}."
    )


def _slices(report: Report, found: Report) -> Element:
    mine, before = report["models"][PIPELINE], found["figures"]
    rows = [
        (
            part,
            figure_with_interval(before[part], "ndcg@10") if part in before else "",
            figure_with_interval(figures, "ndcg@10"),
            f"{figures['ndcg@10'] - before[part]['ndcg@10']:+.3f}" if part in before else "",
        )
        for part, figures in mine.items()
    ]
    return table(("NDCG@10, each in its own evaluation", "current", "this", "difference"), rows)


def _changes(report: Report, found: Report) -> list[Element]:
    rows = [tuple(each) for each in found.get("changes", ())]
    if not rows:
        return [note(SAME)]
    return [table(("setting or fact", "current", "this"), rows, numbers_from=3)]
