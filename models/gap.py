"""The gap between what a learner holds and what a role requires.

With importance ``w_i`` and required level ``l_i``, the coverage of requirement ``i`` is the
best over skills held of ``near(h, i) · min(1, level(h) / l_i)``, and the gap is
``Σ w_i (1 − coverage_i) / Σ w_i``: 0 when all is covered, 1 when nothing is. Holding more
never widens it. Where a level is unknown it is taken as ``ASSUMED_LEVEL`` for comparing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import Closing, Gap, SkillGap, Status
from models.evidence import comparable, counting, evidence
from models.query import Query, Requirement
from models.tables import known

COVERED = 1.0 - 1e-6


@dataclass(frozen=True, slots=True)
class GapState:
    """The gap before anything new is earned, and what each credential would do to it.

    ``coverage`` (k,) 0..1 per requirement; ``weight`` (k,) sums to 1; ``before`` 0..1;
    ``closing`` (n,): by how much each credential alone would lower the gap, 0..before.
    """

    requirement: Requirement
    coverage: NDArray[np.float32]
    weight: NDArray[np.float32]
    before: float
    closing: NDArray[np.float32]


def measure(bundle: Bundle, query: Query) -> GapState | None:
    """The gap of a query; ``None`` without a requirement."""
    requirement = query.requirement
    if requirement is None or not requirement.importance.sum() > 0:
        return None
    covered = coverage(bundle, requirement, query.skills, query.levels)
    weight = (requirement.importance / requirement.importance.sum()).astype(np.float32)
    rows, owner, after = _closers(bundle, requirement)
    gain = np.maximum(after - covered[owner], 0.0) * weight[owner]
    closing = np.bincount(rows, weights=gain, minlength=bundle.n).astype(np.float32)
    closing *= bundle.credentials.shown
    return GapState(
        requirement=requirement,
        coverage=covered,
        weight=weight,
        before=float(weight @ (1.0 - covered)),
        closing=closing,
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


def closings(bundle: Bundle, state: GapState, credential: int) -> tuple[Closing, ...]:
    """What one credential would cover, requirement by requirement, largest gain first."""
    rows, owner, after = _closers(bundle, state.requirement)
    mine = (rows == credential) & (after > state.coverage[owner] + 1e-6)
    gains = [
        (float(state.weight[i] * (reached - state.coverage[i])), int(i), float(reached))
        for i, reached in zip(owner[mine], after[mine], strict=True)
    ]
    return tuple(
        Closing(
            skill=int(state.requirement.skills[i]),
            before=round(float(state.coverage[i]), 4),
            after=round(reached, 4),
        )
        for _, i, reached in sorted(gains, key=lambda gain: (-gain[0], gain[1]))
    )


def reached(bundle: Bundle, state: GapState, rows: NDArray[np.int32]) -> NDArray[np.float32]:
    """Coverage ``(len(rows), k)`` of each requirement by each credential alone, 0 for none."""
    credentials, owner, after = _closers(bundle, state.requirement)
    order = np.argsort(rows, kind="stable")
    place = np.searchsorted(rows, credentials, sorter=order)
    among = place < len(rows)
    among[among] = rows[order[place[among]]] == credentials[among]
    result = np.zeros((len(rows), len(state.weight)), np.float32)
    result[order[place[among]], owner[among]] = after[among]
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


def _closers(
    bundle: Bundle, requirement: Requirement
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float32]]:
    """Credentials (rows) that bear on a required skill, the place of that skill in the
    requirement, and the coverage they reach; each pair once.
    """
    closers, credit = bundle.knowledge.closers, bundle.knowledge.closers_credit
    at, owner = closers.entries(requirement.skills)
    rows = closers.indices[at]
    needed = comparable(requirement.level)[owner]
    after = np.minimum(1.0, comparable(closers.values[at]) / needed) * credit[at]
    first = np.ones(len(at), np.bool_)
    first[1:] = (rows[1:] != rows[:-1]) | (owner[1:] != owner[:-1])
    if first.all():
        return rows, owner, after
    return rows[first], owner[first], np.maximum.reduceat(after, np.flatnonzero(first))


def _status(coverage: float) -> Status:
    if coverage >= COVERED:
        return Status.HAVE
    return Status.PARTIAL if coverage > 0 else Status.MISSING
