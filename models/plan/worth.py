"""What a set of chosen steps is worth, and whether it may be chosen: the same for every solver."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from models.plan.needs import reachable
from models.plan.problem import Problem
from models.plan.schedule import in_time

TOLERANCE: Final = 1e-6
"""Closed shares this close are equal; limits may be passed by so much, relatively, in rounding."""

Worth = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Solution:
    """Steps chosen; ``order`` is one that keeps every window, where there are any and the solver
    knows one. ``bound`` is the proven limit of what is optimised
    first: the highest closed share, or, where a share is wanted and reached, the lowest price;
    ``None`` where nothing is proven.
    """

    chosen: frozenset[int]
    bound: float | None = None
    order: tuple[int, ...] | None = None


def worth(problem: Problem, chosen: Collection[int]) -> Worth:
    """Compared part by part, higher is better: the closed share (up to what is wanted, where
    anything is), then minus the price, then minus the tie-break.
    """
    steps = sorted(chosen)
    closed = problem.closed(steps)
    if problem.wanted is not None:
        closed = min(closed, problem.wanted)
    price, tie = float(problem.price[steps].sum()), float(problem.tie[steps].sum())
    return round(closed / TOLERANCE) * TOLERANCE, -round(price, 6), -round(tie, 9)


def within_limits(problem: Problem, chosen: Collection[int]) -> bool:
    """Whether cost, hours and number of the chosen steps keep to the limits."""
    steps, limits = sorted(chosen), problem.limits
    return bool(
        len(steps) <= limits.steps
        and problem.cost[steps].sum() <= limits.cost * (1 + TOLERANCE)
        and problem.hours[steps].sum() <= limits.hours * (1 + TOLERANCE)
    )


def allowed(problem: Problem, chosen: Collection[int]) -> bool:
    """Whether the chosen steps can be taken at all: limits, prerequisites, windows, deadline."""
    if not within_limits(problem, chosen):
        return False
    if problem.windowed:
        return in_time(problem, chosen) is not None
    return len(reachable(problem.needs, chosen)) == len(set(chosen))


def reaches(problem: Problem, chosen: Collection[int]) -> bool:
    """Whether what was asked for is reached; always so where no share is wanted."""
    return problem.wanted is None or problem.closed(sorted(chosen)) >= problem.wanted - TOLERANCE
