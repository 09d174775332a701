"""Prerequisites over the candidates of one plan: what must come before what.

A need says which earlier steps would meet a prerequisite; whatever the learner already
holds has been taken out of it. All needs are monotone: more steps never unmeet them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.conditions import CREDENTIAL, INNER, NEVER, Conditions


@dataclass(frozen=True, slots=True)
class OneOf:
    """Met by any of ``steps`` (positions among the candidates)."""

    steps: frozenset[int]


@dataclass(frozen=True, slots=True)
class SomeOf:
    """Met when at least ``count`` of ``parts`` are, with 1 <= count <= len(parts)."""

    count: int
    parts: tuple[Need, ...]


Need: TypeAlias = OneOf | SomeOf

Support = Callable[[int], Collection[int] | None]
"""For a leaf (a node of ``Conditions``) the candidates that meet it; ``None`` if met already."""


def compile_needs(
    conditions: Conditions, rows: NDArray[np.int32], support: Support
) -> list[Need | bool]:
    """The need of each candidate in ``rows`` (ascending): ``True`` where nothing is left to
    meet, ``False`` where the prerequisite can never be met.
    """
    needs: list[Need | bool] = [True] * len(rows)
    mine = np.flatnonzero(np.isin(conditions.owner, rows))
    children: dict[int, list[int]] = {}
    for node in mine.tolist():
        children.setdefault(int(conditions.parent[node]), []).append(node)

    def build(node: int) -> Need | bool:
        if conditions.kind[node] != INNER:
            if conditions.row[node] == NEVER:
                return False
            found = support(node)
            if found is None:
                return True
            return OneOf(frozenset(found)) if found else False
        parts = [build(child) for child in children.get(node, ())]
        wanted = int(conditions.need[node]) - sum(part is True for part in parts)
        left = tuple(part for part in parts if not isinstance(part, bool))
        if wanted <= 0:
            return True
        if len(left) < wanted:
            return False
        return left[0] if len(left) == 1 else SomeOf(wanted, left)

    for root in children.get(-1, ()):
        needs[int(np.searchsorted(rows, conditions.owner[root]))] = build(root)
    return needs


def leaves(conditions: Conditions, rows: NDArray[np.int32]) -> tuple[NDArray[np.int64], ...]:
    """Nodes that speak of a credential, and nodes that speak of a skill, for these owners."""
    mine = np.isin(conditions.owner, rows) & (conditions.kind != INNER) & (conditions.row != NEVER)
    of_credential = conditions.kind == CREDENTIAL
    return np.flatnonzero(mine & of_credential), np.flatnonzero(mine & ~of_credential)


def met(need: Need | None, before: Set[int]) -> bool:
    """Whether a need is met once the steps ``before`` are done."""
    match need:
        case None:
            return True
        case OneOf(steps):
            return not steps.isdisjoint(before)
        case SomeOf(count, parts):
            return sum(met(part, before) for part in parts) >= count


def mentioned(need: Need | None) -> frozenset[int]:
    """All steps a need speaks of."""
    match need:
        case None:
            return frozenset()
        case OneOf(steps):
            return steps
        case SomeOf(_, parts):
            return frozenset().union(*(mentioned(part) for part in parts))


def reachable(needs: Sequence[Need | None], start: Collection[int]) -> set[int]:
    """Which of the steps ``start`` can be taken in some order, each after what it needs.

    What needs itself, directly or round a circle, cannot.
    """
    done = {step for step in start if needs[step] is None}
    waiting = set(start) - done
    while ready := {step for step in waiting if met(needs[step], done)}:
        done |= ready
        waiting -= ready
    return done
