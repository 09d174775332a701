"""Whether a text is English, as far as its commonest words tell; the text model knows no other."""

from __future__ import annotations

import re
from typing import Final

COMMON: Final = {
    "en": "the and of to in with you for are is our we your on as be will have",
    "de": "der die und in zu den das mit sie für ist im auf wir ein eine von des sowie",
    "fr": "le la les et de des en du une pour dans vous est sur avec nous au à votre",
    "es": "el la los las y de en un una para con por se del que nuestro su al",
    "it": "il la le di e in un una per con del della che gli nel sono i alla",
    "pt": "o a os as e de em um uma para com por do da que no na dos",
    "nl": "de het een en van in je voor met op te is wij ons bij jij aan zijn",
    "pl": "i w na z do się oraz jest dla nie od że o po za przez",
}
"""The words that every text of a language is full of."""

FEWEST: Final = 4
"""So many of them are needed before a language is named."""

TOKEN: Final = re.compile(r"[^\W\d_]+")
LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")


def foreign(text: str) -> str | None:
    """The language (ISO 639-1) that a text is in if it is not English, ``und`` where only its
    script tells; ``None`` for English and for texts that say too little.
    """
    tokens = TOKEN.findall(text.lower())
    letters = sum(map(len, tokens))
    if letters >= FEWEST and 2 * len(LATIN.findall("".join(tokens))) < letters:
        return "und"
    hits = {
        name: sum(token in known for token in tokens)
        for name, known in ((name, set(told.split())) for name, told in COMMON.items())
    }
    best = max(hits, key=lambda name: hits[name])
    return best if best != "en" and hits[best] >= FEWEST and hits[best] > 1.5 * hits["en"] else None
