"""In which order the chosen steps are taken, where prerequisites leave a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.bundle import Bundle
from models.plan.problem import Problem
from models.plan.schedule import arranged, in_time, on_time
from models.plan.worth import Solution

CLEARLY: Final = 0.05
"""A level, 0..1, that is lower by so much comes clearly before a higher one."""


def precedes(bundle: Bundle, a: int, b: int) -> bool:
    """Whether credential ``a`` (a row) is inferred to come before ``b``: its level is lower.

    Soft: never a reason to leave a step out, and never told as a requirement.
    """
    levels = bundle.credentials.level
    return bool(levels[a] + CLEARLY < levels[b])


def ordered(bundle: Bundle, problem: Problem, solution: Solution) -> list[int]:
    """The chosen steps in order. Among those that could come next, the one that fewest waiting
    steps are inferred to precede; then the one that closes most of the role for its hours, so
    that every prefix is worth as much as can be. Where windows or the deadline do not allow
    that, what closes soonest comes first.
    """
    chosen = sorted(solution.chosen)
    before = {
        step: {
            other
            for other in chosen
            if precedes(bundle, int(problem.rows[other]), int(problem.rows[step]))
        }
        for step in chosen
    }

    def preference(step: int, done: Sequence[int]) -> float:
        waiting = len(before[step].difference(done))
        covered = problem.base
        if done:
            covered = np.maximum(covered, problem.reached[list(done)].max(0))
        gain = float(np.maximum(problem.reached[step] - covered, 0.0) @ problem.weight)
        return waiting - gain / (1.0 + float(problem.hours[step]))

    order = arranged(problem, chosen, preference)
    if order is None or not on_time(problem, order):
        order = list(solution.order) if solution.order else in_time(problem, chosen)
    assert order is not None  # noqa: S101 - solvers choose only what can be done in time
    return order
