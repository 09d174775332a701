"""Paths for people: what a terminal shows of one."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from service.printing import gap_table
from service.schemas.paths import PathResponse, RangeOut, StepOut


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
    for note in answer.notes:
        yield Text(f"Note: {note}")
    for part in answer.degraded:
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
