"""Scripts of JSON-LD in a page, found in one pass however the page is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

JSON_LD: Final = "application/ld+json"
LONGEST_TAG: Final = 10_000
"""Characters within which a tag has to end."""

_TAG: Final = re.compile(r"<script(?=[\s/>])", re.IGNORECASE)
_COMMENT: Final = re.compile("<!--")
_END: Final = re.compile(r"</script(?=[\s/>])", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*([^\s/=>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']*)))?"""
)


def scripts(page: bytes) -> Iterator[bytes]:
    """The texts of a page's scripts of that type; what is in a comment is none."""
    text = page.decode("utf-8", "replace")
    place = 0
    comment = _COMMENT.search(text)
    while (tag := _TAG.search(text, place)) is not None:
        if comment is not None and comment.start() < place:
            comment = _COMMENT.search(text, place)
        if comment is not None and comment.start() < tag.start():
            place = text.find("-->", comment.start())
            if place < 0:
                return
            continue
        kind, begins = _read(text, tag.end())
        end = _END.search(text, begins)
        if end is None:
            return
        if kind == JSON_LD and (told := text[begins : end.start()].strip()):
            yield told.encode()
        place = end.end()


def _read(text: str, place: int) -> tuple[str, int]:
    """The type that a tag says, if it ends in time, and where its content begins."""
    tag = text[place : place + LONGEST_TAG]
    kind, at = "", 0
    while (attribute := _ATTRIBUTE.match(tag, at)) is not None:
        name, *values = attribute.groups()
        if name.lower() == "type":
            kind = next((each for each in values if each is not None), "")
        at = attribute.end()
    closed = tag.find(">", at)
    if closed < 0:
        return "", place + at
    return kind.split(";")[0].strip().lower(), place + closed + 1
