"""In which order the chosen steps are taken, where prerequisites leave a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.bundle import Bundle
from models.plan.precedence import infer
from models.plan.problem import Problem
from models.plan.schedule import arranged, in_time, on_time
from models.plan.worth import Solution

GAIN: Final = 1.0
"""What closing the whole role in no time would weigh against one precedence that is certain."""


def ordered(bundle: Bundle, problem: Problem, solution: Solution) -> list[int]:
    """The chosen steps in order. Among those that could come next, the one that the waiting steps
    are least inferred to precede, and that closes most of the role for its hours, so that every
    prefix is worth as much as can be. Inference is only a preference: prerequisites decide what
    could come next, and where windows or the deadline do not allow the order, what closes
    soonest comes first.
    """
    chosen = sorted(solution.chosen)
    place = {step: i for i, step in enumerate(chosen)}
    ahead = infer(bundle, [int(problem.rows[step]) for step in chosen]).score

    def preference(step: int, done: Sequence[int]) -> float:
        waiting = np.ones(len(chosen), np.bool_)
        waiting[[place[each] for each in done]] = False
        covered = problem.base
        if done:
            covered = np.maximum(covered, problem.reached[list(done)].max(0))
        gain = float(np.maximum(problem.reached[step] - covered, 0.0) @ problem.weight)
        preceded = float(ahead[waiting, place[step]].sum())
        return round(preceded - GAIN * gain / (1.0 + float(problem.hours[step])), 9)

    order = arranged(problem, chosen, preference)
    if order is None or not on_time(problem, order):
        order = list(solution.order) if solution.order else in_time(problem, chosen)
    assert order is not None  # noqa: S101 - solvers choose only what can be done in time
    return order
