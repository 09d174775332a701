"""From external ids and free text to row numbers: the one place where they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import ASSUMED_LEVEL, Ask, Constraints, Event, Kind, Mode, ResolvedRole
from models.exposure import Floor
from models.observer import NOBODY, Observer
from models.resolve import resolve_role, resolve_skill
from models.walk import NOWHERE, Walk

Acts = Sequence[tuple[int, Event]]
"""What a learner did with credentials of the bundle, oldest first: row and event."""

NO_ROWS = np.zeros(0, np.int32)
NO_VALUES = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the target role asks for, arrays of shape ``(k,)``: skill rows, ``importance``
    0..1, ``level`` 0..1 (NaN unknown), ``match`` of free text 0..1 (NaN when named outright).
    """

    skills: NDArray[np.int32] = field(default_factory=lambda: NO_ROWS)
    importance: NDArray[np.float32] = field(default_factory=lambda: NO_VALUES)
    level: NDArray[np.float32] = field(default_factory=lambda: NO_VALUES)
    match: NDArray[np.float32] = field(default_factory=lambda: NO_VALUES)


@dataclass(frozen=True, slots=True)
class Query:
    """One question in row numbers.

    ``walk`` is what the learner met. ``held`` rows are held and taught their skills;
    ``closed`` rows must not be proposed (held, begun, dismissed, excluded); ``dismissed`` among
    them were turned down; ``pinned`` rows come first wherever they may be proposed.
    ``skills`` and ``levels`` (NaN unknown) are what the learner has: ``declared`` (row → level),
    ``proven`` (likewise) by what is in no catalogue, or learnt from the credentials ``held``, which
    count even once they lapsed; of these the ``verified`` were proven.
    ``floors`` keep places of the list. ``notes`` say what could not be used.
    """

    at: float
    walk: Walk = NOWHERE
    held: NDArray[np.int32] = field(default_factory=lambda: NO_ROWS)
    closed: NDArray[np.int32] = field(default_factory=lambda: NO_ROWS)
    dismissed: NDArray[np.int32] = field(default_factory=lambda: NO_ROWS)
    pinned: NDArray[np.int32] = field(default_factory=lambda: NO_ROWS)
    skills: NDArray[np.int32] = field(default_factory=lambda: NO_ROWS)
    levels: NDArray[np.float32] = field(default_factory=lambda: NO_VALUES)
    declared: Mapping[int, float] = field(default_factory=dict)
    proven: Mapping[int, float] = field(default_factory=dict)
    verified: NDArray[np.int32] = field(default_factory=lambda: NO_ROWS)
    role: ResolvedRole | None = None
    requirement: Requirement | None = None
    limit: int = 10
    constraints: Constraints = field(default_factory=Constraints)
    goal_weight: float = 0.5
    diversity: float = 0.0
    labour_market: float = 0.0
    max_per_issuer: int | None = None
    floors: tuple[Floor, ...] = ()
    explain: bool = True
    notes: tuple[str, ...] = ()

    @property
    def role_row(self) -> int | None:
        """The row of the role aimed at, ``None`` where no known role is."""
        return None if self.role is None else self.role.row


def mode(bundle: Bundle, query: Query) -> Mode:
    """How the answer to a query is made: by what the learner did, else by what they have or
    aim at, else by what is popular.
    """
    if len(query.walk.history):
        return Mode.PERSONALISED
    if len(query.skills) or not unguided(bundle, query):
        return Mode.COLD_START
    return Mode.POPULAR


def unguided(bundle: Bundle, query: Query) -> bool:
    """Whether neither what the learner did nor what they aim at is known: skills alone say what
    may be proposed, and nothing of what is likely to be taken.
    """
    return not len(query.walk.history) and query.requirement is None and not _peers(bundle, query)


def _peers(bundle: Bundle, query: Query) -> bool:
    """Whether others are known who aim at the same role, though it may name no skills."""
    row = query.role_row
    return row is not None and bool(bundle.behaviour.learners_for_role[row] > 0)


def build(bundle: Bundle, ask: Ask, observer: Observer = NOBODY) -> Query:
    """Read one question against one bundle. Unknown ids are noted, never an error."""
    notes: list[str] = []
    declared, proven = _declared(bundle, ask, notes), _proven(bundle, ask)
    role, requirement = _target(bundle, ask, notes)
    observer.done("encode")
    credentials = bundle.credentials
    acts = [
        (row, event)
        for event in ask.learner.history
        if (row := credentials.row(event.credential)) is not None
    ]
    verified = credentials.ids.rows(ask.learner.verified)
    held = _ascending(_rows_of(acts, bundle.manifest.held_kinds), verified)
    begun = _rows_of(acts, (Kind.ENROL,))
    dismissed = _dismissed(acts)
    excluded = credentials.ids.rows(ask.constraints.exclude)
    skills, levels = with_learnt(bundle, _highest(declared, proven), held)
    unknown = len(ask.learner.history) - len(acts)
    if unknown:
        notes.append(f"{unknown} events name credentials that this bundle does not know")
    if ask.labour_market > 0 and not bundle.roles.demand:
        notes.append("nothing is known here of what the labour market asks for")
    return Query(
        at=ask.at,
        walk=_walked(bundle, acts),
        held=held,
        closed=_ascending(held, begun, dismissed, excluded),
        dismissed=dismissed,
        pinned=credentials.ids.rows(ask.pinned),
        skills=skills,
        levels=levels,
        declared=declared,
        proven=proven,
        verified=verified,
        role=role,
        requirement=requirement,
        limit=ask.limit,
        constraints=ask.constraints,
        goal_weight=ask.goal_weight,
        diversity=ask.diversity,
        labour_market=ask.labour_market,
        max_per_issuer=ask.max_per_issuer,
        floors=bundle.floors,
        explain=ask.explain,
        notes=tuple(notes),
    )


