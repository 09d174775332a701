"""What renewing a credential asks for: its condition profiles as ``models.renewal`` has them."""

from __future__ import annotations

from typing import Final

from training.importers.ctdl import values
from training.importers.ctdl.conditions import Within, profiles
from training.importers.ctdl.vocabulary import TARGETS
from training.importers.found import Found
from training.importers.linked import Node, all_texts, many, objects, references, text
from training.importers.rows import Row

WORDS: Final = (
    "description", "condition", "experience", "submissionOfDescription", "submissionOf",
)  # fmt: skip
NUMBERS: Final = {"yearsOfExperience": "years of experience", "minimumAge": "years of age"}
LEFT: Final = ("residentOf", "hasConstraint", "jurisdiction")


def asked(found: Found, node: Node) -> list[Row]:
    """Every condition of renewal that a resource states, or a manifest of common ones that it
    names, each with what it states and no more.
    """
    manifests = [found.graph.find(each) for each in references(node, "commonConditions")]
    told = [
        _entry(found, profile, within)
        for each in (node, *(each for each in manifests if each is not None))
        for profile, within in profiles(found, each, (), "renewal")
    ]
    return [each for each in told if each]


def _entry(found: Found, profile: Node, within: Within) -> Row:
    if any(profile.get(name) for name in LEFT):
        found.left["where a renewal holds, and constraints on it"] += 1
    skills = [found.skill(each, row=True) for each in many(profile.get("targetCompetency"))]
    worth = [values.amount(each) for each in objects(profile, "creditValue")]
    ways = [_entry(found, *way) for way in profiles(found, profile, within, "alternativeCondition")]
    told: Row = {
        "name": text(profile, "name"),
        "words": [*all_texts(profile, WORDS), *_numbers(profile)],
        "credentials": [found.credential(each) for each in references(profile, *TARGETS)],
        "skills": [each for each in skills if each is not None],
        "credits": [each for each in worth if each],
        **values.cost(found, profile),
        "any_of": [each for each in ways if each],
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def _numbers(profile: Node) -> list[str]:
    return [
        f"{told} {unit}"
        for name, unit in NUMBERS.items()
        if (told := text(profile, name)) is not None
    ]
