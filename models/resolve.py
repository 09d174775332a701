"""Free text to rows: by word first, by meaning where no word fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import ResolvedRole

ROLE_SIMILARITY = 0.55
"""Below this cosine a text is not read as naming a role."""

SKILL_SIMILARITY = 0.55
"""Below this cosine a short text is not read as naming a skill."""

ADVERT_SIMILARITY = 0.35
ADVERT_SKILLS = 12
"""A text that names no role asks for up to so many skills, each at least so similar."""


class By(StrEnum):
    """What of a skill a text was found to be."""

    ID = "id"
    LABEL = "label"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class ResolvedSkill:
    """A skill (a row) that a text means; ``score`` 0..1 is 1 where it is named outright."""

    row: int
    by: By
    score: float


Matched = tuple[NDArray[np.int32], NDArray[np.float32]]
NOTHING: Matched = (np.zeros(0, np.int32), np.zeros(0, np.float32))


def nearest(
    bundle: Bundle, index: str, text: str, k: int, among: NDArray[np.bool_] | None = None
) -> Matched:
    """The ``k`` rows of an index (under the mask ``among``) most similar to a text, best first,
    with cosines; row -1 where there are fewer.

    Empty when the bundle encodes no text.
    """
    if bundle.encoder is None or index not in bundle.indexes or not text.strip():
        return NOTHING
    rows, scores = bundle.indexes[index].search(bundle.encoder.encode([text]), k, among)
    return rows[0].astype(np.int32), scores[0]


def resolve_skill(bundle: Bundle, text: str) -> int | None:
    """The row of a skill given by id, label, alias or meaning; ``None`` when none is near."""
    found = find_skill(bundle, (text,), text)
    return None if found is None else found.row


def find_skill(bundle: Bundle, ids: Iterable[str], text: str) -> ResolvedSkill | None:
    """The skill of one of some ids, or whose id ends in the same universal identifier; else the one
    whose label or alias is ``text``; else the nearest to it in meaning, when near enough.
    """
    names = list(ids)
    for find in (bundle.skills.row, bundle.skills.universal.row):
        for external in names:
            if (row := find(external)) is not None:
                return ResolvedSkill(row, By.ID, 1.0)
    if (row := bundle.skills.named(text)) is not None:
        return ResolvedSkill(row, By.LABEL, 1.0)
    rows, scores = nearest(bundle, "skills", text, 1)
    if len(rows) and scores[0] >= SKILL_SIMILARITY:
        return ResolvedSkill(int(rows[0]), By.MEANING, min(1.0, float(scores[0])))
    return None


def resolve_role(bundle: Bundle, text: str) -> tuple[ResolvedRole | None, Matched]:
    """What a free-text target means: a role, or else the skills it speaks of.

    A text that is a role's title or alias is that role (match 1.0); otherwise the nearest
    title, when near enough; otherwise the nearest skills, as a role of their own.
    """
    row = bundle.roles.named(text)
    if row is not None:
        return ResolvedRole(row, bundle.roles.titles[row], 1.0), NOTHING
    rows, scores = nearest(bundle, "roles", text, 1)
    if len(rows) and scores[0] >= ROLE_SIMILARITY:
        row = int(rows[0])
        return ResolvedRole(row, bundle.roles.titles[row], float(scores[0])), NOTHING
    skills, similar = nearest(bundle, "skills", text, ADVERT_SKILLS)
    near = similar >= ADVERT_SIMILARITY
    if not near.any():
        return None, NOTHING
    title = text.strip().splitlines()[0][:80]
    return ResolvedRole(None, title, float(similar[0])), (skills[near], similar[near])
