"""The skills a text speaks of, each with the place that speaks of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.columns import Column
from models.sentences import Span, sentences
from models.skill_matcher import Nearest, SkillMatcher
from models.tables import loads
from models.words import Word, words

TOGETHER: Final = 8
"""So many sentences are encoded at a time."""

MOST: Final = 400
"""So many sentences of a text are read."""

EACH: Final = 20
"""So many skills are kept of each sentence."""

ENOUGH: Final = 0.6
"""From such a share of a name's words on, the place is where these are, and not the sentence."""


class Found(NamedTuple):
    """A skill (a row) that ``text[start:end]`` speaks of, with ``score`` 0..1."""

    skill: int
    score: float
    start: int
    end: int


class Encodes(Protocol):
    """What makes unit vectors of texts."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Reader:
    """What reads texts for skills with these ``labels`` and ``aliases`` (JSON lists), by row."""

    matcher: SkillMatcher | Nearest
    encoder: Encodes
    labels: Column
    aliases: Column

    @property
    def learned(self) -> bool:
        """Whether scores are chances, learned from the table of skills."""
        return isinstance(self.matcher, SkillMatcher)

    def read(self, text: str, spans: Sequence[Span]) -> list[Found]:
        """What some sentences of a text speak of, at most ``EACH`` skills in each."""
        said = [text[span.start : span.end] for span in spans]
        heard = [words(each) for each in said]
        vectors = self.encoder.encode(said)
        keys = [[word.key for word in each] for each in heard]
        rows, scores = self.matcher.best(vectors, keys, EACH)
        found = []
        for at, span in enumerate(spans):
            for row, score in zip(rows[at].tolist(), scores[at].tolist(), strict=True):
                if row >= 0:
                    names = [self.labels[row], *loads(self.aliases[row], [])]
                    place = placed(names, heard[at], span)
                    found.append(Found(row, score, place.start, place.end))
        return found


def reader(bundle: Bundle) -> Reader | None:
    """What reads texts for a bundle; ``None`` where it encodes none."""
    encoder = bundle.quick or bundle.encoder
    if encoder is None or "skills" not in bundle.indexes:
        return None
    matcher = bundle.matcher or Nearest(bundle.indexes["skills"])
    return Reader(matcher, encoder, bundle.skills.labels, bundle.skills.columns["aliases"])


def unread(text: str) -> bool:
    """Whether a text has more sentences than are read."""
    return len(sentences(text)) > MOST


def parts(text: str) -> list[list[Span]]:
    """The sentences of a text to be read together: those of like length, the first ``MOST``."""
    spans = sorted(sentences(text)[:MOST], key=lambda span: span.end - span.start)
    return [spans[at : at + TOGETHER] for at in range(0, len(spans), TOGETHER)]


def best(found: Iterable[Found], limit: int, threshold: float) -> list[Found]:
    """Each skill once, where it is spoken of most clearly; at most ``limit``, from ``threshold``
    on, the surest first.
    """
    ordered = sorted(found, key=lambda each: (-each.score, each.start, each.skill))
    once: dict[int, Found] = {}
    for each in ordered:
        if each.score >= threshold:
            once.setdefault(each.skill, each)
    return list(once.values())[:limit]


def match(reader: Reader, text: str, limit: int, threshold: float) -> list[Found]:
    """What a text speaks of, the surest first."""
    found = (each for spans in parts(text) for each in reader.read(text, spans))
    return best(found, limit, threshold)


def placed(names: Sequence[str], heard: Sequence[Word], sentence: Span) -> Span:
    """Where in a sentence a skill is named: around the words of the name that it covers best, else
    all of it. ``heard`` are its words, their places counted within it.
    """
    there = {word.key for word in heard}
    shares = [
        (len(own & there) / len(own), own)
        for name in names
        if (own := {w.key for w in words(name)})
    ]
    share, own = max(shares, key=lambda each: (each[0], len(each[1])), default=(0.0, set()))
    if share < ENOUGH:
        return sentence
    start, end = _shortest(heard, own & there)
    return Span(sentence.start + start, sentence.start + end)


def _shortest(heard: Sequence[Word], wanted: set[int]) -> tuple[int, int]:
    """The shortest stretch of words in which all of ``wanted`` are."""
    last: dict[int, Word] = {}
    spans = []
    for word in heard:
        if word.key in wanted:
            last[word.key] = word
            if len(last) == len(wanted):
                spans.append((min(each.start for each in last.values()), word.end))
    return min(spans, key=lambda span: (span[1] - span[0], span))
