"""Groups of learners and of credentials side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element

from training.report.charts import Bar, Point, bars, plane
from training.report.drawn import differences
from training.report.elements import element, table
from training.report.words import Part, beside, figure, figure_with_interval, interval, listed, note

Report = Mapping[str, Any]

NAMES: Final = {
    "ndcg@10": "NDCG@10", "hit@10": "hit rate@10", "hours": "hours of a path",
    "cost": "cost of a path", "closed": "covered of the role",
}  # fmt: skip

WIDEST: Final = 32
"""So many letters of a group's name stand beside a chart; tables have the whole."""


def verdict(report: Report) -> str:
    """What an audit says first."""
    tests = [*report["equity"]["tests"], *((report["paths"] or {}).get("tests", ()))]
    clear = [each for each in tests if each["clear"]]
    said = f"NDCG@10 {report['ndcg@10']:.3f} ({interval(report['ci'])}) over "
    said += f"{report['learners']:,} learners; of {len(tests)} comparisons of a group with all "
    said += f"others {len(clear)} are clear of chance"
    if report["faults"]:
        said += f"; beyond the disparity allowed: {len(report['faults'])}"
    return said + "."


def parts(report: Report) -> Iterator[Part]:
    """Everything that an audit measures."""
    faults = [element("li", fault) for fault in report["faults"]]
    yield Part("Beyond the disparity allowed", [element("ul", *faults)] if faults else [])
    yield from quality(report)
    yield Part("Exposure of credentials", _exposure(report["exposure"]))
    yield Part("Paths by group", _paths(report["paths"]))
    yield Part("What keeping places would cost", _price(report["price"]))


def quality(report: Report) -> Iterator[Part]:
    """How good lists are for each group of learners, and what sets groups apart."""
    if "equity" not in report:
        return
    found = report["equity"]
    if not found["attributes"]:
        text = "Not measured: the data tell of no attribute of the learners asked."
        yield Part("Quality by group", [note(text)])
        return
    content = [
        note(
            f"By the attributes of learners, which no model ever sees. Groups of fewer than "
            f"{found['least']} learners are not shown, nor is another where they could be worked "
            f"out from the rest."
        )
    ]
    for name, each in found["attributes"].items():
        rows = [
            (
                group,
                f"{figures['learners']:,}",
                figure_with_interval(figures, "ndcg@10"),
                figure_with_interval(figures, "hit@10"),
            )
            for group, figures in each["groups"].items()
        ]
        content.append(table((name, "learners", "NDCG@10", "hit rate@10"), rows))
        content += _hidden(each["hidden"])
    yield Part("Quality by group", [*content, *_tests(found["tests"])])


def _hidden(hidden: Report) -> list[Element]:
    if not hidden["groups"]:
        return []
    groups = "1 group" if hidden["groups"] == 1 else f"{hidden['groups']} groups"
    return [note(f"Not shown: {groups} with {hidden['learners']:,} learners in all.")]


def _tests(tests: list[Report]) -> list[Element]:
    if not tests:
        return [note("No two groups are large enough to be compared.")]
    content = [
        note(
            "A group's mean less that of all others. 95 % intervals by bootstrap, those that hold "
            "for all comparisons together (Bonferroni) beside them; p by permutation, corrected "
            "after Holm for all comparisons of this table. Coloured: clear of chance at 5 %."
        )
    ]
    charts = []
    for measure in dict.fromkeys(each["measure"] for each in tests):
        mine = [each for each in tests if each["measure"] == measure]
        rows = [
            (_named(each), each["difference"], tuple(each["ci"]), each["clear"]) for each in mine
        ]
        alt = "; ".join(f"{label} {value:+.3f}" for label, value, _, _ in rows)
        title = f"{NAMES[measure]}: group less all others"
        charts.append(figure(title, differences(rows, alt=alt, axis=NAMES[measure])))
    cells = [
        (
            f"{NAMES[each['measure']]}, {each['attribute']} {each['group']}",
            f"{each['learners']:,}",
            f"{each['difference']:+.3f}",
            interval(each["ci"], signed=True),
            interval(each["joint"], signed=True),
            f"{each['p']:.4f}",
            element("span", f"{each['holm']:.4f}", class_="worse" if each["clear"] else "value"),
        )
        for each in tests
    ]
    head = ("", "learners", "difference", "95 %", "95 %, all together", "p", "p, Holm")
    return [*content, beside(*charts), table(head, cells)]


