"""Plain SVG charts that take their colours from the page: light, dark or print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final
from xml.etree.ElementTree import Element

from training.report.elements import element

WIDTH: Final = 520
ROW: Final = 22
GLYPH: Final = 6.6
"""About the width of a letter at the charts' size of type."""

FLAT: Final = 1e-6
"""Values nearer to each other than this, of their size, are drawn as one."""

HEIGHT: Final = 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 12, 44


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart; ``interval`` its uncertainty, ``others`` to compare with."""

    label: str
    value: float
    interval: tuple[float, float] | None = None
    others: tuple[float, ...] = ()
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One mark on a plane, with its label beside it."""

    x: float
    y: float
    label: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Scale:
    """From a range of values to a range of pixels; ``ticks`` are round values within."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float, *, zero: bool) -> Scale:
        """A scale that holds all ``values`` between round ends, and zero if asked for."""
        held = [*values, 0.0] if zero else values
        low, high = min(held), max(held)
        if high - low <= FLAT * max(1.0, abs(low), abs(high)):
            low, high = (0.0, 1.0) if zero else (low - 0.5, high + 0.5)
        step = _step((high - low) / 4)
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        ticks = tuple(round(k * step, 10) for k in range(first, last + 1))
        return cls(ticks[0], ticks[-1], start, end, ticks)

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def bars(rows: Sequence[Bar], *, alt: str, axis: str, digits: int = 3) -> Element:
    """Horizontal bars with their values, intervals as whiskers, others as ticks."""
    left = 14 + GLYPH * max(len(row.label) for row in rows)
    right = WIDTH - 14 - GLYPH * (digits + 2)
    bottom = TOP + ROW * len(rows)
    reached = [v for row in rows for v in (row.value, *(row.interval or ()), *row.others)]
    x = Scale.over([0.0, *reached], left, right, zero=True)
    drawn = [upright(x, tick, TOP, bottom) for tick in x.ticks]
    for i, row in enumerate(rows):
        middle = TOP + ROW * (i + 0.5)
        drawn.append(text(left - 8, middle + 4, row.label, "end"))
        drawn.append(
            element(
                "rect",
                x=x(0.0),
                y=middle - 7,
                width=max(0.0, x(row.value) - x(0.0)),
                height=14,
                rx=2,
                class_="bar mine" if row.mine else "bar",
            )
        )
        drawn.extend(line(x(v), middle - 10, x(v), middle + 10, "other") for v in row.others)
        if row.interval is not None:
            low, high = map(x, row.interval)
            drawn.append(line(low, middle, high, middle, "whisker"))
            drawn.extend(line(end, middle - 3, end, middle + 3, "whisker") for end in (low, high))
        drawn.append(text(WIDTH - 8, middle + 4, f"{row.value:.{digits}f}", "end"))
    drawn.append(text((left + right) / 2, bottom + 36, axis, "middle", "axis"))
    return svg(bottom + BOTTOM, alt, drawn)


def plane(
    points: Sequence[Point],
    *,
    alt: str,
    axes: tuple[str, str],
    joined: bool = False,
    diagonal: bool = False,
    zero: bool = True,
) -> Element:
    """Points on two axes; ``joined`` by a line in their order, with a ``diagonal`` y = x."""
    xs, ys = [p.x for p in points], [p.y for p in points]
    if diagonal:
        xs = ys = xs + ys
    x = Scale.over(xs, LEFT, WIDTH - RIGHT, zero=zero)
    y = Scale.over(ys, HEIGHT - BOTTOM, TOP, zero=zero)
    drawn = [upright(x, tick, TOP, HEIGHT - BOTTOM) for tick in x.ticks]
    for tick in y.ticks:
        drawn.append(line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "grid"))
        drawn.append(text(LEFT - 8, y(tick) + 4, f"{tick:g}", "end", "tick"))
    if diagonal:
        drawn.append(line(x(x.low), y(y.low), x(x.high), y(y.high), "ideal"))
    if joined:
        path = " ".join(f"{x(p.x):.1f},{y(p.y):.1f}" for p in points)
        drawn.append(element("polyline", points=path, class_="curve"))
    for point in points:
        kind = "point mine" if point.mine else "point"
        drawn.append(element("circle", cx=x(point.x), cy=y(point.y), r=5, class_=kind))
    drawn.extend(_labels(points, x, y, joined=joined))
    drawn.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, axes[0], "middle", "axis"))
    side = text(0, 0, axes[1], "middle", "axis")
    side.set("transform", f"translate(14 {(TOP + HEIGHT - BOTTOM) / 2:g}) rotate(-90)")
    return svg(HEIGHT, alt, [*drawn, side])


def _labels(points: Sequence[Point], x: Scale, y: Scale, *, joined: bool) -> list[Element]:
    """Each label where it covers no mark and no other label, or as near to that as can be."""
    taken = [_around(x(p.x), y(p.y), 5) for p in points]
    for a, b in pairwise(points) if joined else ():
        along = [(a.x + (b.x - a.x) * k / 40, a.y + (b.y - a.y) * k / 40) for k in range(41)]
        taken += [_around(x(at_x), y(at_y), 2) for at_x, at_y in along]
    drawn = []
    for point in sorted(points, key=lambda p: (not p.mine, p.y, p.x, p.label)):
        if not point.label:
            continue
        wide, at_x, at_y = GLYPH * len(point.label), x(point.x), y(point.y)
        places = [
            (left, at_y + down)
            for down in (4.0, -9.0, 17.0, -22.0, 30.0)
            for left in (at_x + 9, at_x - 9 - wide, at_x - wide / 2)
            if left > LEFT and left + wide < WIDTH
        ]
        boxes = [(left, base - 10, left + wide, base + 3) for left, base in places]
        best = min(
            range(len(boxes)), key=lambda i: (sum(_overlap(boxes[i], each) for each in taken), i)
        )
        taken.append(boxes[best])
        drawn.append(text(*places[best], point.label, "start", "mine" if point.mine else ""))
    return drawn


Box = tuple[float, float, float, float]


def _around(x: float, y: float, reach: float) -> Box:
    return x - reach, y - reach, x + reach, y + reach


def _overlap(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _step(rough: float) -> float:
    """The round number next above ``rough``: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(rough))
    return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough - 1e-12)


def svg(height: float, alt: str, drawn: Sequence[Element], width: float = WIDTH) -> Element:
    """A drawing with its content in words."""
    box = f"0 0 {width:g} {height:g}"
    return element("svg", element("title", alt), *drawn, viewBox=box, role="img")


def upright(x: Scale, tick: float, top: float, bottom: float) -> Element:
    """A line of the grid with its value below."""
    return element(
        "g",
        line(x(tick), top, x(tick), bottom, "grid"),
        text(x(tick), bottom + 16, f"{tick:g}", "middle", "tick"),
    )


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Element:
    """A line of a kind that the style sheet knows."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def text(x: float, y: float, words: str, anchor: str, kind: str = "") -> Element:
    """Words at a place."""
    named = {"class_": kind} if kind else {}
    return element("text", words, x=x, y=y, text_anchor=anchor, **named)
