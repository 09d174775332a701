"""Infeasible is an answer: which limits stand in the way, and the smallest changes that help.

Each limit is let go by itself and the least of it sought that suffices with all others kept;
the change is told only when the question, asked again with it, is answered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from models.bundle import Bundle
from models.domain import Constraints, Money
from models.plan import exact, fast
from models.plan.ordering import ordered
from models.plan.problem import WEEK, Problem, problem
from models.plan.question import Asked, read
from models.plan.schedule import calendar
from models.plan.terms import Binding, PathAsk, Then
from models.plan.worth import Solution, reaches

CHOICES: Final = 5
"""At most so many values are tried for a choice such as the language, the commonest first."""

SECONDS: Final = 0.3
"""So long the exact solver may look where the fast one does not reach what is wanted."""

ENOUGH: Final = 1e10
"""An amount that never binds. A limit is let go by this rather than by none, since what is
unknown may be left out only where there is a limit on it.
"""

ANY: Final = 1e-4
"""Where no share is asked for, a path must close at least so much of the role to be one."""


def unusable(asked: Asked) -> tuple[Binding, ...]:
    """Why there is nothing to plan towards: the role is unknown, or requires nothing known."""
    if asked.query.role is None:
        change = "name a role of GET /v1/roles, or describe it in words"
    else:
        change = "choose a role with requirements, or paste a job advert as text"
    return (Binding("target_role", None, change),)


def standing_in_the_way(bundle: Bundle, asked: Asked) -> tuple[Binding, ...]:
    """The limits that bind, each with the smallest change of it alone that suffices; without
    any such limit the catalogue itself does not teach enough.
    """
    ask, state = asked.ask, asked.state
    assert state is not None  # noqa: S101 - nothing is planned without a gap
    goal = ask.reach if ask.reach is not None else 1.0 - state.before + ANY
    aim = replace(ask, reach=goal)
    bindings = [*_amounts(bundle, aim), *_choices(bundle, aim)]
    if bindings:
        return tuple(bindings)
    return (_catalogue(bundle, aim, state.before),)


def _solved(
    bundle: Bundle, ask: PathAsk, *, least: bool = False
) -> tuple[Problem, Solution] | None:
    """The problem and a choice that reaches what is asked for; ``None`` when none was found.

    The exact solver is asked where the ``least`` is sought, or the fast one finds nothing.
    """
    asked = read(bundle, ask)
    found = problem(bundle, asked)
    solution = fast.solve(found)
    if least or not reaches(found, solution.chosen):
        solution = exact.solve(found, solution.chosen, SECONDS)
    return (found, solution) if reaches(found, solution.chosen) else None


def _amounts(bundle: Bundle, ask: PathAsk) -> Iterator[Binding]:
    limits = ask.constraints
    if limits.max_cost is not None:
        most = Money(ENOUGH, limits.max_cost.currency)
        free = replace(ask, constraints=replace(limits, max_cost=most), then=Then.CHEAPEST)
        found = _solved(bundle, free, least=True)
        if found is not None:
            need = np.ceil(float(found[0].cost[list(found[1].chosen)].sum()) * 100) / 100
            more = Money(float(need), limits.max_cost.currency)
            changed = replace(ask, constraints=replace(limits, max_cost=more))
            less = float(need) - limits.max_cost.amount
            words = f"+ {less:.2f} {more.currency}"
            yield from _verified(bundle, changed, "max_cost", less, words, float(need))
    if limits.max_hours is not None:
        free = replace(ask, constraints=replace(limits, max_hours=ENOUGH), then=Then.FASTEST)
        found = _solved(bundle, free, least=True)
        if found is not None:
            need = float(found[0].hours[list(found[1].chosen)].sum())
            changed = replace(ask, constraints=replace(limits, max_hours=need))
            less = need - limits.max_hours
            yield from _verified(bundle, changed, "max_hours", less, f"+ {less:g} hours", need)
    if ask.deadline is not None and ask.hours_per_week is not None:
        yield from _time(bundle, ask, ask.deadline, ask.hours_per_week)
    if ask.max_credentials is not None:
        free = replace(ask, max_credentials=None, then=Then.FEWEST)
        found = _solved(bundle, free, least=True)
        if found is not None:
            count = len(found[1].chosen)
            changed = replace(ask, max_credentials=count)
            less = count - ask.max_credentials
            yield from _verified(
                bundle, changed, "max_credentials", less, f"+ {less} credentials", count
            )


def _time(
    bundle: Bundle, ask: PathAsk, deadline: float, hours_per_week: float
) -> Iterator[Binding]:
    """More time until the deadline, or more hours in each week."""
    found = _solved(
        bundle, replace(ask, deadline=ask.start + ENOUGH, then=Then.FASTEST), least=True
    )
    if found is None:
        return
    whole, solution = found
    held = read(bundle, ask).query.held.tolist()
    dates = calendar(whole, ordered(bundle, whole, solution, held), 1) or []
    end = float(np.ceil(max((end for _, end in dates), default=ask.start)))
    late = end - deadline
    weeks = int(np.ceil(late / WEEK))
    words = f"{weeks} week{'s' if weeks > 1 else ''} later"
    yield from _verified(bundle, replace(ask, deadline=end), "deadline", late, words, end)
    hours = float(whole.hours[list(solution.chosen)].sum()) / ((deadline - ask.start) / WEEK)
    hours = float(np.ceil(hours * 10) / 10)
    less = hours - hours_per_week
    words = f"+ {less:g} hours a week"
    changed = replace(ask, hours_per_week=hours)
    yield from _verified(bundle, changed, "hours_per_week", less, words, hours)


def _choices(bundle: Bundle, ask: PathAsk) -> Iterator[Binding]:
    """A language, way of delivery or issuer more; what is unknown; what was excluded."""
    limits, credentials = ask.constraints, bundle.credentials
    for name, column in (
        ("languages", credentials.language),
        ("delivery", credentials.delivery),
        ("issuers", credentials.issuer),
    ):
        allowed = getattr(limits, name)
        if not allowed:
            continue
        likely = [each for each in column.commonest(credentials.shown) if each not in allowed]
        for more in likely[:CHOICES]:
            wider: dict[str, Any] = {name: (*allowed, more)}
            changed = replace(ask, constraints=replace(limits, **wider))
            told = list(_verified(bundle, changed, name, None, f"allow {more}", wider[name]))
            yield from told
            if told:
                break
    for name, value, words in (
        ("include_unknown", True, "allow what has unknown hours, cost or language"),
        ("exclude", (), "exclude nothing"),
    ):
        if getattr(limits, name) != value:
            changes: dict[str, Any] = {name: value}
            changed = replace(ask, constraints=replace(limits, **changes))
            yield from _verified(bundle, changed, name, None, words, value)


def _verified(
    bundle: Bundle,
    changed: PathAsk,
    constraint: str,
    shortfall: float | None,
    words: str,
    value: object,
) -> Iterator[Binding]:
    """The binding, if the question is answered with the change."""
    if (shortfall is None or shortfall > 0) and _solved(bundle, changed) is not None:
        yield Binding(constraint, None if shortfall is None else round(shortfall, 6), words, value)


def _catalogue(bundle: Bundle, ask: PathAsk, before: float) -> Binding:
    """No single change suffices: how far all limits let go would lead."""
    free = replace(
        ask,
        constraints=Constraints(),
        hours_per_week=None,
        deadline=None,
        max_credentials=None,
        reach=None,
    )
    found = problem(bundle, read(bundle, free))
    most = 1.0 - before + found.closed(sorted(fast.solve(found).chosen))
    if most + 1e-6 >= (ask.reach or 0.0):
        return Binding("several", None, "no single change suffices; ease two limits at once", most)
    words = f"without any limit this catalogue leads to {most:.0%} of the role"
    return Binding("catalogue", round((ask.reach or 0.0) - most, 6), words, round(most, 6))
