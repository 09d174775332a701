"""Paths of the test learners to the roles they aim at, planned as the service plans them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import ASSUMED_LEVEL, Target
from models.plan import plan
from models.plan.question import read
from models.plan.terms import Path, PathAsk
from models.query import with_learnt
from training.learners import Asker
from training.progress import Progress
from training.splits import Split

ASKED: Final = 100
"""So many learners are planned for, of those with a target role."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Paths of learners (rows, ``(k,)``).

    ``answered`` says who got one, or needs none. ``hours`` and ``cost`` are whole paths', NaN
    where any part is unknown, for the cost also where it is not in ``currency``, or where there is
    no step. ``before`` is the gap, ``closed`` the share of the role that the path covers of it;
    ``broken`` counts steps whose prerequisites the steps before them do not meet.
    """

    learners: NDArray[np.int32]
    answered: NDArray[np.bool_]
    steps: NDArray[np.int64]
    hours: NDArray[np.float64]
    cost: NDArray[np.float64]
    before: NDArray[np.float64]
    closed: NDArray[np.float64]
    broken: NDArray[np.int64]
    currency: str | None

    def told(self) -> dict[str, Any]:
        """What it comes to, JSON-ready; ``None`` where nothing is known to divide by."""
        stepped = self.steps > 0
        timed, priced = ~np.isnan(self.hours), ~np.isnan(self.cost)
        hours, cost = float(self.hours[timed].sum()), float(self.cost[priced].sum())
        return {
            "asked": len(self.learners),
            "answered": float(self.answered.mean()),
            "with_steps": int(stepped.sum()),
            "broken": int(self.broken.sum()),
            "gap_before": float(self.before.mean()),
            "gap_closed": float(self.closed.mean()),
            "steps": float(self.steps[stepped].mean()) if stepped.any() else None,
            "hours": hours / int(timed.sum()) if timed.any() else None,
            "cost": cost / int(priced.sum()) if priced.any() else None,
            "closed_per_100_hours": 100 * float(self.closed[timed].sum()) / hours
            if hours
            else None,
            "closed_per_1000": 1000 * float(self.closed[priced].sum()) / cost if cost else None,
            "currency": self.currency,
            "unknown_hours": int((stepped & ~timed).sum()),
            "unknown_cost": int((stepped & ~priced).sum()),
        }


def plan_all(
    asker: Asker, bundle: Bundle, split: Split, seed: int, progress: Progress, most: int = ASKED
) -> Planned | None:
    """Plan for at most ``most`` of the split's learners with a usable target role; ``None`` where
    nobody has one.
    """
    aiming = np.flatnonzero(asker.learners.roles[split.learners] >= 0)
    chosen = np.sort(np.random.default_rng(seed).permutation(aiming)[:most])
    found: list[tuple[int, Path, int]] = []
    with progress.stage("plan paths", len(chosen)) as advance:
        for i in chosen.tolist():
            learner = int(split.learners[i])
            told = asker.told(bundle, learner, int(split.train.indptr[learner + 1]))
            at = float(split.at[i]) if split.train.dated else np.nan
            ask = PathAsk(told, Target(id=told.target_role), at)
            path = plan(bundle, ask)
            if path.gap is not None:
                found.append((learner, path, _broken(bundle, ask, path)))
            advance(1)
    return _gathered(found) if found else None


def _gathered(found: list[tuple[int, Path, int]]) -> Planned:
    paths = [path for _, path, _ in found]
    named = [path.totals.currency for path in paths if path.totals.currency]
    currency = max(sorted(set(named)), key=named.count) if named else None
    hours = [path.totals.hours.high if path.steps else None for path in paths]
    cost = [
        path.totals.cost.high if path.steps and path.totals.currency in (currency, None) else None
        for path in paths
    ]
    before = np.array([path.gap.before for path in paths if path.gap is not None])
    after = np.array([np.nan if path.gap_after is None else path.gap_after for path in paths])
    return Planned(
        learners=np.array([learner for learner, _, _ in found], np.int32),
        answered=np.array([path.feasible for path in paths], np.bool_),
        steps=np.array([len(path.steps) for path in paths], np.int64),
        hours=np.array([np.nan if each is None else each for each in hours]),
        cost=np.array([np.nan if each is None else each for each in cost]),
        before=before,
        closed=before - after,
        broken=np.array([broken for _, _, broken in found], np.int64),
        currency=currency,
    )


def _broken(bundle: Bundle, ask: PathAsk, path: Path) -> int:
    """Steps that come before what they ask for."""
    query = read(bundle, ask).query
    held, broken = query.held, 0
    declared = dict(zip(query.skills.tolist(), query.levels.tolist(), strict=True))
    for step in path.steps:
        has = np.zeros(bundle.n, np.bool_)
        has[held] = True
        levels = np.full(len(bundle.skills.ids), np.nan, np.float32)
        skills, reached = with_learnt(bundle, declared, held)
        levels[skills] = np.nan_to_num(reached, nan=ASSUMED_LEVEL)
        broken += not bundle.knowledge.conditions.met(has, levels)[step.credential]
        held = np.append(held, np.int32(step.credential))
    return broken