def _named(test: Report) -> str:
    return _short(f"{test['attribute']} {test['group']}")


def _short(label: str) -> str:
    """A name that leaves room for a chart."""
    return label if len(label) <= WIDEST else label[: WIDEST - 1] + "…"


def _exposure(found: Report) -> list[Element]:
    if not found:
        return [note("Not measured: language, delivery and issuer tell no credentials apart.")]
    content = [
        note(
            "Shown: share of the first ten places, weighted as NDCG weighs them. Available: share "
            "of what was on offer and new to the learner. Taken: share of what they went on to "
            "take. The last two columns are differences with 95 % intervals."
        )
    ]
    for by, groups in found.items():
        rows = [
            (
                group,
                f"{each['credentials']:,}",
                f"{each['available']:.3f}",
                f"{each['taken']:.3f}",
                f"{each['shown']:.3f}",
                interval(each["to_available"], signed=True),
                interval(each["to_taken"], signed=True),
            )
            for group, each in groups.items()
        ]
        head = (by, "credentials", "available", "taken", "shown", "less available", "less taken")
        title = f"Exposure by {by}; upright marks: available and taken"
        drawn = [
            Bar(
                _short(group),
                each["shown"],
                tuple(each["ci"]),
                (each["available"], each["taken"]),
                True,
            )
            for group, each in groups.items()
        ]
        alt = f"{title}: {listed((bar.label, bar.value) for bar in drawn)}"
        chart = figure(title, bars(drawn, alt=alt, axis="share of exposure"))
        content += [chart, table(head, rows)]
    return content


def _paths(found: Report | None) -> list[Element]:
    if found is None:
        return [note("Not measured: no learner asked has a target role with required skills.")]
    content = [
        note(
            f"Paths of {found['asked']:,} learners to the roles they aim at, without limits. A "
            f"path of which hours or cost are unknown in part is left out of that mean: "
            f"{found['unknown_hours']:,} for hours, {found['unknown_cost']:,} for cost in "
            f"{found['currency'] or 'any currency'}."
        )
    ]
    for name, measures in found["attributes"].items():
        rows = [
            (
                f"{NAMES[measure]}, {group}",
                f"{each['learners']:,}",
                f"{each['mean']:.2f} ({each['ci'][0]:.2f}…{each['ci'][1]:.2f})",
            )
            for measure, told in measures.items()
            for group, each in told["groups"].items()
        ]
        content.append(table((name, "learners", "mean"), rows))
    return [*content, *_tests(found["tests"])]


def _price(found: Report | None) -> list[Element]:
    if found is None:
        return [note("Not measured: there is no named group of credentials to keep places for.")]
    points = [
        Point(each["shown"], each["ndcg@10"], f"{each['share']:.0%}", mine=True)
        for each in found["points"]
    ]
    alt = "; ".join(f"{p.label} kept: shown {p.x:.3f}, NDCG@10 {p.y:.3f}" for p in points)
    axes = ("share of the first ten places that it gets", "NDCG@10")
    rows = [
        (
            f"{each['share']:.0%}",
            f"{each['shown']:.3f}",
            figure_with_interval({**each, "ci": {"ndcg@10": each["ci"]}}, "ndcg@10"),
            interval(each["paired"], signed=True),
        )
        for each in found["points"]
    ]
    group = f"{found['by']} {', '.join(found['values'])}"
    return [
        note(
            f"The share of every list's places that would be kept for {group}, and what that does "
            f"to NDCG@10, measured on {found['learners']:,} learners. What they took was "
            f"chosen from other lists, so the price is an upper bound as far as they would have "
            f"taken what they were never shown."
        ),
        beside(
            figure(
                f"NDCG@10 against exposure of {group}, by the share kept",
                plane(points, alt=alt, axes=axes, joined=True, zero=False),
            ),
            table(("kept", "shown", "NDCG@10", "change, paired"), rows),
        ),
    ]
