"""The parts of the page that tell why the figures are so, and how they came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element

from training.report.charts import Bar, Point, bars, plane
from training.report.elements import Content, element, table
from training.report.words import Part, beside, figure, figure_with_interval, listed, note

Report = Mapping[str, Any]

INNER: Final = "Chosen on an inner split of the training part."


def parts(report: Report) -> Iterator[Part]:
    """Every part that rests on the diagnostics, then the circumstances of the run."""
    found = report.get("diagnostics")
    for name, title, part in (
        ("goal", "What aiming at the role costs", _goal),
        ("calibration", "Calibration", _calibration),
        ("contributions", "What decides", _contributions),
    ):
        if found is None:
            break  # a training run leaves them out
        why = found["absent"].get(name)
        yield Part(title, part(found) if why is None else [note(f"Not measured: {why}.")])
    yield Part("Are the reasons true?", _faithfulness(report.get("faithfulness")))
    yield Part("Settings of the baselines", _settings(report))
    yield from circumstances(report)


def circumstances(report: Report) -> Iterator[Part]:
    """What was measured on, and with."""
    yield Part("Data, versions, configuration", _circumstances(report))


def _goal(found: Report) -> list[Element]:
    goal = found["goal"]
    points = [
        Point(each["gap_closed@10"], each["ndcg@10"], f"{each['goal_weight']:g}", mine=True)
        for each in goal["points"]
    ]
    alt = "; ".join(f"weight {p.label}: gap closed {p.x:.3f}, NDCG@10 {p.y:.3f}" for p in points)
    axes = ("gap closed by the first 10, share of the role", "NDCG@10")
    return [
        note(
            f"A request's goal weight trades what a learner is likely to take (0) against what "
            f"closes most of the gap to the target role (1). Measured on {goal['learners']} "
            f"learners with such a role, who on average lack {goal['gap']:.3f} of it. The gap "
            f"closed is by earning the whole list; a skill taught twice counts once. The axes do "
            f"not begin at zero."
        ),
        beside(
            figure(
                "NDCG@10 against the gap closed, by goal weight",
                plane(points, alt=alt, axes=axes, joined=True, zero=False),
            ),
            table(
                ("goal weight", "NDCG@10", "gap closed@10"),
                [
                    (
                        f"{each['goal_weight']:g}",
                        figure_with_interval(each, "ndcg@10"),
                        figure_with_interval(each, "gap_closed@10"),
                    )
                    for each in goal["points"]
                ],
            ),
        ),
    ]


def _calibration(found: Report) -> list[Element]:
    bins = found["calibration"]["bins"]
    points = [Point(each["predicted"], each["observed"], mine=True) for each in bins]
    alt = "; ".join(f"predicted {p.x:.3f}, observed {p.y:.3f}" for p in points)
    return [
        note(
            f"The ten likeliest candidates of {found['questions']} test questions, in bins of "
            f"equal size. Predicted is the softmax of the ranker's scores over all candidates, "
            f"observed how often the candidate was the answer. Expected calibration error: "
            f"{found['calibration']['error']:.3f}. The ranker is trained for order, not for "
            f"probabilities: points above the line are likelier than they are said to be."
        ),
        beside(
            figure(
                "Observed against predicted engagement; dashed: perfect agreement",
                plane(points, alt=alt, axes=("predicted", "observed"), diagonal=True),
            ),
            table(
                ("predicted, range", "mean", "observed", "items"),
                [
                    (
                        f"{each['from']:.3f}…{each['to']:.3f}",
                        f"{each['predicted']:.3f}",
                        f"{each['observed']:.3f}",
                        str(each["items"]),
                    )
                    for each in bins
                ],
            ),
        ),
    ]


def _contributions(found: Report) -> list[Element]:
    ranked = sorted(found["contributions"].items(), key=lambda pair: (-pair[1], pair[0]))
    used = [(name, value) for name, value in ranked if value > 0]
    unused = [name for name, value in ranked if not value > 0]
    drawn = [Bar(name, value, mine=True) for name, value in used]
    title = "Mean absolute contribution of each feature to the score"
    content = [
        note(
            "By how much each feature moves the ranker's score of a listed item, up or down: exact "
            "Shapley values of its trees, averaged over the first 10 items."
        )
    ]
    if drawn:
        alt = f"{title}: {listed(used)}"
        content.append(figure(title, bars(drawn, alt=alt, axis="mean |contribution|")))
    if unused:
        content.append(note("Without any part in it: " + ", ".join(unused) + "."))
    return content


def _faithfulness(found: Report | None) -> list[Element]:
    if found is None:
        return []
    if found["share"] is None:
        return [note("Not measured: no reason named what moved a score.")]
    kinds = [
        (kind, f"{each['share']:.3f}", f"{each['reasons']:,}")
        for kind, each in found["kinds"].items()
    ]
    return [
        note(
            f"The evidence that an item's first reason names is taken out of the input, and the "
            f"question asked again. In {found['share']:.1%} of {found['reasons']:,} cases the item "
            f"then ranks lower."
        ),
        table(("kind of reason", "share that falls", "reasons"), kinds),
    ]


def _settings(report: Report) -> list[Element]:
    if not report["params"]:
        return []
    rows = [(name, _code(params)) for name, params in report["params"].items()]
    return [
        note("Their usual ones." if "bundle" in report else INNER),
        table(("baseline", "settings"), rows, numbers_from=2),
    ]


def _circumstances(report: Report) -> list[Element]:
    data = report["data"]
    facts: list[tuple[str, Content]] = [
        (name, f"{count:,}") for name, count in data["counts"].items()
    ]
    dates = "order only, no times" if data["dates"] is None else " to ".join(data["dates"])
    facts += [("interactions from", dates), ("hash of the data", _code(data["hash"]))]
    return [
        beside(
            table(("data", ""), facts, numbers_from=2),
            table(("library", "version"), list(report["library_versions"].items()), numbers_from=2),
        ),
        table(
            ("setting", "value"),
            [(name, _code(value)) for name, value in report["config"].items()],
            numbers_from=2,
        ),
    ]


def _code(value: object) -> Element:
    if isinstance(value, Mapping):
        value = ", ".join(f"{name} {each}" for name, each in value.items()) or "none"
    return element("code", str(value))
