"""The fast solver: lazy greedy over prerequisite bundles, then local improvement.

Greedy choice by gain per price has a guarantee for budgeted coverage (Khuller, Moss and Naor,
The budgeted maximum coverage problem, 1999), and since gains only shrink as steps are chosen,
old gains bound new ones (Minoux, Accelerated greedy algorithms, 1978). Nothing here depends
on the clock: one problem has one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.plan.bundles import Bundles, Steps
from models.plan.candidates import LEAST_GAIN
from models.plan.needs import reachable
from models.plan.problem import Problem
from models.plan.worth import Solution, allowed, worth

BLOCK: Final = 32
"""So many of the most promising candidates are looked at anew at a time."""

PASSES: Final = 3
"""At most so many times every step is tried for removal and exchange."""

NOTHING: Final[Steps] = frozenset()


def solve(problem: Problem) -> Solution:
    """A good set of steps within the limits; never one that breaks any."""
    if not len(problem):
        return Solution(NOTHING)
    ways = Bundles.of(problem)
    # Growing from different starts often ends at the same steps.
    trim = cache(partial(_trimmed, problem))
    found = {_grown(problem, ways, NOTHING, scale) for scale in _scales(problem)}
    trimmed = sorted({trim(each) for each in found}, key=sorted)
    best = max(trimmed, key=lambda each: worth(problem, each))
    for _ in range(PASSES):
        better = _exchanged(problem, ways, best, trim)
        if better == best:
            break
        best = better
    return Solution(best)


def _scales(problem: Problem) -> Iterator[NDArray[np.float64]]:
    """What a gain may be divided by, weights ``(3,)`` of a bundle's cost, hours and count: each
    limit's own, all limits together, none; and last the price itself.
    """
    limits = np.array([problem.limits.cost, problem.limits.hours, problem.limits.steps])
    bounded = np.where(np.isfinite(limits) & (limits > 0), 1.0 / np.maximum(limits, 1e-9), 0.0)
    yield np.zeros(3)
    yield np.full(3, np.nan)  # by price
    for i in np.flatnonzero(bounded):
        yield np.where(np.arange(3) == i, bounded, 0.0)
    if np.count_nonzero(bounded) > 1:
        yield bounded


def _grown(problem: Problem, ways: Bundles, start: Steps, scale: NDArray[np.float64]) -> Steps:
    """``start`` and more steps, one bundle at a time, while any closes more of the role."""
    bundles = ways.fresh()
    chosen, covered = start, problem.base
    if start:
        bundles.choose(start, start)
        covered = np.maximum(covered, problem.reached[list(start)].max(0))
    gain = problem.gain(bundles.reached, covered)
    closed = problem.closed(sorted(chosen))
    dead = np.zeros(len(problem), np.bool_)
    while problem.wanted is None or closed < problem.wanted - LEAST_GAIN:
        open_ = ~dead & _fits(problem, bundles, chosen) & (gain > LEAST_GAIN)
        candidates = np.flatnonzero(open_)
        if not len(candidates):
            break
        most = np.inf if problem.wanted is None else problem.wanted - closed
        best = _best(problem, bundles, candidates, gain, covered, scale, most)
        if gain[best] <= LEAST_GAIN:
            continue
        added = bundles.steps[best] if problem.needs[best] is not None else frozenset({best})
        together = chosen | added
        if problem.windowed and not allowed(problem, together):
            dead[best] = True
            continue
        chosen = together
        bundles.choose(added, chosen)
        covered = np.maximum(covered, problem.reached[list(added)].max(0))
        # What may be possible now in a smaller bundle is looked at anew.
        touched = sorted(set().union(*(bundles.touching.get(step, ()) for step in added)))
        gain[touched] = problem.gain(bundles.reached[touched], covered)
        gain[list(chosen)] = 0.0
        closed = problem.closed(sorted(chosen))
    return chosen


def _best(
    problem: Problem,
    bundles: Bundles,
    candidates: NDArray[np.int64],
    gain: NDArray[np.float32],
    covered: NDArray[np.float32],
    scale: NDArray[np.float64],
    most: float,
) -> int:
    """The candidate with the highest gain (counted up to ``most``) for its size; ``gain`` is an
    upper bound and made exact where it has to be.
    """
    if np.isnan(scale).any():
        size = bundles.price[candidates]
    else:
        sums = np.stack([bundles.cost, bundles.hours, bundles.count])
        size = scale @ sums[:, candidates]
    size = np.maximum(size, 1e-9) if scale.any() else np.ones(len(candidates))
    exact = np.zeros(len(candidates), np.bool_)
    while True:
        score = np.minimum(gain[candidates], most) / size
        order = np.argpartition(-score, min(BLOCK, len(score) - 1))[:BLOCK]
        top = int(order[np.lexsort((problem.tie[candidates[order]], -score[order]))[0]])
        if exact[top]:
            return int(candidates[top])
        stale = order[~exact[order]]
        rows = candidates[stale]
        gain[rows] = problem.gain(bundles.reached[rows], covered)
        exact[stale] = True


def _fits(problem: Problem, bundles: Bundles, chosen: Steps) -> NDArray[np.bool_]:
    steps, limits = list(chosen), problem.limits
    spare = 1e-9
    return np.asarray(
        (problem.cost[steps].sum() + bundles.cost <= limits.cost * (1 + spare))
        & (problem.hours[steps].sum() + bundles.hours <= limits.hours * (1 + spare))
        & (len(steps) + bundles.count <= min(limits.steps, 1e9))
    )


def _trimmed(problem: Problem, chosen: Steps) -> Steps:
    """Without the steps, dearest first, whose loss changes nothing but the price."""
    best, value = chosen, worth(problem, chosen)
    for step in sorted(chosen, key=lambda each: (-problem.price[each], -problem.tie[each], each)):
        fewer = _possible(problem, best - {step}) if step in best else best
        if fewer != best and (less := worth(problem, fewer)) >= value:
            best, value = fewer, less
    return best


def _possible(problem: Problem, chosen: Steps) -> Steps:
    """The steps whose prerequisites the others still meet."""
    return frozenset(reachable(problem.needs, chosen))


def _exchanged(
    problem: Problem, ways: Bundles, chosen: Steps, trim: Callable[[Steps], Steps]
) -> Steps:
    """The best found by giving up one step at a time and growing again, or putting the cheapest
    one in its place that closes as much.
    """
    best, value = chosen, worth(problem, chosen)
    for step in sorted(chosen):
        if step not in best:
            continue
        rest = _possible(problem, best - {step})
        tried = [_grown(problem, ways, rest, scale) for scale in _scales(problem)]
        other = _stand_in(problem, rest, problem.closed(sorted(best)), step)
        if other is not None:
            tried.append(rest | {other})
        for each in {trim(one) for one in tried}:
            if (found := worth(problem, each)) > value and allowed(problem, each):
                best, value = each, found
    return best


def _stand_in(problem: Problem, rest: Steps, closed: float, given_up: int) -> int | None:
    """The cheapest free candidate that closes with ``rest`` as much as was closed before."""
    steps = list(rest)
    covered = problem.base if not steps else np.maximum(problem.base, problem.reached[steps].max(0))
    target = closed if problem.wanted is None else min(closed, problem.wanted)
    missing = target - problem.closed(sorted(rest)) - LEAST_GAIN
    gain = problem.gain(problem.reached, covered)
    gain[[given_up, *steps]] = -1.0
    able = [int(i) for i in np.flatnonzero(gain >= missing) if problem.needs[i] is None]
    return min(able, key=lambda i: (problem.price[i], problem.tie[i], i), default=None)
