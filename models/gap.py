"""The gap between what a learner holds and what a role requires.

With importance ``w_i`` and required level ``l_i``, the coverage of requirement ``i`` is the
best over skills held of ``near(h, i) · min(1, level(h) / l_i)``, and the gap is
``Σ w_i (1 − coverage_i) / Σ w_i``: 0 when all is covered, 1 when nothing is. Holding more
never widens it. Where a level is unknown it is taken as ``ASSUMED_LEVEL`` for comparing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import ASSUMED_LEVEL, Closing, Gap, SkillGap, Status
from models.evidence import LEAST, comparable, counting, evidence
from models.kernels import gaps as kernels
from models.query import Query, Requirement
from models.tables import known

COVERED = 1.0 - 1e-6


class Closers(NamedTuple):
    """Every pair of a credential and a required skill that it bears on, each once.

    ``rows`` (p,) are credentials, ``place`` (p,) positions in the requirement, ``after`` (p,)
    0..1 the coverage that the credential alone reaches.
    """

    rows: NDArray[np.int32]
    place: NDArray[np.int64]
    after: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class GapState:
    """The gap before anything new is earned, and what each credential would do to it.

    ``coverage`` (k,) 0..1 per requirement; ``weight`` (k,) sums to 1; ``before`` 0..1;
    ``closing`` (n,): by how much each credential alone would lower the gap, 0..before; ``most``
    is the largest of them.
    """

    requirement: Requirement
    closers: Closers
    coverage: NDArray[np.float32]
    weight: NDArray[np.float32]
    before: float
    closing: NDArray[np.float32]
    most: float


def measure(bundle: Bundle, query: Query) -> GapState | None:
    """The gap of a query; ``None`` without a requirement."""
    requirement = query.requirement
    if requirement is None or not requirement.importance.sum() > 0:
        return None
    covered = coverage(bundle, requirement, query.skills, query.levels)
    weight = (requirement.importance / requirement.importance.sum()).astype(np.float32)
    closers = _closers(bundle, requirement)
    closing = np.zeros(bundle.n, np.float32)  # of a large catalogue few places are ever touched
    most = kernels.close(*closers, covered, weight, bundle.credentials.shown, closing)
    return GapState(
        requirement=requirement,
        closers=closers,
        coverage=covered,
        weight=weight,
        before=float(weight @ (1.0 - covered)),
        closing=closing,
        most=float(most),
    )


def coverage(
    bundle: Bundle,
    requirement: Requirement,
    skills: NDArray[np.int32],
    levels: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Coverage 0..1 of each requirement ``(k,)`` by skills held at ``levels`` (NaN unknown)."""
    found = counting(bundle, requirement, skills, levels)
    covered = np.zeros(len(requirement.skills), np.float32)
    np.maximum.at(covered, found.place, found.covers)
    return covered


def closings(state: GapState, rows: NDArray[np.int32]) -> list[tuple[Closing, ...]]:
    """What each of some distinct credentials would cover, requirement by requirement, largest
    gain first.
    """
    after = reached(state, rows)
    gains = state.weight * (after - state.coverage)
    closes = after > state.coverage + 1e-6
    order = np.argsort(np.where(closes, -gains, np.inf), axis=1, kind="stable")
    skills = state.requirement.skills.tolist()
    before, reaches = (
        np.round(state.coverage.astype(np.float64), 4).tolist(),
        np.round(after.astype(np.float64), 4).tolist(),
    )
    return [
        tuple(Closing(skills[i], before[i], mine[i]) for i in places[:count])
        for places, count, mine in zip(order.tolist(), closes.sum(1).tolist(), reaches, strict=True)
    ]


def reached(state: GapState, rows: NDArray[np.int32]) -> NDArray[np.float32]:
    """Coverage ``(len(rows), k)`` of each requirement by each of some distinct credentials alone,
    0 for none.
    """
    result = np.zeros((len(rows), len(state.weight)), np.float32)
    kernels.alone(rows, *state.closers, np.zeros(len(state.closing), np.int32), result)
    return result


def describe(bundle: Bundle, query: Query, state: GapState) -> Gap:
    """The gap skill by skill, the most important first, with what is held towards each."""
    held = dict(zip(query.skills.tolist(), query.levels.tolist(), strict=True))
    asked = state.requirement
    told = evidence(bundle, query, asked)
    order = np.lexsort((asked.skills, -asked.importance))
    return Gap(
        before=round(state.before, 6),
        skills=tuple(
            SkillGap(
                skill=int(asked.skills[i]),
                importance=round(float(asked.importance[i]), 4),
                required=known(asked.level[i]),
                held=known(held.get(int(asked.skills[i]), np.nan)),
                coverage=round(float(state.coverage[i]), 4),
                status=_status(float(state.coverage[i])),
                match=known(asked.match[i]),
                evidence=told[i],
            )
            for i in order
        ),
    )


def _closers(bundle: Bundle, requirement: Requirement) -> Closers:
    closers, credit = bundle.knowledge.closers, bundle.knowledge.closers_credit
    room = closers.count(requirement.skills)
    found = Closers(np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.float32))
    size = kernels.bearing(
        closers.indptr, closers.indices, closers.values, credit, requirement.skills,
        comparable(requirement.level), ASSUMED_LEVEL, LEAST, *found,
    )  # fmt: skip
    return Closers(found.rows[:size], found.place[:size], found.after[:size])


def _status(coverage: float) -> Status:
    if coverage >= COVERED:
        return Status.HAVE
    return Status.PARTIAL if coverage > 0 else Status.MISSING
