"""How good the data are that the run was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from training.report.charts import Bar, bars
from training.report.drawn import curves
from training.report.elements import table
from training.report.words import Part, beside, figure, listed, note

Report = Mapping[str, Any]


def parts(report: Report) -> Iterator[Part]:
    """What is missing, doubled, never met, and when things happened."""
    if "inputs" in report:
        yield Part("Data quality", _inputs(report["inputs"]))


def _inputs(found: Report) -> list[Element]:
    left_out, doubled = found["left_out"], found["doubled"]
    facts = [
        ("rows left out as faulty", f"{left_out['rows']:,}"),
        ("learners who asked to be forgotten", f"{left_out['erased']:,}"),
        ("interactions that repeat another", f"{doubled['interactions']:,}"),
        ("interactions whose moment is far from all others", f"{found['far']:,}"),
        ("credentials with a title that another has", f"{doubled['titles']:,}"),
        ("credentials that nobody met", f"{found['never_met']:.1%}"),
        *((f"interactions: {kind}", f"{count:,}") for kind, count in found["kinds"].items()),
        *((f"left out: {why}", f"{count:,}") for why, count in left_out["reasons"].items()),
    ]
    return [
        note(
            "Missing is unknown, never zero: the more is missing, the less can be told and ranked."
        ),
        beside(*_months(found["months"]), table(("", "data"), facts)),
        beside(*(_missing(name, found) for name in found["missing"])),
    ]


def _missing(name: str, found: Report) -> Element:
    shares = found["missing"][name]
    drawn = [Bar(column, share) for column, share in shares.items()]
    title = f"Missing in {name}, of {found['rows'][name]:,} rows"
    alt = f"{title}: {listed(shares.items())}"
    return figure(title, bars(drawn, alt=alt, axis="share missing", digits=2))


def _months(months: list[list[Any]]) -> list[Element]:
    if len(months) < 2:
        return []
    first, last = months[0][0], months[-1][0]
    counts = [float(count) for _, count in months]
    alt = (
        f"{first} to {last}: from {min(counts):.0f} to {max(counts):.0f} a month, "
        f"{sum(counts) / len(counts):.3f} in the mean"
    )
    series = {"": list(enumerate(counts, 1))}
    axes = (f"months from {first} to {last}", "interactions")
    return [figure("Interactions by month", curves(series, alt=alt, axes=axes, zero=True))]
