"""Putting chosen steps into an order, and the order on a calendar."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

import numpy as np

from models.plan.needs import met
from models.plan.problem import Problem

Preference = Callable[[int, Sequence[int]], float]
"""How early a candidate should come, given the steps before it: the lowest comes next."""

ROUNDING: Final = 1e-6
"""Seconds by which rounding may pass a limit."""


def in_time(problem: Problem, chosen: Collection[int]) -> list[int] | None:
    """An order of the chosen steps, one at a time, that meets every prerequisite, window and the
    deadline; ``None`` when none was found. What closes soonest goes first.
    """

    def urgency(step: int, _: Sequence[int]) -> float:
        return float(problem.closes[step])

    order = arranged(problem, chosen, urgency)
    return order if order is not None and on_time(problem, order) else None


def arranged(problem: Problem, chosen: Collection[int], preference: Preference) -> list[int] | None:
    """The chosen steps in an order that meets every prerequisite, by preference where several
    could come next; with windows only steps that are open are taken while there is one.
    ``None`` when no order meets the prerequisites.
    """
    order: list[int] = []
    waiting, done = set(chosen), set[int]()
    now = problem.start
    while waiting:
        ready = [step for step in waiting if met(problem.needs[step], done)]
        if not ready:
            return None
        if problem.windowed:
            now = max(now, min(float(problem.opens[step]) for step in ready))
            ready = [step for step in ready if problem.opens[step] <= now + ROUNDING]
        step = min(ready, key=lambda each: (preference(each, order), each))
        order.append(step)
        done.add(step)
        waiting.remove(step)
        now += float(problem.hours[step]) * (problem.pace or 0.0)
    return order


def on_time(problem: Problem, order: Sequence[int]) -> bool:
    """Whether steps taken one after the other start within their windows and end in time."""
    now = problem.start
    for step in order:
        if problem.windowed:
            now = max(now, float(problem.opens[step]))
            if now > problem.closes[step] + ROUNDING:
                return False
        now += float(problem.hours[step]) * (problem.pace or 0.0)
    return problem.pace is None or now <= problem.limits.deadline + ROUNDING


def calendar(
    problem: Problem, order: Sequence[int], parallel: int
) -> list[tuple[float, float]] | None:
    """When each step of an order starts and ends, in seconds since the epoch.

    Up to ``parallel`` steps are under way at once and share the learner's hours evenly; a step
    begins in its turn, once what it needs is done and it is on offer. ``None`` when a window or
    the deadline is missed that way.
    """
    assert problem.pace is not None  # noqa: S101 - without a pace there are no dates
    left: dict[int, float] = {}
    starts: dict[int, float] = {}
    ends: dict[int, float] = {}
    waiting = list(order)
    now = problem.start
    while waiting or left:
        while waiting and len(left) < parallel:
            step = waiting[0]
            if not met(problem.needs[step], ends.keys()) or problem.opens[step] > now + ROUNDING:
                break
            if now > problem.closes[step] + ROUNDING:
                return None
            waiting.pop(0)
            starts[step] = now
            left[step] = float(problem.hours[step]) * problem.pace
        if not left:
            now = float(problem.opens[waiting[0]])
            continue
        turn = min(left.values())
        opening = float(problem.opens[waiting[0]]) - now if waiting else np.inf
        spent = turn * len(left)
        if 0 < opening < spent and len(left) < parallel:
            spent = opening
        now += spent
        done = spent / len(left)
        left = {step: rest - done for step, rest in left.items()}
        for step in [each for each, rest in left.items() if rest <= ROUNDING]:
            ends[step] = now
            del left[step]
    if max(ends.values(), default=problem.start) > problem.limits.deadline + ROUNDING:
        return None
    return [(starts[step], ends[step]) for step in order]
