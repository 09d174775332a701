"""The samples as one picture (SVG) that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, tostring

from load.soak.samples import Sample, series
from load.soak.trend import Trend
from training.report.charts import Scale
from training.report.elements import element

WIDTH, PANEL = 720, 190
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 30, 26
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 } .name { font-weight: 600 }
.page { fill: #fff } .grid { stroke: #ddd } .trend { stroke: #c33; stroke-dasharray: 6 3 }
.a { stroke: #2a6 } .b { stroke: #27c } polyline { fill: none; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  .page { fill: #14181b } text { fill: #ddd } .grid { stroke: #333 }
  .a { stroke: #5c9 } .b { stroke: #6ae } .trend { stroke: #f77 }
}
"""
PANELS = {
    "uss_mb": "own memory of each worker, MB",
    "rss_mb": "resident memory of each worker, MB",
    "descriptors": "open file descriptors of each worker",
}


def picture(samples: Sequence[Sample], trends: Sequence[Trend]) -> str:
    """A panel for each of ``PANELS`` over minutes; ``trends`` are of each worker's own memory."""
    height = PANEL * len(PANELS)
    drawn = [
        element("style", STYLE),
        element("title", "A soak of the service"),
        element("rect", class_="page", width=WIDTH, height=height),
    ]
    for place, (figure, name) in enumerate(PANELS.items()):
        lines = [trend for trend in trends if figure == "uss_mb"]
        drawn += _panel(samples, figure, name, PANEL * place, lines)
    box = f"0 0 {WIDTH} {height}"
    whole = element("svg", *drawn, xmlns="http://www.w3.org/2000/svg", viewBox=box, role="img")
    return tostring(whole, encoding="unicode") + "\n"


def _panel(
    samples: Sequence[Sample], figure: str, name: str, top: float, trends: Sequence[Trend]
) -> list[Element]:
    minutes = [each.seconds / 60 for each in samples]
    rows = [series(samples, worker, figure) for worker in range(len(samples[0].workers))]
    reached = [value for row in rows for value in row]
    x = Scale.over(minutes, LEFT, WIDTH - RIGHT, zero=True)
    y = Scale.over(reached, top + PANEL - BOTTOM, top + TOP, zero=False)
    drawn = [element("text", name, class_="name", x=LEFT, y=top + 18)]
    for tick in y.ticks:
        drawn.append(_line([(x.start, y(tick)), (x.end, y(tick))], "grid"))
        drawn.append(element("text", f"{tick:g}", x=LEFT - 8, y=y(tick) + 4, text_anchor="end"))
    for tick in x.ticks:
        label = f"{tick:g} min"
        drawn.append(element("text", label, x=x(tick), y=top + PANEL - 8, text_anchor="middle"))
    for row, kind in zip(rows, "ab" * len(rows), strict=False):
        points = zip(minutes, row, strict=True)
        drawn.append(_line([(x(at), y(value)) for at, value in points], kind))
    for trend in trends:
        ends = [(x(at / 60), y(value)) for at, value in (trend.start, trend.end)]
        drawn.append(_line(ends, "trend"))
    return drawn


def _line(points: Sequence[tuple[float, float]], kind: str) -> Element:
    path = " ".join(f"{at:.1f},{value:.1f}" for at, value in points)
    return element("polyline", points=path, class_=kind)
