"""Small random planning problems, and their best answers by trying everything."""

from __future__ import annotations

from itertools import chain, combinations, permutations

import numpy as np
from hypothesis import strategies as st

from models.plan.needs import Need, OneOf, SomeOf
from models.plan.problem import Limits, Problem
from models.plan.schedule import on_time
from models.plan.worth import Worth, allowed, within_limits, worth

START = 1_767_225_600.0
HOUR = 3600.0
AMOUNTS = st.sampled_from([0.0, 1.0, 2.0, 3.5, 5.0])
LIMITS = st.just(np.inf) | st.sampled_from([0.0, 2.0, 4.5, 8.0])


@st.composite
def problems(draw: st.DrawFn, *, windows: bool = False) -> Problem:
    """Up to seven candidates (five with windows), three requirements, nested needs."""
    m, k = draw(st.integers(1, 5 if windows else 7)), draw(st.integers(1, 3))
    levels = st.sampled_from([0.0, 0.25, 0.5, 1.0])

    def column(values: st.SearchStrategy[float], size: int) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=size, max_size=size)), np.float64)

    some = st.builds(OneOf, st.frozensets(st.integers(0, m - 1), min_size=1, max_size=2))
    nested = st.lists(some, min_size=1, max_size=3).flatmap(
        lambda parts: st.builds(SomeOf, st.integers(1, len(parts)), st.just(tuple(parts)))
    )
    needs: list[Need | None] = draw(
        st.lists(st.none() | st.none() | some | nested, min_size=m, max_size=m)
    )
    weight = column(st.sampled_from([1.0, 2.0, 3.0]), k)
    base = column(st.sampled_from([0.0, 0.0, 0.25]), k)
    cost, hours = column(AMOUNTS, m), column(AMOUNTS, m)
    opens, closes = np.full(m, -np.inf), np.full(m, np.inf)
    deadline = np.inf
    if windows:
        opens = START + HOUR * column(st.sampled_from([-1.0, 0.0, 3.0]), m)
        closes = START + HOUR * column(st.sampled_from([0.0, 2.0, 6.0, 99.0]), m)
        deadline = START + HOUR * draw(st.sampled_from([5.0, 9.0, np.inf]))
    return Problem(
        rows=np.arange(m, dtype=np.int32),
        reached=np.array([column(levels, k) for _ in range(m)], np.float32),
        base=base.astype(np.float32),
        weight=(weight / weight.sum()).astype(np.float32),
        cost=cost,
        hours=hours,
        known_cost=cost,
        known_hours=hours,
        price=draw(st.sampled_from([cost, hours, np.ones(m)])),
        tie=1.001 - column(st.sampled_from([0.0, 0.3, 0.9]), m),
        opens=opens,
        closes=closes,
        needs=tuple(needs),
        start=START,
        pace=HOUR if windows else None,
        limits=Limits(
            cost=draw(LIMITS),
            hours=min(draw(LIMITS), (deadline - START) / HOUR),
            steps=draw(st.just(np.inf) | st.integers(0, 4).map(float)),
            deadline=deadline,
        ),
        wanted=draw(st.none() | st.sampled_from([0.1, 0.5, 0.9])),
    )


def brute_force(problem: Problem) -> Worth:
    """The worth of the best set of steps, every one tried in every order where order matters."""
    steps = range(len(problem))
    sets = chain.from_iterable(combinations(steps, n) for n in range(len(problem) + 1))
    return max(worth(problem, chosen) for chosen in sets if _possible(problem, chosen))


def _possible(problem: Problem, chosen: tuple[int, ...]) -> bool:
    if not problem.windowed:
        return allowed(problem, chosen)
    if not within_limits(problem, chosen):
        return False
    return any(on_time(problem, order) and _met(problem, order) for order in permutations(chosen))


def _met(problem: Problem, order: tuple[int, ...]) -> bool:
    return all(holds(problem.needs[step], set(order[:at])) for at, step in enumerate(order))


def holds(need: Need | None, before: set[int]) -> bool:
    """Whether a need is met, said once more in other words than the planner's."""
    if need is None:
        return True
    if isinstance(need, OneOf):
        return bool(need.steps & before)
    return len([part for part in need.parts if holds(part, before)]) >= need.count
