"""The planner in one screen: read the question, choose, order, put the answer into words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from models import gap
from models.bundle import Bundle
from models.domain import Reason
from models.errors import UsageError
from models.observer import NOBODY, Observer
from models.plan import exact, fast
from models.plan.candidates import LEAST_GAIN
from models.plan.limits import SECONDS, standing_in_the_way, unusable
from models.plan.ordering import ordered
from models.plan.problem import Problem, problem
from models.plan.question import DAY, Asked, read, validity
from models.plan.renewing import renewing
from models.plan.schedule import calendar
from models.plan.terms import LEAST_PACE, Binding, Optimality, Path, PathAsk, SolverName, Step
from models.plan.totals import totals
from models.plan.words import alternatives, described
from models.plan.worth import Solution, reaches, worth

RENEWALS: Final = 3
"""So often a path is planned again because steps on it lapse before it ends."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A solved problem: ``order`` of the steps, their ``dates`` (``None`` without a pace), and
    those that lapse before the end and are taken ``again``.
    """

    problem: Problem
    solution: Solution
    order: list[int]
    dates: list[tuple[float, float]] | None
    again: list[int]


def plan(bundle: Bundle, ask: PathAsk, observer: Observer = NOBODY) -> Path:
    """The path of one learner towards one role.

    Never an error for what the data lack: an unknown role, one without requirements, a
    catalogue that closes nothing are answered with ``feasible=False``, the reason and the
    smallest change that helps. Raises ``UsageError`` for a question that contradicts itself.
    """
    check(ask)
    asked = read(bundle, ask, observer)
    observer.done("read")
    if asked.state is None:
        return _unplanned(bundle, asked, unusable(asked))
    if missing(ask, asked.state.before) <= LEAST_GAIN:
        return _unplanned(bundle, asked, ())
    planned = solve(bundle, asked)
    observer.done("solve")
    chosen = planned.solution.chosen
    in_the_way: tuple[Binding, ...] = ()
    if not chosen or not reaches(planned.problem, chosen):
        in_the_way = standing_in_the_way(bundle, asked)
        observer.done("limits")
    path = _answer(bundle, asked, planned, in_the_way)
    observer.done("describe")
    return path


def missing(ask: PathAsk, gap_left: float) -> float:
    """The share of the role that is still to be closed of what was asked for, not above 0 when
    that is reached.
    """
    return gap_left - (0.0 if ask.reach is None else 1.0 - ask.reach)


def check(ask: PathAsk) -> None:
    """Raise ``UsageError`` for a question that contradicts itself."""
    if ask.deadline is not None and ask.hours_per_week is None:
        raise UsageError("deadline: expected hours_per_week with it, to know what fits before it")
    if ask.deadline is not None and ask.deadline <= ask.start:
        raise UsageError("deadline: expected a moment after the start")
    if ask.hours_per_week is not None and not ask.hours_per_week >= LEAST_PACE:
        raise UsageError(f"hours_per_week: expected at least {LEAST_PACE:g}")


def solve(bundle: Bundle, asked: Asked) -> Planned:
    """Choose and order, where there is a gap; again, with renewals counted, while steps lapse
    before the end.
    """
    twice: set[int] = set()
    planned = _once(bundle, asked, twice)
    for _ in range(RENEWALS):
        lapsing = {int(planned.problem.rows[step]) for step in planned.again}
        if lapsing <= twice:
            break
        twice |= lapsing
        planned = _once(bundle, asked, twice)
    return replace(
        planned, again=[s for s in planned.again if int(planned.problem.rows[s]) in twice]
    )


def _once(bundle: Bundle, asked: Asked, twice: set[int]) -> Planned:
    ask = asked.ask
    found = problem(bundle, asked, twice)
    solution = fast.solve(found)
    if ask.solver is SolverName.EXACT:
        solution = exact.solve(found, solution.chosen, ask.time_limit)
    elif not reaches(found, solution.chosen):
        # Where a limit leaves no room, a greedy choice may miss the one way there is.
        solution = exact.solve(found, solution.chosen, SECONDS)
    order = ordered(bundle, found, solution, asked.query.held.tolist())
    if found.pace is None:
        return Planned(found, solution, order, None, [])
    # Side by side where that keeps every window, else one after the other, which surely does.
    dates = calendar(found, order, ask.parallel) or calendar(found, order, 1) or []
    return Planned(found, solution, order, dates, _lapsing(bundle, ask, found, order, dates))


def _lapsing(
    bundle: Bundle,
    ask: PathAsk,
    found: Problem,
    order: list[int],
    dates: list[tuple[float, float]],
) -> list[int]:
    """Steps whose credential runs out before the deadline, or before the path ends."""
    goal = max((end for _, end in dates), default=ask.start)
    goal = goal if ask.deadline is None else ask.deadline
    days = bundle.credentials.columns["expires_after_days"]
    return [
        step
        for step, (_, end) in zip(order, dates, strict=True)
        if (valid := days[int(found.rows[step])]) is not None and end + valid * DAY < goal
    ]


def _answer(
    bundle: Bundle, asked: Asked, planned: Planned, infeasible: tuple[Binding, ...]
) -> Path:
    found, state = planned.problem, asked.state
    assert state is not None  # noqa: S101 - only then is anything planned
    steps = described(bundle, asked, found, planned.order, planned.dates)
    steps += [_renewed(bundle, steps[planned.order.index(step)]) for step in planned.again]
    closed = found.closed(planned.order)
    return Path(
        feasible=not infeasible,
        steps=tuple(steps),
        totals=totals(bundle, asked.ask, [step.credential for step in steps]),
        role=asked.query.role,
        gap=gap.describe(bundle, asked.query, state),
        gap_after=round(max(0.0, state.before - closed), 6),
        optimality=_optimality(asked.ask, found, planned.solution),
        infeasible=infeasible,
        alternatives=alternatives(found, planned.order),
        notes=(*asked.query.notes, *_expiring(bundle, asked)),
    )


def _renewed(bundle: Bundle, step: Step) -> Step:
    """The step taken again when its credential lapses; its hours stand in for the renewal's."""
    days = bundle.credentials.columns["expires_after_days"][step.credential]
    assert step.starts is not None  # noqa: S101 - without dates nothing is known to lapse
    assert step.ends is not None  # noqa: S101
    later = days * DAY
    return replace(
        step,
        starts=step.starts + later,
        ends=step.ends + later,
        closes=(),
        why=(
            Reason("renews", "It lapses before the end, and is renewed"),
            *renewing(bundle, step.credential),
        ),
        renewal=True,
    )


