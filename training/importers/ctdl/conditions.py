"""Condition profiles, and the conditions of a pathway's parts, as condition trees.

All that a profile targets is needed, and beside it one of its alternatives; all profiles of a
property are needed. A part's condition needs ``requiredNumber`` of its targets.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from models.errors import DataError, Fault
from models.prerequisites import (
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
from training.importers.linked import DEEPEST, Node, kinds, many, objects, references, text

MOST: Final = 10_000
"""So many profiles and parts may one condition lead to. A few that each name the next ones twice
would be countless."""

IN_ALL: Final = 2_000_000
"""So many parts may all conditions have, counted wherever they are asked for: many resources may
name a long one that they have in common.
"""

FURTHER: Final = ("targetCompetency", "targetComponent")
Within: TypeAlias = tuple[Node, ...]
"""The resources through which a condition was come to."""


def required(found: Found, node: Node, *properties: str) -> list[Condition]:
    """What the condition profiles of ``properties`` ask for, one entry for each that asks.
    ``DataError`` where one contains itself.
    """
    return [
        each
        for profile, within in profiles(found, node, (), *properties)
        for each in _profile(found, profile, within)
    ]


def profiles(
    found: Found, node: Node, within: Within, *properties: str
) -> Iterator[tuple[Node, Within]]:
    """Condition profiles, in place or by reference, each with itself at the end of ``within``."""
    for name in properties:
        for value in many(node.get(name)):
            profile = _resolved(found, value)
            if profile is not None:
                yield profile, _entered(found, profile, within, name, node)
            elif isinstance(value, str | dict):
                found.left["conditions that are in no document"] += 1


def _entered(found: Found, node: Node, within: Within, column: str, holder: Node) -> Within:
    """The way with one more resource, which the ``holder`` names; ``DataError`` where that is on
    it already, or it leads to too many.
    """
    found.read = found.read + 1 if within else 1
    found.asked += 1 + sum(len(many(node.get(name))) for name in (*TARGETS, *FURTHER))
    if any(each is node for each in within):
        reason = "a condition that contains itself"
    elif len(within) >= DEEPEST:
        reason = f"nested deeper than {DEEPEST} levels"
    elif found.read > MOST:
        reason = f"leads to more than {MOST} conditions"
    elif found.asked > IN_ALL:
        reason = f"with it all conditions come to more than {IN_ALL} parts"
    else:
        return (*within, node)
    walk = " → ".join([*map(identity_of, within[-8:]), identity_of(node)])
    file = next(
        (
            found.graph.of[id(each)]
            for each in (node, *within, holder)
            if id(each) in found.graph.of
        ),
        "",
    )
    raise DataError([Fault(file, None, column, identity_of(node), f"{reason} ({walk})")])


def _profile(found: Found, profile: Node, within: Within) -> Iterator[Condition]:
    targets = (*TARGETS, "targetCompetency", "alternativeCondition")
    silent = not any(profile.get(name) for name in targets)
    if any(profile.get(name) for name in SPOKEN) or (silent and profile.get("description")):
        found.left["conditions in words, which only people can judge"] += 1
    parts: list[Condition] = [
        NeedsCredential(found.credential(each)) for each in references(profile, *TARGETS)
    ]
    for each in many(profile.get("targetCompetency")):
        skill = found.skill(each, row=True)
        if skill is not None:
            parts.append(NeedsSkill(skill))
    ways = [
        together(list(_profile(found, each, way)))
        for each, way in profiles(found, profile, within, "alternativeCondition")
    ]
    choices = [each for each in ways if each is not None]
    if choices and len(choices) == len(ways):
        parts.append(choices[0] if len(choices) == 1 else AnyOf(tuple(choices)))
    elif choices:
        found.left["choices of which one way is in words"] += 1
    if (tree := together(parts)) is not None:
        yield tree


def of_component(found: Found, node: Node, within: Within = ()) -> list[Condition]:
    """What the conditions of a pathway's part ask for; ``DataError`` where one contains itself."""
    return [
        tree
        for condition, way in profiles(
            found, node, _entered(found, node, within, "hasCondition", node), "hasCondition"
        )
        if (tree := _component_condition(found, condition, way)) is not None
    ]


def _component_condition(found: Found, node: Node, within: Within) -> Condition | None:
    if node.get("hasConstraint"):
        found.left["constraints on the parts of a pathway"] += 1
    parts = [
        tree
        for each in references(node, "targetComponent")
        if (tree := _target(found, each, within)) is not None
    ]
    nested = [
        tree
        for condition, way in profiles(found, node, within, "hasCondition")
        if (tree := _component_condition(found, condition, way)) is not None
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


def _target(found: Found, reference: str, within: Within) -> Condition | None:
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
    if isinstance(value, dict) and value.keys() != {"@id"}:
        return value
    reference = next(references({"": value}, ""), None)
    return None if reference is None else found.graph.find(reference)