def _walked(bundle: Bundle, acts: Acts) -> Walk:
    known = [
        (row, event.at, bundle.manifest.kind_weights.get(event.kind, 1.0))
        for row, event in acts
        if event.kind is not Kind.DISMISS
    ]
    return Walk.of(
        np.array([row for row, _, _ in known], np.int32),
        np.array([at for _, at, _ in known], np.float64),
        np.array([weight for _, _, weight in known], np.float32),
    )


def _rows_of(acts: Acts, kinds: Collection[str]) -> NDArray[np.int32]:
    return np.array(sorted({row for row, event in acts if event.kind in kinds}), np.int32)


def _ascending(*parts: NDArray[np.int32]) -> NDArray[np.int32]:
    """All rows of a few short lists, each once."""
    return np.array(sorted({row for part in parts for row in part.tolist()}), np.int32)


def _dismissed(acts: Acts) -> NDArray[np.int32]:
    """Credentials whose latest word from the learner is a dismissal."""
    last = {row: event.kind for row, event in acts}
    return np.array(sorted(r for r, kind in last.items() if kind is Kind.DISMISS), np.int32)


def _declared(bundle: Bundle, ask: Ask, notes: list[str]) -> dict[int, float]:
    """Skills (rows) that the learner says they have, with their levels (NaN unknown)."""
    declared: dict[int, float] = {}
    for each in ask.learner.skills:
        row = resolve_skill(bundle, each.skill)
        if row is None:
            notes.append(f"skill '{each.skill[:80]}' is not known here")
            continue
        level = np.nan if each.level is None else each.level
        declared[row] = higher(declared.get(row), level)
    return declared


def _proven(bundle: Bundle, ask: Ask) -> dict[int, float]:
    """Skills (rows) that were proven, with their levels (NaN unknown), as far as they are known."""
    proven: dict[int, float] = {}
    for each in ask.learner.proven:
        if (row := bundle.skills.row(each.skill)) is not None:
            level = np.nan if each.level is None else each.level
            proven[row] = higher(proven.get(row), level)
    return proven


def _highest(some: Mapping[int, float], others: Mapping[int, float]) -> dict[int, float]:
    levels = dict(some)
    for row, level in others.items():
        levels[row] = higher(levels.get(row), level)
    return levels


def with_learnt(
    bundle: Bundle, declared: Mapping[int, float], held: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Skill rows and levels (NaN unknown): those ``declared`` and those that the ``held``
    credentials taught. Where one comes twice the higher level counts.
    """
    levels = dict(declared)
    links = bundle.credentials.teaches.links
    at, _ = links.entries(held)
    for row, level in zip(links.indices[at].tolist(), links.values[at].tolist(), strict=True):
        levels[row] = higher(levels.get(row), level)
    return np.array(list(levels), np.int32), np.array(list(levels.values()), np.float32)


def higher(held: float | None, other: float) -> float:
    """The higher of two levels, of which ``held`` may be none at all.

    Unknown (NaN) counts as ``ASSUMED_LEVEL``, so that learning a skill anew never lowers it;
    against exactly that level the known one is kept.
    """
    if held is None:
        return other
    if np.isnan(held) or np.isnan(other):
        known = np.fmax(held, other)
        return float(known) if known >= ASSUMED_LEVEL else np.nan
    return max(held, other)


def _target(
    bundle: Bundle, ask: Ask, notes: list[str]
) -> tuple[ResolvedRole | None, Requirement | None]:
    if ask.target is None:
        return None, None
    if ask.target.id is not None:
        row = bundle.roles.row(ask.target.id)
        if row is None:
            notes.append(f"role '{ask.target.id[:80]}' is not known here")
            return None, None
        return role_target(bundle, ResolvedRole(row, bundle.roles.titles[row]), notes)
    role, matched = resolve_role(bundle, ask.target.text or "")
    if role is not None and role.row is not None:
        return role_target(bundle, role, notes)
    if role is not None:
        skills, scores = matched
        unknown = np.full(len(skills), np.nan, np.float32)
        return role, Requirement(skills, scores, unknown, scores)
    notes.append("the target role's text could not be matched to a role or to skills")
    return None, None


def role_target(
    bundle: Bundle, role: ResolvedRole, notes: list[str]
) -> tuple[ResolvedRole, Requirement | None]:
    """The requirement of a known role; ``None``, with a note, when it names no skills."""
    if role.row is None:
        return role, None
    indptr = bundle.roles.requires.links.indptr
    requirement = required(bundle, slice(int(indptr[role.row]), int(indptr[role.row + 1])))
    if not len(requirement.skills):
        notes.append(f"role '{role.title}' names no required skills")
        return role, None
    return role, requirement


def required(bundle: Bundle, cut: slice) -> Requirement:
    """What roles require, by entry of ``bundle.roles.requires``; an unknown importance is full."""
    requires = bundle.roles.requires
    importance = requires.importance
    if importance is None:
        return Requirement()
    return Requirement(
        skills=requires.links.indices[cut],
        importance=np.where(np.isnan(importance[cut]), np.float32(1.0), importance[cut]),
        level=requires.links.values[cut],
        match=requires.match[cut],
    )