def _expiring(bundle: Bundle, asked: Asked) -> tuple[str, ...]:
    """Notes on what is held and lapses before the deadline."""
    deadline = asked.ask.deadline
    until = validity(bundle, asked.ask.learner.history)
    return tuple(
        f"{bundle.credentials.titles[row]} is held, and lapses before the deadline"
        for row, end in sorted(until.items())
        if deadline is not None and asked.ask.start <= end < deadline
    )


def _optimality(ask: PathAsk, found: Problem, solution: Solution) -> Optimality:
    if solution.bound is None:
        return Optimality(ask.solver, None, None)
    closed, minus_price, _ = worth(found, solution.chosen)
    reached = found.wanted is not None and reaches(found, solution.chosen)
    value = -minus_price if reached else closed
    distance = abs(solution.bound - value) / max(abs(value), 1e-9) if value else 0.0
    return Optimality(ask.solver, round(solution.bound, 6), round(distance, 6))


def _unplanned(bundle: Bundle, asked: Asked, infeasible: tuple[Binding, ...]) -> Path:
    """An answer without steps: nothing is missing, or there is nothing to plan towards."""
    state = asked.state
    return Path(
        feasible=not infeasible,
        steps=(),
        totals=totals(bundle, asked.ask, []),
        role=asked.query.role,
        gap=None if state is None else gap.describe(bundle, asked.query, state),
        gap_after=None if state is None else round(state.before, 6),
        optimality=Optimality(asked.ask.solver, None, None),
        infeasible=infeasible,
        notes=(*asked.query.notes, *_expiring(bundle, asked)),
    )
