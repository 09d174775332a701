"""What a badge says was achieved, in the terms of its alignments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any, Final

from service.badges.documents import Document, Unreadable, listed, text, words
from service.badges.levels import credits_share, level, number, rubric_level, undone

MOST: Final = 100
"""So many alignments, results, descriptions and levels of one may a badge have."""


class Origin(StrEnum):
    """Which part of a badge names the skill."""

    ACHIEVEMENT = "achievement"
    RESULT = "result"
    RESULT_DESCRIPTION = "result_description"
    RUBRIC_LEVEL = "rubric_level"


@dataclass(frozen=True, slots=True)
class Aligned:
    """A skill that the issuer names, at a level 0..1 (``None`` unknown)."""

    name: str
    url: str | None
    code: str | None
    framework: str | None
    origin: Origin
    level: float | None


@dataclass(frozen=True, slots=True)
class Achieved:
    """An achievement, and what of it a learner got."""

    name: str
    id: str | None
    type: str | None
    human_code: str | None
    criteria: str | None
    credits_earned: float | None
    credits_available: float | None
    skills: tuple[Aligned, ...]

    @property
    def addresses(self) -> tuple[str, ...]:
        """What a catalogue may know it by."""
        return tuple(each for each in (self.id, self.criteria, self.human_code) if each)


def achieved(document: Document) -> Achieved:
    """What the subject of a badge achieved. Raises ``Unreadable``."""
    subject = document.subject
    achievement = subject.get("achievement")
    if achievement is None and subject.get("result"):
        # An assertion of skills: results alone, under the name of the credential.
        achievement = {"name": document.claims.get("name")}
    if not isinstance(achievement, dict) or (name := words(achievement.get("name"))) is None:
        raise Unreadable("credentialSubject/achievement: expected an object with a name")
    criteria = achievement.get("criteria")
    earned, available = subject.get("creditsEarned"), achievement.get("creditsAvailable")
    return Achieved(
        name=name,
        id=text(achievement.get("id")),
        type=text(achievement.get("achievementType")),
        human_code=text(achievement.get("humanCode")),
        criteria=text(criteria.get("id")) if isinstance(criteria, dict) else None,
        credits_earned=number(earned),
        credits_available=number(available),
        skills=_bounded(_skills(achievement, subject, credits_share(earned, available))),
    )


def _bounded(skills: Iterator[Aligned]) -> tuple[Aligned, ...]:
    found = tuple(islice(skills, MOST + 1))
    if len(found) > MOST:
        raise Unreadable(f"alignment: expected at most {MOST} in all")
    return found


def _skills(
    achievement: Mapping[str, Any], subject: Mapping[str, Any], share: float | None
) -> Iterator[Aligned]:
    """Each alignment at the level of the result that it belongs to. Those of the achievement as a
    whole are at the lowest level of the results that are of no alignment of their own, else at
    the share of credits earned. What was not achieved is left out.
    """
    descriptions = {
        each["id"]: each
        for each in _objects(achievement, "resultDescription")
        if isinstance(each.get("id"), str)
    }
    results = _objects(subject, "result")
    overall: list[float] = []
    failed = False
    for result in results:
        description = descriptions.get(str(result.get("resultDescription")), {})
        rubric = rubric_level(result, description) or {}
        own = [
            (Origin.RESULT, result),
            (Origin.RESULT_DESCRIPTION, description),
            (Origin.RUBRIC_LEVEL, rubric),
        ]
        found = level(result, description)
        specific = any(each.get("alignment") for _, each in own)
        if undone(result):
            failed = failed or not specific
            continue
        for origin, part in own:
            yield from _alignments(part, origin, found)
        if not specific and found is not None:
            overall.append(found)
    if not failed:
        yield from _alignments(achievement, Origin.ACHIEVEMENT, min(overall, default=share))


def _alignments(part: Mapping[str, Any], origin: Origin, level: float | None) -> Iterator[Aligned]:
    for each in _objects(part, "alignment"):
        name = words(each.get("targetName"))
        if name is None:
            raise Unreadable("alignment: expected a targetName, as text of at most 512 characters")
        yield Aligned(
            name=name,
            url=text(each.get("targetUrl")),
            code=text(each.get("targetCode")),
            framework=text(each.get("targetFramework")),
            origin=origin,
            level=level,
        )


def _objects(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = listed(part.get(name))
    if len(found) > MOST:
        raise Unreadable(f"{name}: expected at most {MOST}")
    if not all(isinstance(each, dict) for each in found):
        raise Unreadable(f"{name}: expected an object, or a list of them")
    return found
