"""What titles say of earlier and later: words, numbers, and the way between the two in meaning.

The words are few and generic, in the commonest languages of the web; a title without any of
them is placed by its text's vector, so that nothing depends on a title being worded like this.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

EARLY: Final = re.compile(
    r"\b(?:intro|foundation|fundament|basic|beginn|essential|primer|overview|orientation|welcome"
    r"|principle|first step|getting started|get started|elementary|what is|understanding"
    r"|einf[üu]hrung|einstieg|grundlage|d[ée]but|initiation|bases|b[áa]sic|inici|primi passi)",
    re.IGNORECASE,
)
LATE: Final = re.compile(
    r"\b(?:advanced|capstone|projects?\b|expert|master|final|appl(?:y|ied|ication)|exam"
    r"|prep(?:\b|ar)|practic|case stud|fortgeschritten|vertief|projekt|pr[üu]fung|avanc|avanç"
    r"|avanza[dt]|projet\b|proyecto|projeto|progetto)",
    re.IGNORECASE,
)
ROMAN: Final = {
    name: number
    for number, name in enumerate(("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"), 1)
}

LEAST: Final = 10
"""So many titles must speak of each end before a direction is read out of their vectors."""


def stage(title: str) -> int:
    """-1 for a title worded like a beginning, 1 like an end, 0 for neither or both."""
    return bool(LATE.search(title)) - bool(EARLY.search(title))


def numbered(a: str, b: str) -> int:
    """1 if two titles are the same up to a first difference in number and ``a`` has the lower one,
    -1 if ``b`` has; 0 where they differ otherwise.
    """
    for one, other in zip(re.findall(r"\w+", a), re.findall(r"\w+", b), strict=False):
        if one.lower() != other.lower():
            low, high = _number(one), _number(other)
            return 0 if low is None or high is None else (low < high) - (low > high)
    return 0


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() else ROMAN.get(word)


def onward(titles: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The direction ``(t,)`` in which texts ``(n, t)`` lie later: from the mean of those titled
    like a beginning to the mean of those titled like an end, scaled so that the products with
    it have a standard deviation of 1. ``(0,)`` where too few titles say so.
    """
    said = np.array([stage(title) for title in titles], np.int8)
    if vectors.shape[1] == 0 or min((said < 0).sum(), (said > 0).sum()) < LEAST:
        return np.zeros(0, np.float32)
    way = vectors[said > 0].mean(0) - vectors[said < 0].mean(0)
    spread = float((vectors @ way).std())
    return (way / spread).astype(np.float32) if spread > 0 else np.zeros(0, np.float32)
