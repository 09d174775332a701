"""Each step of a path in words: what it closes, why it stands where it stands, what it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from models.bundle import Bundle
from models.domain import Closing, Reason
from models.plan.needs import mentioned
from models.plan.precedence import Precedence, infer
from models.plan.problem import Problem
from models.plan.question import Asked
from models.plan.renewing import renewing
from models.plan.terms import Alternative, Earned, StackProgress, Step
from models.plan.worth import allowed

NAMED: Final = 3
TRIED: Final = 20
"""So many of the likeliest replacements of a step are tried."""

BASIS: Final = {
    "levels": "levels",
    "skills": "skills",
    "texts": "titles and texts",
    "learners": "learners' order",
}
"""Kinds of evidence for an order, in words."""

Dates = Sequence[tuple[float, float]]


def described(
    bundle: Bundle, asked: Asked, problem: Problem, order: Sequence[int], dates: Dates | None
) -> list[Step]:
    """The steps of an order, each with what it adds to those before it."""
    state = asked.state
    assert state is not None  # noqa: S101 - nothing is planned without a gap
    inferred = infer(bundle, [int(problem.rows[step]) for step in order])
    covered = problem.base
    steps: list[Step] = []
    for at, step in enumerate(order):
        row = int(problem.rows[step])
        after = np.maximum(covered, problem.reached[step])
        gained = np.flatnonzero(after > covered + 1e-6)
        gained = gained[np.argsort(-(after - covered)[gained] * problem.weight[gained])]
        closes = tuple(
            Closing(
                int(state.requirement.skills[i]),
                round(float(covered[i]), 4),
                round(float(after[i]), 4),
            )
            for i in gained
        )
        covered = after
        rows = [int(problem.rows[each]) for each in order[: at + 1]]
        share = float((np.maximum(after, 0.0) - problem.base) @ problem.weight)
        starts, ends = (None, None) if dates is None else dates[at]
        steps.append(
            Step(
                credential=row,
                starts=starts,
                ends=ends,
                closes=closes,
                why=_why(bundle, asked, problem, order, at, closes, inferred),
                stack_progress=_stacks(bundle, asked, row, rows),
                earned=Earned(
                    credentials=tuple(rows),
                    stacks=_completed(bundle, asked, rows),
                    gap_after=round(max(0.0, state.before - share), 6),
                    hours=round(float(problem.hours[list(order[: at + 1])].sum()), 6),
                    cost=round(float(problem.cost[list(order[: at + 1])].sum()), 6),
                ),
                renewal=row in asked.lapsed,
            )
        )
    return steps


def _why(
    bundle: Bundle,
    asked: Asked,
    problem: Problem,
    order: Sequence[int],
    at: int,
    closes: Sequence[Closing],
    inferred: Precedence,
) -> tuple[Reason, ...]:
    step, row = order[at], int(problem.rows[order[at]])
    later = [each for each in order[at + 1 :] if step in mentioned(problem.needs[each])]
    earlier = [each for each in order[:at] if each in mentioned(problem.needs[step])]
    found: list[Reason] = []
    if closes:
        weight = dict(
            zip(asked.state.requirement.skills.tolist(), problem.weight, strict=True)
            if asked.state is not None
            else ()
        )
        share = sum(float(weight[c.skill]) * (c.after - c.before) for c in closes)
        labels = [bundle.skills.labels[c.skill] for c in closes[:NAMED]]
        more = f" and {len(closes) - NAMED} more" if len(closes) > NAMED else ""
        found.append(
            Reason(
                "closes_gap",
                f"Closes {_percent(share)} of the role: {', '.join(labels)}{more}",
                {"share": round(share, 4), "skills": [bundle.skills.ids[c.skill] for c in closes]},
            )
        )
    if later:
        found.append(_about("unlocks", "Opens the way to", bundle, problem, later))
    if earlier:
        found.append(_about("builds_on", "Builds on", bundle, problem, earlier))
    if row in asked.lapsed:
        found += [Reason("renewal", "You held it; it has lapsed"), *renewing(bundle, row)]
    softly = [
        other
        for other in range(at + 1, len(order))
        if order[other] not in later and inferred.clearly(at, other)
    ]
    if softly:
        spoke = {kind for other in softly for kind in inferred.because(at, other)}
        basis = [kind for kind in inferred.kinds if kind in spoke]
        text = f"Comes, by what is inferred from {_listed([BASIS[kind] for kind in basis])}, before"
        told = _about("order_inferred", text, bundle, problem, [order[other] for other in softly])
        found.append(replace(told, evidence={**told.evidence, "inferred_from": basis}))
    return tuple(found)


def _about(kind: str, text: str, bundle: Bundle, problem: Problem, steps: Sequence[int]) -> Reason:
    rows = [int(problem.rows[step]) for step in steps]
    titles = ", ".join(bundle.credentials.titles[row] for row in rows[:NAMED])
    return Reason(
        kind, f"{text} {titles}", {"credentials": [bundle.credentials.ids[row] for row in rows]}
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _percent(share: float) -> str:
    return "less than 1%" if share < 0.005 else f"{share:.0%}"


def _stacks(
    bundle: Bundle, asked: Asked, row: int, rows: Sequence[int]
) -> tuple[StackProgress, ...]:
    """Of every stack that the credential counts towards: how much of it is held after it."""
    held = {*asked.query.held.tolist(), *rows}
    stacks, _ = bundle.knowledge.stacks.row(row)
    return tuple(
        StackProgress(stack, sum(part in held for part in parts), len(parts))
        for stack in sorted(set(stacks.tolist()))
        if (parts := bundle.knowledge.stack_parts.row(stack)[0].tolist())
    )


def _completed(bundle: Bundle, asked: Asked, rows: Sequence[int]) -> tuple[int, ...]:
    """Stacks of which every part is held once the credentials ``rows`` are."""
    touched = {
        progress.stack
        for row in rows
        for progress in _stacks(bundle, asked, row, rows)
        if progress.done == progress.size
    }
    return tuple(sorted(touched))


def alternatives(problem: Problem, order: Sequence[int]) -> tuple[Alternative, ...]:
    """For each step the best one that lost against it, where any could stand in its place."""
    found = []
    closed = problem.closed(order)
    for step in order:
        rest = [each for each in order if each != step]
        covered = problem.base
        if rest:
            covered = np.maximum(covered, problem.reached[rest].max(0))
        gain = problem.gain(problem.reached, covered)
        gain[list(order)] = 0.0
        likely = np.lexsort((problem.tie, problem.price, -np.round(gain, 6)))[:TRIED]
        stand_in = next(
            (int(i) for i in likely if gain[i] > 1e-6 and allowed(problem, [*rest, int(i)])), None
        )
        if stand_in is not None:
            found.append(
                Alternative(
                    instead_of=int(problem.rows[step]),
                    credential=int(problem.rows[stand_in]),
                    closes_less=round(closed - problem.closed([*rest, stand_in]), 6),
                    costs_more=_more(problem.known_cost[stand_in] - problem.known_cost[step]),
                    hours_more=_more(problem.known_hours[stand_in] - problem.known_hours[step]),
                )
            )
    return tuple(found)


def _more(difference: float) -> float | None:
    return None if np.isnan(difference) else round(float(difference), 6)
