"""Regret by week as one picture (SVG) that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, tostring

from training.report.charts import Scale
from training.report.elements import element

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 56, 170, 36, 44
COLOURS: Final = "abc"
STYLE: Final = """
text { font: 12px system-ui, sans-serif; fill: #333 } .name { font-weight: 600 }
.page { fill: #fff } .grid { stroke: #ddd } polyline { fill: none; stroke-width: 2 }
polygon { opacity: .15 }
.a { stroke: #777 } .b { stroke: #27c } .c { stroke: #2a6 }
polygon.a { fill: #777; stroke: none } polygon.b { fill: #27c; stroke: none }
polygon.c { fill: #2a6; stroke: none }
@media (prefers-color-scheme: dark) {
  .page { fill: #14181b } text { fill: #ddd } .grid { stroke: #333 }
  .a { stroke: #aaa } .b { stroke: #6ae } .c { stroke: #5c9 }
}
"""

Band = tuple[float, float, float]
"""A figure and its interval: value, low, high."""


def picture(title: str, axis: str, rows: Mapping[str, Sequence[Band]]) -> str:
    """A line with its band for each of at most three ``rows``, by week from 0."""
    weeks = max(map(len, rows.values()))
    reached = [value for row in rows.values() for band in row for value in band]
    x = Scale.over([0.0, float(weeks - 1)], LEFT, WIDTH - RIGHT, zero=True)
    y = Scale.over(reached, HEIGHT - BOTTOM, TOP, zero=True)
    drawn = [
        element("style", STYLE),
        element("title", title),
        element("rect", class_="page", width=WIDTH, height=HEIGHT),
        element("text", title, class_="name", x=LEFT, y=20),
    ]
    for tick in y.ticks:
        drawn.append(_line([(x.start, y(tick)), (x.end, y(tick))], "grid"))
        drawn.append(element("text", f"{tick:g}", x=LEFT - 8, y=y(tick) + 4, text_anchor="end"))
    under = HEIGHT - BOTTOM + 18
    drawn += [
        element("text", str(week), x=x(week), y=under, text_anchor="middle")
        for week in range(weeks)
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    drawn.append(element("text", axis, x=middle, y=HEIGHT - 8, text_anchor="middle"))
    for at, (name, colour) in enumerate(zip(rows, COLOURS, strict=False)):
        row = rows[name]
        low = [(x(week), y(band[1])) for week, band in enumerate(row)]
        high = [(x(week), y(band[2])) for week, band in enumerate(row)]
        drawn.append(element("polygon", points=_path(low + high[::-1]), class_=colour))
        drawn.append(_line([(x(week), y(band[0])) for week, band in enumerate(row)], colour))
        beside = TOP + 20 + 22 * at
        drawn.append(_line([(x.end + 14, beside), (x.end + 34, beside)], colour))
        drawn.append(element("text", name, x=x.end + 40, y=beside + 4))
    box = f"0 0 {WIDTH} {HEIGHT}"
    whole = element("svg", *drawn, xmlns="http://www.w3.org/2000/svg", viewBox=box, role="img")
    return tostring(whole, encoding="unicode") + "\n"


def _line(points: Sequence[tuple[float, float]], kind: str) -> Element:
    return element("polyline", points=_path(points), class_=kind)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{at:.1f},{value:.1f}" for at, value in points)
