"""What an issuer says that renewing a credential asks for, with the step that takes it again."""

from __future__ import annotations

from typing import Any, Final

from models.bundle import Bundle
from models.domain import Reason
from models.renewal import HIDDEN, KEY, Renewal, renewals

LONGEST: Final = 300
"""Characters of a statement that are shown; all of it is in the evidence."""


def renewing(bundle: Bundle, row: int) -> tuple[Reason, ...]:
    """What renewing the credential ``row`` asks for: one reason, none where nothing is stated."""
    quality = bundle.credentials.card(row)["quality"]
    told = [text for each in renewals(quality) if (text := said(bundle, each))]
    if not told:
        return ()
    asked = "; ".join(told)
    evidence = {"asked": asked, KEY: quality[KEY]}
    return (Reason("renewal_asks", f"Renewing it asks for: {asked}", evidence),)


def said(bundle: Bundle, renewal: Renewal) -> str:
    """A condition of renewal in words: all of it parted by semicolons, ways by strokes."""
    parts = [
        *(_title(bundle, each) for each in renewal.credentials),
        *(_label(bundle, each) for each in renewal.skills),
        *(worth for each in renewal.credits if (worth := _credits(each))),
        *map(_shortened, renewal.words),
    ]
    ways = [way for each in renewal.any_of if (way := said(bundle, each))]
    parts += [" / ".join(ways)] if ways else []
    return "; ".join(parts) or (renewal.name or "")


def _title(bundle: Bundle, external: str | None) -> str:
    if external is None:
        return HIDDEN
    row = bundle.credentials.row(external)
    return external if row is None else bundle.credentials.titles[row]


def _label(bundle: Bundle, skill: str) -> str:
    row = bundle.skills.row(skill)
    return skill if row is None else bundle.skills.labels[row]


def _credits(told: dict[str, Any]) -> str:
    """An amount such as ``30 continuingeducationunit``, empty where none is told."""
    least, most = told.get("value", told.get("min")), told.get("max")
    amounts = [f"{each:g}" for each in (least, most) if isinstance(each, int | float)]
    unit = told.get("unit")
    return (
        f"{' to '.join(amounts)} {unit if isinstance(unit, str) else 'credits'}" if amounts else ""
    )


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()} …"
