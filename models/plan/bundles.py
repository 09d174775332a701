"""What each candidate brings with it: the cheapest set of steps that makes it possible."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.plan.needs import Need, OneOf, SomeOf, mentioned, met
from models.plan.problem import Problem

Steps = frozenset[int]


@dataclass(slots=True)
class Bundles:
    """By candidate, the steps still to be taken for it, itself included, and their sums.

    ``reached`` (m, k) is the coverage by all of them together; ``cost``, ``hours``, ``price``
    and ``count`` (m,) are those of the steps not chosen yet, infinite where a candidate is
    chosen or has no known way.
    """

    problem: Problem
    steps: list[Steps]
    reached: NDArray[np.float32]
    cost: NDArray[np.float64]
    hours: NDArray[np.float64]
    price: NDArray[np.float64]
    count: NDArray[np.float64]
    touching: dict[int, set[int]]

    @classmethod
    def of(cls, problem: Problem) -> Bundles:
        """Bundles before anything is chosen, by the cheapest way found to each candidate."""
        cheapest = cheapest_bundles(problem)
        touching: dict[int, set[int]] = {}
        reached = problem.reached.copy()
        fresh = cls(
            problem, list(cheapest), reached, problem.cost.copy(), problem.hours.copy(),
            problem.price.copy(), np.ones(len(problem)), touching,
        )  # fmt: skip
        for i, need in enumerate(problem.needs):
            if need is not None:
                for step in cheapest[i] | mentioned(need):
                    touching.setdefault(step, set()).add(i)
                fresh._sum(i)
        return fresh

    def fresh(self) -> Bundles:
        """The same to go on from, while these stay as they are."""
        return replace(
            self, steps=list(self.steps), reached=self.reached.copy(), cost=self.cost.copy(),
            hours=self.hours.copy(), price=self.price.copy(), count=self.count.copy(),
        )  # fmt: skip

    def choose(self, added: Steps, chosen: Steps) -> None:
        """Take note that the steps ``added`` are now among the ``chosen``."""
        for i in added:
            self.count[i] = np.inf
        for i in sorted(set().union(*(self.touching.get(step, ()) for step in added)) - chosen):
            need = self.problem.needs[i]
            self.steps[i] = frozenset({i}) if met(need, chosen) else self.steps[i] - chosen
            self._sum(i)

    def _sum(self, i: int) -> None:
        steps = list(self.steps[i])
        problem = self.problem
        self.reached[i] = problem.reached[steps].max(0) if steps else 0.0
        self.cost[i] = problem.cost[steps].sum()
        self.hours[i] = problem.hours[steps].sum()
        self.price[i] = problem.price[steps].sum()
        self.count[i] = len(steps) or np.inf


def cheapest_bundles(problem: Problem) -> list[Steps]:
    """The cheapest way found to each candidate, by price, then tie-break.

    Every round lets ways grow by one step back; what costs least alone is preferred at each
    choice, so steps that serve two needs at once are not sought.
    """
    worth = problem.price + 1e-6 * problem.tie
    ways: list[Steps] = [
        frozenset({i}) if need is None else frozenset() for i, need in enumerate(problem.needs)
    ]
    price = np.where([bool(way) for way in ways], worth, np.inf)
    needy = [(i, need) for i, need in enumerate(problem.needs) if need is not None]
    changed = True
    while changed:
        changed = False
        for i, need in needy:
            before = _cheapest(need, ways, price)
            if before is None or i in before:
                continue
            total = float(worth[list(before)].sum() + worth[i])
            if total < price[i] - 1e-9:
                ways[i], price[i], changed = before | {i}, total, True
    return ways


def _cheapest(need: Need, ways: list[Steps], price: NDArray[np.float64]) -> Steps | None:
    match need:
        case OneOf(steps):
            best = min(steps, key=lambda step: (price[step], step))
            return ways[best] or None
        case SomeOf(count, parts):
            found = [way for part in parts if (way := _cheapest(part, ways, price)) is not None]
            if len(found) < count:
                return None
            found.sort(key=lambda way: (sum(price[step] for step in way), sorted(way)))
            return frozenset().union(*found[:count])
