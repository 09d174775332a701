"""Both solvers on small problems whose best answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_problems import brute_force, problems

from models.plan import exact, fast
from models.plan.problem import Problem
from models.plan.schedule import in_time, on_time
from models.plan.worth import Solution, allowed, reaches, within_limits, worth


def is_allowed(problem: Problem, solution: Solution) -> bool:
    if not problem.windowed:
        return allowed(problem, solution.chosen)
    order = solution.order or in_time(problem, solution.chosen)
    return (
        order is not None
        and on_time(problem, order)
        and within_limits(problem, solution.chosen)
        and set(order) == set(solution.chosen)
    )


@settings(max_examples=1000, deadline=None)
@given(problems())
def test_exact_is_as_good_as_trying_everything(problem: Problem) -> None:
    found = exact.solve(problem, (), 5.0)
    assert is_allowed(problem, found)
    assert worth(problem, found.chosen) == pytest.approx(brute_force(problem), abs=1e-5)
    assert found == exact.solve(problem, (), 5.0)
    assert found.bound is not None
    if problem.wanted is None:
        assert found.bound == pytest.approx(problem.closed(sorted(found.chosen)), abs=1e-5)
    elif reaches(problem, found.chosen):
        assert found.bound == pytest.approx(problem.price[sorted(found.chosen)].sum(), abs=1e-3)


@settings(max_examples=500, deadline=None)
@given(problems(windows=True))
def test_exact_keeps_windows_and_is_as_good_as_trying_every_order(problem: Problem) -> None:
    found = exact.solve(problem, (), 5.0)
    assert is_allowed(problem, found)
    assert worth(problem, found.chosen) == pytest.approx(brute_force(problem), abs=1e-5)


@settings(max_examples=2000, deadline=None)
@given(st.booleans().flatmap(lambda windows: problems(windows=windows)))
def test_fast_breaks_nothing_and_is_never_better_than_the_best(problem: Problem) -> None:
    found = fast.solve(problem)
    assert is_allowed(problem, found)
    assert found == fast.solve(problem)
    best, mine = brute_force(problem), worth(problem, found.chosen)
    assert mine[0] <= best[0] + 1e-5


def test_fast_is_mostly_the_best() -> None:
    """On three hundred plain problems drawn once: the share closed is the best in nearly all."""
    short: list[float] = []

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(problems())
    def collect(problem: Problem) -> None:
        best = brute_force(problem)[0]
        mine = worth(problem, fast.solve(problem).chosen)[0]
        short.append(0.0 if best <= 0 else 1.0 - mine / best)

    collect()
    assert np.median(short) == 0.0
    assert np.quantile(short, 0.95) <= 0.08


def test_a_hint_is_never_made_worse() -> None:
    """Without time to search, the fast answer is what comes back."""

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(problems())
    def check(problem: Problem) -> None:
        hint = fast.solve(problem).chosen
        found = exact.solve(problem, hint, 1e-4)
        assert worth(problem, found.chosen) >= worth(problem, hint)

    check()
