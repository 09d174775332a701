"""What if: two or three roles side by side, and the roles that are closest from here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.plan.answer import check, missing, plan, solve
from models.plan.candidates import LEAST_GAIN, needs_of
from models.plan.needs import met
from models.plan.question import Asked, read, towards
from models.plan.screen import screen, supposed_hours
from models.plan.terms import Path, PathAsk, SolverName, Then, Totals
from models.plan.totals import totals

MOST_CLOSEST: Final = 20
"""Paths are planned towards so many of all roles, and no more can be told."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A path to each of several roles, in the order asked.

    ``shared`` (rows) are on every path that has steps, where there are two such paths or more;
    ``first`` (rows, in order) are those of them that can be taken before anything that is not
    shared: what to begin with while undecided.
    """

    paths: tuple[Path, ...]
    shared: tuple[int, ...]
    first: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nearby:
    """What it takes to get from here to ``role`` (a row): the gap before and after the path of
    ``steps`` (credentials, rows). ``requirements`` counts what the role requires: little may only
    mean that little is known of it. ``reached`` is False where no path within the limits covers as
    much of the role as was asked for; the path is then the one that covers most.
    """

    role: int
    requirements: int
    before: float
    after: float
    reached: bool
    steps: tuple[int, ...]
    totals: Totals


@dataclass(frozen=True, slots=True)
class Closest:
    """Roles by remaining effort, and how many were looked at or left out without requirements."""

    roles: tuple[Nearby, ...]
    considered: int
    left_out: int
    notes: tuple[str, ...]


def compare(bundle: Bundle, asks: Sequence[PathAsk]) -> Comparison:
    """The same learner's paths to several roles, one for each question, and what they share.

    Raises ``UsageError`` as ``plan`` does.
    """
    paths = tuple(plan(bundle, ask) for ask in asks)
    taken = [[step.credential for step in path.steps if not step.renewal] for path in paths]
    taken = [rows for rows in taken if rows]
    if len(taken) < 2:
        return Comparison(paths, (), ())
    shared = [row for row in taken[0] if all(row in rows for rows in taken[1:])]
    return Comparison(paths, tuple(shared), _first(bundle, read(bundle, asks[0]), shared))


def _first(bundle: Bundle, asked: Asked, shared: Sequence[int]) -> tuple[int, ...]:
    """Those of the shared steps that need nothing but what is held and each other, in order."""
    rows = np.array(sorted(shared), np.int32)
    needs = dict(zip(rows.tolist(), needs_of(bundle, asked.query, rows), strict=True))
    place = {int(row): i for i, row in enumerate(rows)}
    order: list[int] = []
    waiting = list(shared)

    def possible(row: int) -> bool:
        need = needs[row]
        return need if isinstance(need, bool) else met(need, {place[each] for each in order})

    while ready := [row for row in waiting if possible(row)]:
        order.append(ready[0])
        waiting.remove(ready[0])
    return tuple(order)


def closest(bundle: Bundle, ask: PathAsk, limit: int) -> Closest:
    """Up to ``limit`` (1..``MOST_CLOSEST``) roles by what it still takes to reach each.

    A role is reached when so much of it is covered as ``ask.reach`` says; left out, all of it.
    All roles are screened at once, and paths planned by the fast solver towards the likeliest.
    Roles that are reached come first, by the hours of their path (an unknown number counts as
    the median of all known ones, for comparing only); then the others, by the gap that stays
    open; among equals the one with fewer steps, then with the smaller gap now. The target of
    ``ask`` is not looked at. Raises ``UsageError`` as ``plan`` does.
    """
    check(ask)
    reach = 1.0 if ask.reach is None else ask.reach
    ask = replace(ask, target=None, reach=reach, then=Then.FASTEST, solver=SolverName.FAST)
    asked = read(bundle, ask)
    found, hours = screen(bundle, asked, reach), supposed_hours(bundle)
    ranked = sorted(
        (
            _planned(bundle, towards(bundle, asked, row), row, hours)
            for row in found.rows[:MOST_CLOSEST].tolist()
        ),
        key=lambda each: each[0],
    )
    return Closest(
        roles=tuple(nearby for _, nearby in ranked[:limit]),
        considered=len(found.rows),
        left_out=len(bundle.roles.ids) - len(found.rows),
        notes=asked.query.notes,
    )


def _planned(
    bundle: Bundle, asked: Asked, role: int, hours: NDArray[np.float64]
) -> tuple[tuple[float, ...], Nearby]:
    """The path to one role, and what it is ordered by; ``hours`` (n,) are those supposed."""
    state = asked.state
    assert state is not None  # noqa: S101 - roles without requirements are screened out
    steps: list[int] = []
    effort, after = 0.0, state.before
    if missing(asked.ask, state.before) > LEAST_GAIN:
        planned = solve(bundle, asked)
        order = [*planned.order, *planned.again]
        steps = [int(planned.problem.rows[step]) for step in order]
        effort = float(hours[steps].sum())
        after = max(0.0, state.before - planned.problem.closed(planned.order))
    reached = missing(asked.ask, after) <= LEAST_GAIN
    nearby = Nearby(
        role=role,
        requirements=len(state.weight),
        before=round(state.before, 6),
        after=round(after, 6),
        reached=reached,
        steps=tuple(steps),
        totals=totals(bundle, asked.ask, steps),
    )
    left = 0.0 if reached else nearby.after
    key = (not reached, left, effort, len(steps), nearby.before, role)
    return key, nearby
