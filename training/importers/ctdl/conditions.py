"""Condition profiles, and the conditions of a pathway's parts, as condition trees.

All that a profile targets is needed, and beside it one of its alternatives; all profiles of a
property are needed. A part's condition needs ``requiredNumber`` of its targets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.errors import DataError, Fault
from models.prerequisites import (
    MAX_DEPTH,
    All,
    AtLeast,
    Condition,
    NeedsCredential,
    NeedsSkill,
    together,
)
from models.prerequisites import Any as AnyOf
from training.importers.ctdl.vocabulary import CHOICES, ROLES, SPOKEN, TARGETS
from training.importers.found import Found, identity_of
from training.importers.linked import Node, kinds, many, objects, references, text


def required(found: Found, node: Node, *properties: str) -> list[Condition]:
    """What the condition profiles of ``properties`` ask for, one entry for each that asks."""
    return [each for profile in objects(node, *properties) for each in _profile(found, profile)]


def _profile(found: Found, profile: Node) -> Iterator[Condition]:
    if any(profile.get(name) for name in SPOKEN):
        found.left["conditions in words, which only people can judge"] += 1
    parts: list[Condition] = [
        NeedsCredential(found.credential(each)) for each in references(profile, *TARGETS)
    ]
    for each in many(profile.get("targetCompetency")):
        skill = found.skill(each, row=True)
        if skill is not None:
            parts.append(NeedsSkill(skill))
    ways = [
        together(list(_profile(found, each))) for each in objects(profile, "alternativeCondition")
    ]
    choices = [each for each in ways if each is not None]
    if choices and len(choices) == len(ways):
        parts.append(choices[0] if len(choices) == 1 else AnyOf(tuple(choices)))
    elif choices:
        found.left["choices of which one way is in words"] += 1
    if (tree := together(parts)) is not None:
        yield tree


def of_component(found: Found, node: Node, within: tuple[str, ...] = ()) -> list[Condition]:
    """What the conditions of a pathway's part ask for; ``DataError`` where one contains itself."""
    here = identity_of(node)
    if here in within or len(within) >= MAX_DEPTH:
        walk = " → ".join([*within[within.index(here) :], here] if here in within else within[:8])
        reason = f"a condition that contains itself, or is nested too deep ({walk})"
        raise DataError([Fault(found.graph.of[id(node)], None, "hasCondition", here, reason)])
    within = (*within, here)
    return [
        tree
        for each in many(node.get("hasCondition"))
        if (condition := _resolved(found, each)) is not None
        and (tree := _component_condition(found, condition, within)) is not None
    ]


def _component_condition(found: Found, node: Node, within: tuple[str, ...]) -> Condition | None:
    if node.get("hasConstraint"):
        found.left["constraints on the parts of a pathway"] += 1
    parts = [
        tree
        for each in references(node, "targetComponent")
        if (tree := _target(found, each, within)) is not None
    ]
    nested = [
        tree
        for each in many(node.get("hasCondition"))
        if (condition := _resolved(found, each)) is not None
        and (tree := _component_condition(found, condition, within)) is not None
    ]
    some = _some(parts, node.get("requiredNumber"))
    joined = [*([] if some is None else [some]), *nested]
    either = str(node.get("logicalOperator") or "").lower().rsplit(":", 1)[-1] in ("or", "onlyone")
    return AnyOf(tuple(joined)) if either and len(joined) > 1 else together(joined)


def _some(parts: list[Condition], number: Any) -> Condition | None:
    """``number`` of the parts, all of them where it is not told."""
    given = isinstance(number, int | float) and not isinstance(number, bool) and number >= 1
    n = min(int(number), len(parts)) if given else len(parts)
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    if n == len(parts):
        return All(tuple(parts))
    return AnyOf(tuple(parts)) if n == 1 else AtLeast(n, tuple(parts))


def _target(found: Found, reference: str, within: tuple[str, ...]) -> Condition | None:
    node = found.graph.find(reference)
    of = set() if node is None else set(kinds(node))
    if node is not None and of & CHOICES:
        return together(of_component(found, node, within))
    if node is not None and "CompetencyComponent" in of:
        named = next(references(node, "proxyFor", "proxyForList", "sourceData"), None)
        skill = found.skill(named or node, row=True)
        if skill is None:
            return None
        for name, told in (
            ("label", text(node, "name")),
            ("description", text(node, "description")),
        ):
            if told is not None:
                found.skills[skill].setdefault(name, told)
        return NeedsSkill(skill, _level(node))
    if of & ROLES:
        found.left["jobs asked for by a pathway"] += 1
        return None
    return NeedsCredential(found.credential(reference))


def _level(node: Node) -> float | None:
    """The level of a competency, where its points are told as one."""
    for points in objects(node, "pointValue"):
        value = points.get("minValue", points.get("value"))
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
            return float(value)
    return None


def _resolved(found: Found, value: Any) -> Node | None:
    if isinstance(value, dict) and len(value) > 1:
        return value
    reference = next(references({"": value}, ""), None)
    return None if reference is None else found.graph.find(reference)
