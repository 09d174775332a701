"""A text's sentences, bullet points and lines, with where they stand."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

BREAK: Final = re.compile(r"(?<=[.!?;:。！？])\s+|\s*[\r\n\v\f\u2028\u2029]+\s*|\s*[•●▪‣·|]\s*")
"""Between sentences: after their end, at a line's end, at a bullet."""

LONGEST: Final = 400
"""A longer one is cut, at a space where there is one: the encoder would not read its end."""

EDGE: Final = re.compile(r"^[\s\-–—*]+|\s+$")
LETTER: Final = re.compile(r"[^\W\d_]")


class Span(NamedTuple):
    """``text[start:end]``."""

    start: int
    end: int


def sentences(text: str) -> list[Span]:
    """Where the sentences of ``text`` are, in order; what holds no letter is none."""
    spans: list[Span] = []
    begin = 0
    for found in BREAK.finditer(text):
        spans += _parts(text, begin, found.start())
        begin = found.end()
    return spans + _parts(text, begin, len(text))


def _parts(text: str, start: int, end: int) -> list[Span]:
    """The span without its edges, in pieces of ``LONGEST`` at most."""
    parts = []
    while start < end:
        cut = end if end - start <= LONGEST else text.rfind(" ", start + 1, start + LONGEST)
        cut = start + LONGEST if cut < 0 else cut
        piece = text[start:cut]
        lead = EDGE.match(piece)
        begin = start + (lead.end() if lead else 0)
        if LETTER.search(piece):
            parts.append(Span(begin, start + len(piece.rstrip())))
        start = cut
    return parts
