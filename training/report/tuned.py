"""A search for better settings as one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from training.report.charts import Bar, Point, bars, plane
from training.report.elements import table
from training.report.page import document
from training.report.words import Part, beside, figure, interval, listed, note

if TYPE_CHECKING:
    from training.tuning import Tuned
    from training.tuning.study import Trial


def tuned(found: Tuned, at: datetime) -> str:
    """The HTML of a search; ``at`` is the moment that the page names as its own."""
    title = f"Tuning, study {found.study.name}"
    about = f"{at:%Y-%m-%d %H:%M %Z} · {len(found.trials)} trials"
    return document(title, found.verdict, about, _parts(found))


def _parts(found: Tuned) -> Iterator[Part]:
    yield Part("Confirmed", _confirmed(found))
    yield Part("Quality against latency", _front(found))
    yield Part("What matters", _importance(found))
    yield Part("How it went", _history(found))
    yield Part("The best settings", _settings(found))


def _judged(found: Tuned) -> list[tuple[Trial, float]]:
    return [(each, each.quality) for each in found.trials if each.quality is not None]


def _confirmed(found: Tuned) -> list[Element]:
    if not found.confirmed:
        return []
    return [
        note(
            f"The best of many trials looks better than it is. So the few best were judged once "
            f"more, beside the settings given, on {found.splits} splits that the search did not "
            "see. The intervals hold for all of them together."
        ),
        table(
            ("trial", "NDCG@10", "settings given", "95 % of the difference"),
            [
                (
                    str(each.number),
                    f"{each.quality:.3f}",
                    f"{each.given:.3f}",
                    interval(each.interval, signed=True),
                )
                for each in found.confirmed
            ],
        ),
    ]


def _front(found: Tuned) -> list[Element]:
    front = {each.number for each in found.front}
    points = [
        Point(each.times, quality, str(each.number) if each.number in front else "",
              mine=each.number in front)
        for each, quality in _judged(found)
        if each.times is not None
    ]  # fmt: skip
    alt = "; ".join(
        f"trial {p.label}: {p.x:.2f} times, NDCG@10 {p.y:.3f}" for p in points if p.label
    )
    axes = ("median time of an answer, times that of the settings given", "NDCG@10")
    return [
        note(
            "Numbered are the trials that no other beats in both. Each answer is timed next to the "
            "answer that the settings given make to the same question, so that a busy machine "
            f"slows both. Quality is that on the inner split of the search, {found.learners:,} "
            "learners. The axes do not begin at zero."
        ),
        beside(
            figure("NDCG@10 against time", plane(points, alt=alt, axes=axes, zero=False)),
            table(
                ("trial", "NDCG@10", "ms", "times"),
                [
                    (str(each.number), *(f"{x:.3f}" for x in (each.quality, each.ms, each.times)))
                    for each in found.front
                ],
            ),
        ),
    ]


def _importance(found: Tuned) -> list[Element]:
    if not found.importance:
        return [note("Not known yet: too few trials, or all alike.")]
    drawn = [Bar(name, share, mine=True) for name, share in found.importance.items()]
    title = "Share of the differences in quality that each setting explains"
    alt = f"{title}: {listed(found.importance.items())}"
    return [
        note("By functional ANOVA over the trials that were judged to the end."),
        figure(title, bars(drawn, alt=alt, axis="share", digits=2)),
    ]


def _history(found: Tuned) -> list[Element]:
    judged = _judged(found)
    reached = list(accumulate((quality for _, quality in judged), max))
    points = [Point(each.number, best) for (each, _), best in zip(judged, reached, strict=True)]
    alt = "; ".join(f"trial {p.x:.0f}: {p.y:.3f}" for p in points)
    given_up = len(found.trials) - len(judged)
    return [
        note(f"{given_up} of {len(found.trials)} trials were given up at first sight."),
        figure(
            "Best NDCG@10 so far",
            plane(points, alt=alt, axes=("trial", "NDCG@10"), joined=True, zero=False),
        ),
    ]


def _settings(found: Tuned) -> list[Element]:
    rows = [
        (name, *(f"{each.values[name]:g}" for each in (found.first, found.ahead, found.best)))
        for name in found.best.values
    ]
    return [table(("setting", "given", "ahead in the search", "best"), rows)]
