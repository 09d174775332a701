"""Skills out of a text."""

from __future__ import annotations

from functools import partial
from typing import Final

from models.bundle import Bundle
from models.matching import Found, best, parts, reader, unread
from models.tongue import foreign
from service.schemas.matching import MatchedSkill, MatchRequest, MatchResponse, Mode, SpanOut
from service.state import Service

UNREAD: Final = "the text is longer than is read at once: its end was left out"
FOREIGN: Final = (
    "the text looks like another language than English ('{}'), which the text model does not know: "
    "few skills are found, and scores mean little"
)


async def answer(
    service: Service, tenant: str, request: MatchRequest, request_id: str
) -> MatchResponse:
    """The skills that a text speaks of; nothing of the text is kept."""
    bundle = service.tenants.bundle(tenant)
    reads = reader(bundle)
    found: list[Found] = []
    # A few sentences at a time, so that others' questions come in between.
    for spans in parts(request.text) if reads is not None else ():
        assert reads is not None  # noqa: S101 - or there are no parts
        found += await service.aside(partial(reads.read, request.text, spans))
    mode: Mode = "none" if reads is None else "learned" if reads.learned else "nearest"
    return MatchResponse(
        request_id=request_id,
        bundle_version=bundle.version,
        mode=mode,
        degraded=["encoder"] if reads is None else [],
        notes=_notes(request.text),
        skills=[
            _skill(bundle, request.text, each)
            for each in best(found, request.limit, request.threshold)
        ],
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
