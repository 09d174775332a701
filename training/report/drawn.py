"""Three more charts: curves, differences around zero, and a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element

from training.report.charts import (  # fmt: skip
    BOTTOM,
    GLYPH,
    HEIGHT,
    LEFT,
    RIGHT,
    ROW,
    TOP,
    WIDTH,
    Scale,
    line,
    svg,
    text,
    upright,
)
from training.report.elements import element

Pairs = Sequence[tuple[float, float]]

SIDE: Final = 1080
"""Width of a map; its height is three fifths of it."""

COLOURS: Final = 6
"""So many kinds have a colour of their own in the style sheet; the last is for all others."""


def curves(
    series: Mapping[str, Pairs], *, alt: str, axes: tuple[str, str], zero: bool = False
) -> Element:
    """Lines over one axis, each named at its highest point; with ``zero`` values begin there."""
    points = [pair for pairs in series.values() for pair in pairs]
    x = Scale.over([pair[0] for pair in points], LEFT, WIDTH - RIGHT, zero=False)
    y = Scale.over([pair[1] for pair in points], HEIGHT - BOTTOM, TOP + 14, zero=zero)
    drawn = [upright(x, tick, TOP, HEIGHT - BOTTOM) for tick in x.ticks]
    for tick in y.ticks:
        drawn.append(line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "grid"))
        drawn.append(text(LEFT - 8, y(tick) + 4, f"{tick:g}", "end", "tick"))
    for k, (name, pairs) in enumerate(series.items()):
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in pairs)
        drawn.append(element("polyline", points=path, class_=f"curve k{k % COLOURS}"))
        top = max(pairs, key=lambda pair: pair[1])
        drawn.append(element("circle", cx=x(top[0]), cy=y(top[1]), r=4, class_=f"point k{k}"))
        wide = GLYPH * len(name)
        left = min(max(x(top[0]) - wide / 2, LEFT + 2), WIDTH - RIGHT - wide)
        drawn.append(text(left, y(top[1]) - 8, name, "start"))
    drawn.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, axes[0], "middle", "axis"))
    side = text(0, 0, axes[1], "middle", "axis")
    side.set("transform", f"translate(14 {(TOP + HEIGHT - BOTTOM) / 2:g}) rotate(-90)")
    return svg(HEIGHT, alt, [*drawn, side])


def differences(
    rows: Sequence[tuple[str, float, tuple[float, float], bool]], *, alt: str, axis: str
) -> Element:
    """One row each: a label, a difference, its interval, and whether it is clear of chance."""
    left = 14 + GLYPH * max(len(row[0]) for row in rows)
    bottom = TOP + ROW * len(rows)
    reached = [v for _, value, bounds, _ in rows for v in (value, *bounds)]
    x = Scale.over(reached, left, WIDTH - 58, zero=True)
    drawn = [upright(x, tick, TOP, bottom) for tick in x.ticks]
    drawn.append(line(x(0.0), TOP, x(0.0), bottom, "ideal"))
    for i, (label, value, (low, high), clear) in enumerate(rows):
        middle = TOP + ROW * (i + 0.5)
        kind = "point mine" if clear else "point"
        drawn += [
            text(left - 8, middle + 4, label, "end"),
            line(x(low), middle, x(high), middle, "whisker"),
            element("circle", cx=x(value), cy=middle, r=5, class_=kind),
            text(WIDTH - 8, middle + 4, f"{value:+.3f}", "end"),
        ]
    drawn.append(text((left + WIDTH) / 2, bottom + 36, axis, "middle", "axis"))
    return svg(bottom + BOTTOM, alt, drawn)


def atlas(found: Mapping[str, Any], *, alt: str) -> Element:
    """Credentials as dots by kind, skills as small diamonds, each with its name when pointed at."""
    height = SIDE * 3 / 5

    def place(x: float, y: float) -> tuple[float, float]:
        return 20 + (x + 1) / 2 * (SIDE - 40), height - 34 - (y + 1) / 2 * (height - 54)

    colour = {kind: min(k, COLOURS) for k, kind in enumerate(found["kinds"])}
    drawn = []
    for x, y, label in found["skills"]:
        across, down = place(x, y)
        path = f"M{across:.1f} {down - 4:.1f}l4 4l-4 4l-4 -4z"
        drawn.append(element("path", element("title", f"skill: {label}"), d=path, class_="skill"))
    for x, y, title, kind in found["credentials"]:
        across, down = place(x, y)
        named = element("title", f"{title} ({kind})")
        mark = {"cx": across, "cy": down, "r": 5, "class_": f"point k{colour[kind]}"}
        drawn.append(element("circle", named, **mark))
    axis = "first principal component →, second ↑"
    drawn.append(text(SIDE / 2, height - 8, axis, "middle", "axis"))
    whole = svg(height, alt, drawn, SIDE)
    whole.set("class", "map")
    return whole


def legend(kinds: Sequence[str]) -> Element:
    """What the colours of a map stand for."""
    items = [
        element("li", element("span", class_=f"swatch k{min(k, COLOURS)}"), kind)
        for k, kind in enumerate(kinds)
    ]
    skill = element("li", element("span", "◇", class_="diamond"), "skill")
    return element("ul", *items, skill, class_="legend")
