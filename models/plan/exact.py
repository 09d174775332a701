"""The exact solver: constraint programming with OR-tools CP-SAT, the only user of it here.

The objectives are optimised one after the other, each held at its best before the next. One
worker, a fixed seed and deterministic time make the answer the same each time; the clock is
only a safety net.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from ortools.sat.python import cp_model

from models.plan.needs import Need, OneOf, mentioned
from models.plan.problem import Problem
from models.plan.schedule import in_time, on_time
from models.plan.worth import TOLERANCE, Solution, allowed, worth

SHARE: Final = 10**9
AMOUNT: Final = 10**4
TIE: Final = 10**6
"""Shares of the role, amounts (cost, hours, price) and tie-breaks as whole numbers."""

NOISE: Final = 100
"""So much of ``SHARE`` is the rounding of sums, and makes no difference between two shares."""

FAR: Final = 10 * 366 * 86_400
"""Seconds that a path without a deadline may take: what lies further off is not planned."""

BUDGETS: Final = (0.6, 0.3, 0.1)
"""Shares of the time for the first, second and third objective."""

STEADY: Final = 0.5
"""Share of the time allowed that is counted in CP-SAT's deterministic units, which are about
seconds on a free core; on a busy one the clock may end a search that this would not.
"""

FOUND: Final = frozenset({"OPTIMAL", "FEASIBLE"})

Expression = Any
"""A linear expression of CP-SAT."""


@dataclass(slots=True)
class _Model:
    """The constraints of a problem. ``taken`` (m,) and, where there are windows, ``starts``."""

    problem: Problem
    cp: cp_model.CpModel
    taken: list[cp_model.IntVar]
    place: dict[int, cp_model.IntVar]
    starts: list[cp_model.IntVar]
    closed: Expression
    price: Expression
    tie: Expression


def solve(problem: Problem, hint: Collection[int], seconds: float) -> Solution:
    """The best set of steps found within about ``seconds``, never worse than ``hint``, which
    must be a set that may be chosen.
    """
    if not len(problem):
        return Solution(frozenset(), 0.0)
    model = _built(problem)
    best, bound = list(hint), None
    if problem.wanted is not None:
        wanted = int(np.floor((problem.wanted - TOLERANCE) * SHARE))
        model.cp.add(model.closed >= wanted)
        phases = [(-model.price, AMOUNT), (-model.tie, TIE)]
        found, bound = _phases(model, best, phases, seconds)
        if found is None:
            model = _built(problem)
    if problem.wanted is None or found is None:
        phases = [(model.closed, SHARE), (-model.price, AMOUNT), (-model.tie, TIE)]
        # Where what is wanted was not found, the first objective's share of the time is spent.
        left = seconds if problem.wanted is None else seconds * (1.0 - BUDGETS[0])
        found, bound = _phases(model, best, phases, left)
    else:
        bound = None if bound is None else -bound
    if found is not None:
        chosen, order = found
        in_order = order is None or on_time(problem, order)
        usable = in_order if order is not None else allowed(problem, chosen)
        if usable and worth(problem, chosen) >= worth(problem, best):
            return Solution(frozenset(chosen), bound, None if order is None else tuple(order))
    order = in_time(problem, best) if problem.windowed else None
    return Solution(frozenset(best), bound, None if order is None else tuple(order))


Found = tuple[list[int], list[int] | None]


def _phases(
    model: _Model,
    hint: Sequence[int],
    objectives: Sequence[tuple[Expression, int]],
    seconds: float,
) -> tuple[Found | None, float | None]:
    """Maximise each objective in turn; what was chosen, and the bound of the first one."""
    chosen: Found | None = None
    bound: float | None = None
    _hinted(model, hint)
    for at, ((objective, scale), share) in enumerate(zip(objectives, BUDGETS, strict=False)):
        model.cp.maximize(objective)
        solver = _solver(seconds * share)
        status = solver.status_name(solver.solve(model.cp))
        if at == 0 and status in {*FOUND, "UNKNOWN"}:
            bound = solver.best_objective_bound / scale
        if status not in FOUND:
            break
        chosen = _read(model, solver)
        model.cp.add(objective >= round(solver.objective_value) - (NOISE if scale == SHARE else 0))
        _hinted(model, chosen[0])
    return chosen, bound


def _solver(seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = seconds * STEADY
    solver.parameters.max_time_in_seconds = seconds
    return solver


def _hinted(model: _Model, chosen: Sequence[int]) -> None:
    model.cp.clear_hints()  # type: ignore[no-untyped-call]
    taken = set(chosen)
    for step, variable in enumerate(model.taken):
        model.cp.add_hint(variable, int(step in taken))


def _read(model: _Model, solver: cp_model.CpSolver) -> Found:
    chosen = [step for step, variable in enumerate(model.taken) if solver.value(variable)]
    if not model.starts:
        return chosen, None

    def when(step: int) -> tuple[int, bool, int]:
        """Of two that start together, the one that takes no time comes first."""
        place = model.place.get(step)
        position = 0 if place is None else solver.value(place)
        return solver.value(model.starts[step]), bool(model.problem.hours[step] > 0), position

    return chosen, sorted(chosen, key=when)


def _built(problem: Problem) -> _Model:
    cp = cp_model.CpModel()
    taken = [cp.new_bool_var(f"take {i}") for i in range(len(problem))]
    model = _Model(problem, cp, taken, {}, [], 0, 0, 0)
    _limit(model, problem.cost, problem.limits.cost)
    _limit(model, problem.hours, problem.limits.hours)
    if np.isfinite(problem.limits.steps):
        cp.add(sum(taken) <= int(problem.limits.steps))
    if problem.windowed:
        _timed(model)
    _ordered(model)
    model.closed = _coverage(model)
    model.price = _sum(taken, problem.price, AMOUNT)
    model.tie = _sum(taken, problem.tie, TIE)
    return model


def _sum(taken: list[cp_model.IntVar], amounts: Any, scale: int) -> Expression:
    return cp_model.LinearExpr.weighted_sum(taken, np.rint(amounts * scale).astype(int).tolist())


def _limit(model: _Model, amounts: Any, limit: float) -> None:
    if np.isfinite(limit):
        most = int(np.floor(limit * (1 + TOLERANCE) * AMOUNT + TOLERANCE))
        model.cp.add(_sum(model.taken, amounts, AMOUNT) <= most)


def _coverage(model: _Model) -> Expression:
    """The closed share: by requirement, every level that a taken candidate reaches counts for
    what it is above the level below.
    """
    problem, cp = model.problem, model.cp
    gained: list[cp_model.IntVar] = []
    gains: list[int] = []
    for k in range(len(problem.weight)):
        reached, below = problem.reached[:, k], float(problem.base[k])
        levels = np.unique(reached[reached > below])
        for level in levels.tolist():
            cover = cp.new_bool_var("")
            able = [model.taken[i] for i in np.flatnonzero(reached >= level)]
            cp.add_bool_or([cover.negated(), *able])
            gained.append(cover)
            gains.append(round(float(problem.weight[k]) * (level - below) * SHARE))
            below = level
    return cp_model.LinearExpr.weighted_sum(gained, gains)


def _timed(model: _Model) -> None:
    """One step after the other, each started within its window, all done by the deadline."""
    problem, cp = model.problem, model.cp
    end = min(problem.limits.deadline - problem.start, FAR)
    seconds = np.ceil(problem.hours * (problem.pace or 0.0)).astype(int).tolist()
    intervals = []
    for i, (variable, length) in enumerate(zip(model.taken, seconds, strict=True)):
        first = max(0, int(np.ceil(max(float(problem.opens[i]) - problem.start, 0.0))))
        last = int(min(float(problem.closes[i]) - problem.start, end - length))
        if last < first:
            cp.add(variable == 0)
            first = last = 0
        start = cp.new_int_var(first, last, f"start {i}")
        model.starts.append(start)
        intervals.append(
            cp.new_optional_fixed_size_interval_var(start, length, variable, f"step {i}")
        )
    cp.add_no_overlap(intervals)


def _ordered(model: _Model) -> None:
    """What a step needs is taken, and earlier: so that no two rely on each other."""
    problem, cp = model.problem, model.cp
    involved = {i for i, need in enumerate(problem.needs) if need is not None}
    involved |= {step for need in problem.needs for step in mentioned(need)}
    model.place = {i: cp.new_int_var(0, len(involved), f"place {i}") for i in involved}

    def met(need: Need, owner: int) -> cp_model.IntVar:
        """A variable that may be true only when the need is met for ``owner``."""
        true = cp.new_bool_var("")
        if isinstance(need, OneOf):
            able = []
            for step in sorted(need.steps - {owner}):
                relied = cp.new_bool_var("")
                cp.add_implication(relied, model.taken[step])
                before = model.place[step] + 1 <= model.place[owner]
                cp.add(before).only_enforce_if(relied)
                if model.starts:
                    length = int(np.ceil(problem.hours[step] * (problem.pace or 0.0)))
                    done = model.starts[step] + length <= model.starts[owner]
                    cp.add(done).only_enforce_if(relied)
                able.append(relied)
            cp.add_bool_or([true.negated(), *able])
        else:
            parts = [met(part, owner) for part in need.parts]
            cp.add(sum(parts) >= need.count).only_enforce_if(true)
        return true

    for owner, need in enumerate(problem.needs):
        if need is not None:
            cp.add_implication(model.taken[owner], met(need, owner))
