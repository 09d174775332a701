"""HTML and SVG elements: every text and attribute in them is escaped when they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree.ElementTree import Element

Content = Element | str

ALIKE: Final = frozenset({"viewBox"})


def element(tag: str, /, *content: Content, **attributes: object) -> Element:
    """``<tag attributes>content</tag>``.

    ``stroke_width`` becomes ``stroke-width`` and ``class_`` ``class``; numbers are
    rounded to a tenth, the finest a drawing needs.
    """
    named = {key.strip("_").replace("_", "-"): _written(value) for key, value in attributes.items()}
    made = Element(tag, named)
    for each in content:
        if isinstance(each, Element):
            made.append(each)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + each
        else:
            made.text = (made.text or "") + each
    return made


def table(
    head: Sequence[str], rows: Iterable[Sequence[Content]], *, numbers_from: int = 1
) -> Element:
    """A table whose columns from ``numbers_from`` on hold numbers; the first names the row."""

    def cell(i: int, content: Content, name: str, **scope: str) -> Element:
        kind = {"class_": "number"} if i >= numbers_from else {}
        return element(name, content, **kind, **scope)

    body = [
        element(
            "tr",
            cell(0, row[0], "th", scope="row"),
            *(cell(i, each, "td") for i, each in enumerate(row[1:], 1)),
        )
        for row in rows
    ]
    titles = [cell(i, each, "th", scope="col") for i, each in enumerate(head)]
    whole = element("table", element("thead", element("tr", *titles)), element("tbody", *body))
    return element("div", whole, class_="scroll")


def _written(value: object) -> str:
    return f"{round(value, 1):g}" if isinstance(value, float) else str(value)
