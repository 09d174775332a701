"""What of all that a learner holds counts towards a requirement, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import ASSUMED_LEVEL, Evidence, EvidenceKind, How
from models.kernels import gaps as kernels
from models.query import Query, Requirement
from models.tables import known

SHOWN: Final = 3
"""At most so much evidence is told for one requirement, the best first."""

LEAST: Final = 1e-3
"""Levels are not taken for less, so that none divides by zero."""

UNTAUGHT: Final = -1
"""Stands where no credential taught a skill."""

PROOF: Final = (EvidenceKind.DECLARED, EvidenceKind.CREDENTIAL, EvidenceKind.VERIFIED)
"""Kinds of evidence, the better proven the later."""


@dataclass(frozen=True, slots=True)
class Counting:
    """Every pair of a held skill and a requirement that it counts towards, ``p`` of them.

    ``held`` and ``place`` (p,) are positions among the skills held and the requirements,
    ``nearness`` (p,) 0..1 how far the one skill counts as the other, ``covers`` (p,) 0..1 the
    share of the requirement that it covers at its level.
    """

    held: NDArray[np.int64]
    place: NDArray[np.int64]
    nearness: NDArray[np.float32]
    covers: NDArray[np.float32]


def counting(
    bundle: Bundle,
    requirement: Requirement,
    skills: NDArray[np.int32],
    levels: NDArray[np.float32],
) -> Counting:
    """How ``skills`` (rows) held at ``levels`` (NaN unknown) count towards a requirement, which
    may name a skill several times.
    """
    near, required = bundle.knowledge.near, requirement.skills
    times = 1 + len(required) - len(set(required.tolist()))  # that one may be named at most
    room = near.count(skills) * times
    held, place = np.empty(room, np.int64), np.empty(room, np.int64)
    nearness, covers = np.empty(room, np.float32), np.empty(room, np.float32)
    size = kernels.counting(
        near.indptr, near.indices, near.values, skills, comparable(levels), required,
        comparable(requirement.level), np.zeros(near.n_rows, np.int32),
        np.empty(len(required), np.int32), held, place, nearness, covers,
    )  # fmt: skip
    return Counting(held[:size], place[:size], nearness[:size], covers[:size])


def comparable(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels with unknown taken as ``ASSUMED_LEVEL``, and never below ``LEAST``."""
    return np.maximum(assumed(levels), np.float32(LEAST))


def assumed(levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Levels with unknown (NaN) taken as ``ASSUMED_LEVEL``."""
    return np.where(np.isnan(levels), np.float32(ASSUMED_LEVEL), levels)


def evidence(bundle: Bundle, query: Query, requirement: Requirement) -> list[tuple[Evidence, ...]]:
    """For each requirement what is held that counts towards it, what covers most of it first,
    and of what covers as much the better proven.

    Each skill declared or proven and each credential comes once; the first covers as much as all
    together, since coverage is the best of them.
    """
    links = bundle.credentials.teaches.links
    at, owner = links.entries(query.held)
    taught = links.indices[at]
    said, shown = query.declared, query.proven
    skills = np.concatenate([np.array([*said, *shown], np.int32), taught])
    stated = np.array([*said.values(), *shown.values()], np.float32)
    levels = np.concatenate([stated, links.values[at]])
    credentials = np.full(len(skills), UNTAUGHT)
    credentials[len(stated) :] = query.held[owner]
    proof = np.where(credentials == UNTAUGHT, 0, 1 + np.isin(credentials, query.verified))
    proof[len(said) : len(stated)] = PROOF.index(EvidenceKind.VERIFIED)
    found = counting(bundle, requirement, skills, levels)
    told: list[list[Evidence]] = [[] for _ in requirement.skills]
    seen: set[tuple[int, int, tuple[int, int] | None]] = set()
    for pair in np.lexsort(
        (found.held, -proof[found.held], -found.nearness, -found.covers)
    ).tolist():
        place, held = int(found.place[pair]), int(found.held[pair])
        credential, skill = int(credentials[held]), int(skills[held])
        untaught = credential == UNTAUGHT
        source = (place, credential, (skill, int(proof[held])) if untaught else None)
        if len(told[place]) == SHOWN or source in seen:
            continue
        seen.add(source)
        told[place].append(
            Evidence(
                kind=PROOF[proof[held]],
                credential=None if untaught else credential,
                skill=skill,
                level=known(levels[held]),
                nearness=round(float(found.nearness[pair]), 4),
                how=_how(bundle, skill, int(requirement.skills[place])),
                covers=round(float(found.covers[pair]), 4),
            )
        )
    return [tuple(each) for each in told]


def _how(bundle: Bundle, held: int, required: int) -> How:
    if held == required:
        return How.SAME
    return How.BROADER if bundle.skills.linked(held, required) else How.SIMILAR
