"""Skills out of a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from models.bundle import Bundle
from models.matching import Found, best, parts, reader, unread
from models.tongue import foreign
from service.schemas.matching import MatchedSkill, MatchRequest, SpanOut
from service.state import Service

NO_ENCODER: Final = "the bundle encodes no text"
UNREAD: Final = "the text is longer than is read at once: its end was left out"
FOREIGN: Final = (
    "the text looks like another language than English ('{}'), which the text model does not know: "
    "few skills are found, and scores mean little"
)


@dataclass(frozen=True, slots=True)
class Matched:
    """The skills found, by which bundle, and ``mode``, how: ``learned``; ``nearest`` where the
    bundle learned nothing for it and scores are mere cosines; ``none`` where it encodes no text.
    ``notes`` say in one line each what lessens the answer.
    """

    skills: list[MatchedSkill]
    bundle_version: str
    mode: Literal["learned", "nearest", "none"]
    notes: list[str]


async def answer(service: Service, tenant: str, request: MatchRequest) -> Matched:
    """The skills that a text speaks of; nothing of the text is kept."""
    bundle = service.tenants.bundle(tenant)
    reads = reader(bundle)
    if reads is None:
        return Matched([], bundle.version, "none", [NO_ENCODER])
    found: list[Found] = []
    # A few sentences at a time, so that others' questions come in between.
    for spans in parts(request.text):
        found += await service.aside(partial(reads.read, request.text, spans))
    return Matched(
        [
            _skill(bundle, request.text, each)
            for each in best(found, request.limit, request.threshold)
        ],
        bundle.version,
        "learned" if reads.learned else "nearest",
        _notes(request.text),
    )


def _skill(bundle: Bundle, text: str, found: Found) -> MatchedSkill:
    said = text[found.start : found.end]
    return MatchedSkill(
        skill=bundle.skills.ids[found.skill],
        label=bundle.skills.labels[found.skill],
        score=round(found.score, 6),
        span=SpanOut(start=found.start, end=found.end, text=said),
    )


def _notes(text: str) -> list[str]:
    language = foreign(text)
    notes = [] if language is None else [FOREIGN.format(language)]
    return [*notes, UNREAD] if unread(text) else notes
