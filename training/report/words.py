"""How figures are put: alike all over the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from training.report.elements import element


@dataclass(frozen=True, slots=True)
class Part:
    """One section of the page; without content it is left out."""

    title: str
    content: Sequence[Element]


def interval(bounds: Sequence[float], *, signed: bool = False) -> str:
    """``0.310…0.342``."""
    low, high = (f"{bound:+.3f}" if signed else f"{bound:.3f}" for bound in bounds)
    return f"{low}…{high}"


def figure_with_interval(figures: Mapping[str, Any], name: str) -> str:
    """``0.326 (0.310…0.342)``."""
    return f"{figures[name]:.3f} ({interval(figures['ci'][name])})"


def verdict(bounds: Sequence[float]) -> str:
    """What a paired interval says of the pipeline beside a baseline."""
    low, high = bounds
    return "better" if low > 0 else "worse" if high < 0 else "no clear difference"


def marked(text: str, *, best: bool) -> Element:
    """A figure that stands out where it is the best of its row or column."""
    return element("span", text, class_="best" if best else "value")


def note(text: str) -> Element:
    """How to read what follows."""
    return element("p", text, class_="note")


def figure(title: str, drawing: Element) -> Element:
    """A chart under its title."""
    return element("figure", element("figcaption", title), drawing)


def beside(*blocks: Element) -> Element:
    """Charts and tables side by side where there is room."""
    return element("div", *blocks, class_="part")


def listed(pairs: Iterable[tuple[str, float]]) -> str:
    """The figures of a chart in words, for those who cannot see it."""
    return ", ".join(f"{name} {value:.3f}" for name, value in pairs)
