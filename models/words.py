"""Words of a text, reduced to what their forms have in common, with where they stand.

The endings are those of English; words of another language stay nearly as they are.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from zlib import crc32

WORD: Final = re.compile(r"[^\W_]+(?:['’.][^\W_]+)*[+#]*")
"""Letters and digits, with what belongs to a name such as ``Node.js``, ``C++`` or ``C#``."""

FUNCTION: Final = frozenset(
    """a an and are as at be been but by can for from has have he her his if in into is it its more
    must of on or our shall she should so such than that the their them then there these they this
    to up us was we were what when which who will with would you your""".split()  # noqa: SIM905
)
"""English words that say nothing of what a text is about."""

ALIKE: Final = (("isation", "ize"), ("ization", "ize"), ("ising", "ize"), ("izing", "ize"),
                ("ised", "ize"), ("ise", "ize"), ("'s", ""), ("’s", ""))  # fmt: skip
ENDINGS: Final = (
    "ements", "ement", "ments", "ment", "ations", "ation", "ators", "ator", "ating", "ated",
    "ates", "ate", "ions", "ion", "ings", "ing", "ers", "er", "ies", "ed", "es", "s", "e", "y",
)  # fmt: skip
SHORTEST: Final = 3
"""So many letters stay at least."""


class Word(NamedTuple):
    """A word's ``key``, the same for its forms, and its place in the text."""

    key: int
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of a text that may say what it is about, in order."""
    return [
        Word(key(low), found.start(), found.end())
        for found in WORD.finditer(text)
        if (low := found[0].lower()) not in FUNCTION
    ]


def key(word: str) -> int:
    """The checksum (32 bits) of what a lower-case word keeps without its ending."""
    for ending, instead in ALIKE:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            word = word[: -len(ending)] + instead
            break
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            word = word[: -len(ending)]
            break
    if len(word) > SHORTEST + 1 and word[-1] == word[-2]:
        word = word[:-1]
    return crc32(word.encode("utf-8", "surrogatepass"))
