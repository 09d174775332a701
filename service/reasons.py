"""Reasons in the languages of pages rendered here, from the facts that each comes with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    if name in TITLES:
        return language.listed(_named(value, bundle.credentials.row, bundle.credentials.titles))
    if name == "skills":
        return language.listed(_named(value, bundle.skills.row, bundle.skills.labels))
    if isinstance(value, int | float):
        return language.percent(value) if name == "share" else language.number(value)
    return str(value)


def _named(value: object, row_of: Callable[[str], int | None], names: Sequence[str]) -> list[str]:
    ids = value if isinstance(value, list) else [value]
    rows = [row_of(str(each)) for each in ids[:SHOWN]]
    return [names[row] for row in rows if row is not None]
