"""Prerequisites: a condition tree over credentials held and skills had.

The JSON form is ``{"all": [...]}``, ``{"any": [...]}`` or ``{"at_least": n, "of": [...]}``
over the leaves ``{"credential": id}`` and ``{"skill": id, "level": 0..1 or a name}``; a
plain list of credential ids means all of them. Ids stay text throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from models.domain import parse_level

MAX_DEPTH: Final = 32
"""Deeper trees are refused: nobody writes them, and reading them must stay bounded."""

LEVEL_TOLERANCE: Final = 1e-9
"""Levels this close count as equal, so that rounding never withholds a credential."""


@dataclass(frozen=True, slots=True)
class NeedsCredential:
    """Met by holding one credential."""

    id: str


@dataclass(frozen=True, slots=True)
class NeedsSkill:
    """Met by having a skill at ``level`` (0..1) or above; at any level when ``None``."""

    id: str
    level: float | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Met when every part is; an empty tuple is always met."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Met when at least one part is."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Met when ``n`` of the parts are, with 1 <= n <= len(of)."""

    n: int
    of: tuple[Condition, ...]


Leaf: TypeAlias = NeedsCredential | NeedsSkill
Condition: TypeAlias = All | Any | AtLeast | NeedsCredential | NeedsSkill


def parse(obj: object, path: str = "$") -> Condition:
    """The tree of decoded JSON; ``ValueError`` names the place (``$.all[1]``) and the fault."""
    return _parse(obj, path, MAX_DEPTH)


def _parse(obj: object, path: str, depth: int) -> Condition:
    if depth == 0:
        raise ValueError(f"{path}: nested deeper than {MAX_DEPTH} levels")
    if isinstance(obj, list):
        ids = (_identifier(each, f"{path}[{i}]") for i, each in enumerate(obj))
        return All(tuple(NeedsCredential(each) for each in ids))
    if not isinstance(obj, dict):
        raise ValueError(f"{path}: expected a condition or a list of credential ids")
    match sorted(obj):
        case ["all"]:
            return All(_parts(obj["all"], f"{path}.all", depth))
        case ["any"]:
            parts = _parts(obj["any"], f"{path}.any", depth)
            if not parts:
                raise ValueError(f"{path}.any: an empty list can never be met")
            return Any(parts)
        case ["at_least", "of"]:
            return _at_least(obj, path, depth)
        case ["credential"]:
            return NeedsCredential(_identifier(obj["credential"], f"{path}.credential"))
        case ["skill"] | ["level", "skill"]:
            skill = _identifier(obj["skill"], f"{path}.skill")
            try:
                return NeedsSkill(skill, parse_level(obj.get("level")))
            except ValueError as error:
                raise ValueError(f"{path}.level: {error}") from None
        case keys:
            found = ", ".join(repr(key) for key in keys) or "no keys"
            raise ValueError(
                f"{path}: expected 'all', 'any', 'at_least' with 'of', 'credential' or "
                f"'skill', found {found}"
            )


def _parts(obj: object, path: str, depth: int) -> tuple[Condition, ...]:
    if not isinstance(obj, list):
        raise ValueError(f"{path}: expected a list of conditions")
    return tuple(_parse(each, f"{path}[{i}]", depth - 1) for i, each in enumerate(obj))


def _at_least(obj: Mapping[str, object], path: str, depth: int) -> AtLeast:
    parts = _parts(obj["of"], f"{path}.of", depth)
    n = obj["at_least"]
    if not isinstance(n, int) or isinstance(n, bool) or not 1 <= n <= len(parts):
        raise ValueError(f"{path}.at_least: expected a whole number from 1 to {len(parts)}")
    return AtLeast(n, parts)


def _identifier(obj: object, path: str) -> str:
    if isinstance(obj, int) and not isinstance(obj, bool):
        return str(obj)
    if isinstance(obj, str) and obj.strip():
        return obj.strip()
    raise ValueError(f"{path}: expected an id")


def to_json(condition: Condition) -> dict[str, object]:
    """The JSON form, such that ``parse(to_json(c)) == c``."""
    match condition:
        case NeedsCredential(id_):
            return {"credential": id_}
        case NeedsSkill(id_, None):
            return {"skill": id_}
        case NeedsSkill(id_, level):
            return {"skill": id_, "level": level}
        case All(of):
            return {"all": [to_json(each) for each in of]}
        case Any(of):
            return {"any": [to_json(each) for each in of]}
        case AtLeast(n, of):
            return {"at_least": n, "of": [to_json(each) for each in of]}


def together(parts: Iterable[Condition]) -> Condition | None:
    """All of the parts, each once; ``None`` without any."""
    distinct = tuple(dict.fromkeys(parts))
    return distinct[0] if len(distinct) == 1 else All(distinct) if distinct else None


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every credential and skill the tree speaks of, in its order."""
    if isinstance(condition, NeedsCredential | NeedsSkill):
        yield condition
    else:
        for each in condition.of:
            yield from leaves(each)


def replaced(condition: Condition, leaf: Callable[[Leaf], Leaf]) -> Condition:
    """The tree with another leaf in place of each."""
    if isinstance(condition, NeedsCredential | NeedsSkill):
        return leaf(condition)
    return replace(condition, of=tuple(replaced(each, leaf) for each in condition.of))


def holds(condition: Condition, leaf_holds: Callable[[Leaf], bool]) -> bool:
    """Whether the tree is met when ``leaf_holds`` decides each leaf."""
    match condition:
        case All(of):
            return all(holds(each, leaf_holds) for each in of)
        case Any(of):
            return any(holds(each, leaf_holds) for each in of)
        case AtLeast(n, of):
            return sum(holds(each, leaf_holds) for each in of) >= n
        case leaf:
            return leaf_holds(leaf)


def _met(leaf: Leaf, held: Set[str], levels: Mapping[str, float]) -> bool:
    if isinstance(leaf, NeedsCredential):
        return leaf.id in held
    level = levels.get(leaf.id)
    return level is not None and level >= (leaf.level or 0.0) - LEVEL_TOLERANCE


def satisfied(
    condition: Condition, held_credentials: Set[str], skill_levels: Mapping[str, float]
) -> bool:
    """Whether somebody holding these credentials, with these skill levels 0..1, may start."""
    return holds(condition, lambda leaf: _met(leaf, held_credentials, skill_levels))


def unmet(
    condition: Condition, held_credentials: Set[str], skill_levels: Mapping[str, float]
) -> Condition | None:
    """What is still missing, as the smallest such tree; ``None`` when satisfied.

    Met parts of "all" are left out; "at least n of" keeps the unmet parts and the number
    still wanted of them; a choice keeps only what could still be chosen.
    """
    match condition:
        case All(of):
            wanted = len(of)
        case Any(of):
            wanted = 1
        case AtLeast(wanted, of):
            pass
        case leaf:
            return None if _met(leaf, held_credentials, skill_levels) else leaf
    missing = tuple(
        part for each in of if (part := unmet(each, held_credentials, skill_levels)) is not None
    )
    wanted -= len(of) - len(missing)
    if wanted <= 0:
        return None
    if len(missing) == 1:
        return missing[0]
    if wanted == len(missing):
        return All(missing)
    return Any(missing) if wanted == 1 else AtLeast(wanted, missing)
