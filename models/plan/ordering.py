"""In which order the chosen steps are taken, where prerequisites leave a choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from models.bundle import Bundle
from models.plan.precedence import infer
from models.plan.problem import Problem
from models.plan.schedule import arranged, in_time, on_time
from models.plan.worth import Solution

GAIN: Final = 1.0
"""What closing the whole role in no time would weigh against one precedence that is certain."""

COMPLETING: Final = 0.1
"""What the last part of a stack weighs likewise: little, so that a stack is finished before another
is begun only where nothing clearer speaks against it."""


def ordered(
    bundle: Bundle, problem: Problem, solution: Solution, held: Collection[int]
) -> list[int]:
    """The chosen steps in order. Among those that could come next, the one that the waiting steps
    are least inferred to precede, that closes most of the role for its hours, and that brings a
    stack nearer to its end, so that every prefix is worth as much as can be. These are
    preferences: prerequisites decide what could come next, and where windows or the deadline do
    not allow the order, what closes soonest comes first. ``held`` are credentials (rows).
    """
    chosen = sorted(solution.chosen)
    place = {step: i for i, step in enumerate(chosen)}
    ahead = infer(bundle, [int(problem.rows[step]) for step in chosen]).score

    stacks = _completed(bundle, [int(problem.rows[step]) for step in chosen], held)

    def preference(step: int, done: Sequence[int]) -> float:
        waiting = np.ones(len(chosen), np.bool_)
        waiting[[place[each] for each in done]] = False
        covered = problem.base
        if done:
            covered = np.maximum(covered, problem.reached[list(done)].max(0))
        gain = float(problem.gain(problem.reached[step], covered))
        preceded = float(ahead[waiting, place[step]].sum())
        begun = {*held, *(int(problem.rows[each]) for each in done)}
        parts = stacks.get(int(problem.rows[step]), ())
        progress = max((len(part & begun) + 1) / len(part) for part in parts) if parts else 0.0
        worth = GAIN * gain / (1.0 + float(problem.hours[step])) + COMPLETING * progress
        return round(preceded - worth, 9)

    order = arranged(problem, chosen, preference)
    if order is None or not on_time(problem, order):
        order = list(solution.order) if solution.order else in_time(problem, chosen)
    assert order is not None  # noqa: S101 - solvers choose only what can be done in time
    return order


def _completed(
    bundle: Bundle, rows: Sequence[int], held: Collection[int]
) -> Mapping[int, list[frozenset[int]]]:
    """For each of the credentials ``rows`` the stacks, as sets of their parts, that it belongs to
    and that are complete once all of ``rows`` are earned.
    """
    knowledge, earned = bundle.knowledge, {*rows, *held}
    found: dict[int, list[frozenset[int]]] = {}
    for row in rows:
        for stack in knowledge.stacks.row(row)[0].tolist():
            parts = frozenset(knowledge.stack_parts.row(stack)[0].tolist())
            if parts <= earned:
                found.setdefault(row, []).append(parts)
    return found
