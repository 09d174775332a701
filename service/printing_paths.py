"""Paths and roles for people: what a terminal shows of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from service.printing import gap_table
from service.schemas.paths import PathResponse, RangeOut, StepOut
from service.schemas.whatif import ClosestResponse, ClosestRole, ComparedRole, CompareResponse

SHOWN: Final = 3
"""So many skills in demand are named."""


def path(answer: PathResponse) -> Iterator[RenderableType]:
    """The gap, the steps with what each closes and when, totals, and what stands in the way."""
    if answer.role is not None:
        found = "" if answer.role.match is None else f" (read from text, {answer.role.match:.2f})"
        yield Text(f"Towards {answer.role.title}{found}", "bold")
    if answer.gap is not None:
        yield gap_table(answer.gap)
    for number, step in enumerate(answer.steps, 1):
        yield _step(number, step)
    if answer.gap is not None:
        hours = f"{_range(answer.totals.hours)} hours"
        cost = f"{_range(answer.totals.cost)} {answer.totals.currency or ''}".strip()
        left = f"{answer.gap.before:.0%} → {answer.gap.after:.0%} not covered"
        yield Text(f"{len(answer.steps)} steps, {hours}, {cost}; {left}", "bold")
    if answer.optimality.bound is not None:
        yield Text(f"At most {answer.optimality.gap:.2%} from the best there is", "dim")
    if not answer.feasible:
        yield Text("What was asked for cannot be had within the limits:", "bold")
    for binding in answer.infeasible:
        yield Text(f"  {binding.constraint}: {binding.smallest_change or 'no change suffices'}")
    yield from _told(answer.notes, answer.degraded)


def comparison(answer: CompareResponse) -> Iterator[RenderableType]:
    """The roles side by side, and what the paths to all of them share."""
    names = ["unknown here" if each.role is None else each.role.title for each in answer.roles]
    table = Table("", *map(escape, names), box=SIMPLE)
    for label, cell in COMPARED.items():
        table.add_row(label, *(Text(cell(each)) for each in answer.roles))
    yield table
    for label, steps in (
        ("On every path", answer.shared_credentials),
        ("To begin with, whichever it will be", answer.shared_first_steps),
    ):
        yield Text(f"{label}: {', '.join(step.title for step in steps) or 'nothing'}")
    yield from _told(answer.notes, answer.degraded)


def nearest(answer: ClosestResponse) -> Iterator[RenderableType]:
    """The roles by what it takes to reach them, the closest first."""
    table = Table("role", "reached", "not covered", box=SIMPLE)
    for name in ("requires", "steps", "hours", "cost", "a year's wage"):
        table.add_column(name)
    for each in answer.roles:
        table.add_row(
            Text(each.role.title),
            "yes" if each.reached else "no",
            _gap(each),
            f"{each.requirements} skills",
            *(Text(cell(each)) for cell in (_steps, _hours, _cost, _wage)),
        )
    yield table
    yield Text(
        f"Of {answer.considered} roles; one is reached when {answer.reach:.0%} of it is covered "
        f"within the limits. {answer.left_out} roles without requirements are left out.",
        "dim",
    )
    yield from _told(answer.notes, answer.degraded)


def _gap(role: ComparedRole | ClosestRole) -> str:
    return "—" if role.gap is None else f"{role.gap.before:.0%} → {role.gap.after:.0%}"


def _steps(role: ComparedRole | ClosestRole) -> str:
    return str(role.steps)


def _hours(role: ComparedRole | ClosestRole) -> str:
    return _range(role.totals.hours)


def _cost(role: ComparedRole | ClosestRole) -> str:
    return f"{_range(role.totals.cost)} {role.totals.currency or ''}".strip()


def _wage(role: ComparedRole | ClosestRole) -> str:
    work = role.work
    if work is None or work.median_wage is None:
        return "unknown"
    told = [work.wage_source or "source unknown", str(work.wage_year or "year unknown")]
    return f"{work.median_wage:,.0f} {work.currency or ''} ({', '.join(told)})"


def _in_demand(role: ComparedRole | ClosestRole) -> str:
    work = role.work
    if work is None or work.in_demand is None:
        return "unknown"
    names = [each.label for each in work.in_demand]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    told = f"{work.demand_source or 'source unknown'}, {work.demand_date or 'date unknown'}"
    return f"{', '.join(names[:SHOWN]) or 'none'}{more} ({told})"


def _employment(role: ComparedRole | ClosestRole) -> str:
    work = role.work
    return "unknown" if work is None or work.employment is None else f"{work.employment:,.0f}"


def _first(role: ComparedRole | ClosestRole) -> str:
    return ", ".join(step.title for step in role.first_steps) or "—"


def _way(role: ComparedRole) -> str:
    ways = [f"{each.constraint}: {each.smallest_change or '—'}" for each in role.infeasible]
    return "yes" if role.feasible else f"no; {'; '.join(ways)}"


COMPARED: Final[Mapping[str, Callable[[ComparedRole], str]]] = {
    "possible": _way,
    "not covered": _gap,
    "steps": _steps,
    "hours": _hours,
    "cost": _cost,
    "first": _first,
    "a year's wage": _wage,
    "people in it": _employment,
    "in demand there": _in_demand,
}


def _told(notes: Iterable[str], degraded: Iterable[str]) -> Iterator[Text]:
    for note in notes:
        yield Text(f"Note: {note}")
    for part in degraded:
        yield Text(f"Done without: {part}")


def _step(number: int, step: StepOut) -> Text:
    text = Text(f"{number:>2}. ").append(step.title, "bold").append(f"  {step.credential}", "dim")
    facts = ["hours unknown" if step.hours is None else f"{step.hours:g} hours"]
    facts.append("cost unknown" if step.cost is None else f"cost {step.cost:g}")
    if step.starts is not None and step.ends is not None:
        facts.append(f"{step.starts:%Y-%m-%d} to {step.ends:%Y-%m-%d}")
    if step.renewal:
        facts.append("taken again, since it lapses")
    facts.append(f"then {step.earned_if_stopped_here.gap_after:.0%} not covered")
    text.append(f"\n    {', '.join(facts)}")
    for reason in step.why:
        text.append(f"\n    · {reason.text}")
    for stack in step.stack_progress:
        text.append(f"\n    · {stack.done} of {stack.size} towards {stack.title}")
    return text


def _range(total: RangeOut) -> str:
    return f"{total.low:g}" if total.high is not None else f"at least {total.low:g}"
