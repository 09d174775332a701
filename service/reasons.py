"""Reasons in the languages of pages rendered here, from the facts that each comes with."""

from __future__ import annotations

from typing import Final

from models.bundle import Bundle
from service.language import Language
from service.schemas.recommendations import ReasonOut

TITLES: Final = frozenset({"after", "to", "held", "credentials", "stack"})
"""Facts that are ids of credentials."""

SHOWN: Final = 3
"""At most so many are named."""


def told(bundle: Bundle, language: Language, reason: ReasonOut) -> str:
    """The reason in words; of a kind that there are none for, in those it came with."""
    word = f"reason_{reason.kind}"
    if word not in language.words:
        return reason.text
    facts = {name: _fact(bundle, language, name, value) for name, value in _facts(reason).items()}
    return language.say(word, **facts)


def _facts(reason: ReasonOut) -> dict[str, object]:
    """What it rests on, counted as its words count: of a stack with the credential itself."""
    match reason.evidence:
        case {"done": int(done)}:
            return {**reason.evidence, "done": done + 1}
    return {**reason.evidence}


def _fact(bundle: Bundle, language: Language, name: str, value: object) -> str:
    many = (value if isinstance(value, list) else [value])[:SHOWN]
    if name in TITLES:
        credentials = bundle.credentials
        rows = [credentials.row(str(each)) for each in many]
        return language.listed([credentials.titles[row] for row in rows if row is not None])
    if name == "skills":
        skills = bundle.skills
        rows = [skills.row(str(each)) for each in many]
        return language.listed([skills.labels[row] for row in rows if row is not None])
    if isinstance(value, int | float):
        return language.percent(value) if name == "share" else language.number(value)
    return str(value)
