"""Cycles: what can never be reached because it waits, in the end, for itself."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping

from models.prerequisites import Condition, Leaf, NeedsCredential, holds, leaves


def unearnable_cycles(conditions: Mapping[str, Condition]) -> list[list[str]]:
    """Cycles of credentials none of which can ever be earned, each once, in walking order.

    A cycle with a way out (an "any" with another choice) is none. Skills count as within
    reach, and so do credentials that are not in ``conditions``.
    """
    waiting = set(conditions)
    dependants: dict[str, list[str]] = defaultdict(list)
    for id_, condition in conditions.items():
        for needed in _needed(condition):
            dependants[needed].append(id_)

    def within_reach(leaf: Leaf) -> bool:
        return not isinstance(leaf, NeedsCredential) or leaf.id not in waiting

    queue = deque(conditions)
    while queue:
        id_ = queue.popleft()
        if id_ in waiting and holds(conditions[id_], within_reach):
            waiting.remove(id_)
            queue.extend(dependants[id_])
    return _walk(
        sorted(waiting),
        lambda id_: next(each for each in _needed(conditions[id_]) if each in waiting),
    )


def broader_cycles(broader: Mapping[str, list[str]]) -> list[list[str]]:
    """Cycles of skills that are, through ``broader``, broader than themselves."""
    waiting = set(broader)
    narrower: dict[str, list[str]] = defaultdict(list)
    for id_, parents in broader.items():
        for parent in parents:
            narrower[parent].append(id_)
    open_parents = {id_: sum(p in broader for p in set(ps)) for id_, ps in broader.items()}
    queue = deque(id_ for id_, count in open_parents.items() if count == 0)
    while queue:
        id_ = queue.popleft()
        waiting.discard(id_)
        for child in set(narrower[id_]):
            open_parents[child] -= 1
            if open_parents[child] == 0:
                queue.append(child)
    return _walk(
        sorted(waiting), lambda id_: next(each for each in broader[id_] if each in waiting)
    )


def _needed(condition: Condition) -> Iterable[str]:
    return dict.fromkeys(leaf.id for leaf in leaves(condition) if isinstance(leaf, NeedsCredential))


def _walk(starts: Iterable[str], follow: Callable[[str], str]) -> list[list[str]]:
    """The cycles met by following one successor from every start."""
    cycles: list[list[str]] = []
    seen: set[str] = set()
    for start in starts:
        path: dict[str, int] = {}
        id_ = start
        while id_ not in seen:
            seen.add(id_)
            path[id_] = len(path)
            id_ = follow(id_)
        if id_ in path:
            cycles.append(list(path)[path[id_] :])
    return cycles
