"""The words of the domain: levels, kinds of event, learners, constraints, answers.

Credentials, skills and roles live as columns in the bundle (``models.bundle``); inside
``models`` they are row numbers. This module holds what is exchanged around them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from models.explore import Exploration

LEVELS: Final = {"beginner": 0.25, "intermediate": 0.5, "advanced": 0.75, "expert": 1.0}
"""Named levels on the 0..1 scale."""

ASSUMED_LEVEL: Final = LEVELS["intermediate"]
"""Stands in for an unknown level only where two levels must be compared; never shown."""


class Kind(StrEnum):
    """What a learner did with a credential; ``retract`` takes back the latest act before it."""

    VIEW = "view"
    CLICK = "click"
    SAVE = "save"
    ENROL = "enrol"
    COMPLETE = "complete"
    DISMISS = "dismiss"
    RATE = "rate"
    RETRACT = "retract"


def parse_level(value: object) -> float | None:
    """Level as 0..1 from a number or a name of ``LEVELS``; ``None`` when unknown.

    Raises ``ValueError`` naming what was expected for anything else.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        named = LEVELS.get(value.strip().lower())
        if named is not None:
            return named
        try:
            value = float(value)
        except ValueError:
            value = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool) and 0.0 <= value <= 1.0:
        return float(value)
    raise ValueError(f"expected a number from 0 to 1 or one of {', '.join(LEVELS)}")


@dataclass(frozen=True, slots=True)
class HeldSkill:
    """A skill a learner holds: ``skill`` is an id or free text, ``level`` 0..1 or unknown."""

    skill: str
    level: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One dated act of a learner; ``at`` in seconds since the epoch, UTC."""

    credential: str
    kind: Kind
    at: float
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Learner:
    """Everything known about one learner when a question is asked, in external ids.

    ``history`` is ordered oldest first. Unknown credentials and skills in it are kept:
    they may be known to another bundle. ``verified`` credentials are held, and somebody checked
    the proof of it; ``proven`` skills, by id, are likewise shown by what is in no catalogue.
    """

    id: str | None = None
    skills: tuple[HeldSkill, ...] = ()
    history: tuple[Event, ...] = ()
    target_role: str | None = None
    verified: tuple[str, ...] = ()
    proven: tuple[HeldSkill, ...] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class Constraints:
    """Hard limits on every recommended credential, all exact.

    ``max_hours`` and ``max_cost`` bound a single credential. ``include_unknown`` says
    whether a credential whose hours, cost or language is unknown may pass a limit on it;
    a cost in another currency than the limit's counts as unknown. Empty tuples do not limit.
    """

    max_hours: float | None = None
    max_cost: Money | None = None
    languages: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    include_unknown: bool = True


@dataclass(frozen=True, slots=True)
class Target:
    """The role aimed at: an id, or free text (a title, a pasted job advert)."""

    id: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to the recommender, in external ids.

    ``at`` (seconds since the epoch, UTC) is the moment of asking: availability is judged
    by it. ``limit`` is 1..100. ``goal_weight`` 0..1 trades what the learner is likely to
    take (0) against what closes most of the gap to the target (1); it has no effect without
    a target. ``diversity`` 0..1 trades score for a list whose skills are spread as the
    learner's own interests are. ``labour_market`` 0..1 lifts what teaches
    skills in demand. ``pinned`` credentials come first, in their order, wherever
    they may be proposed at all; ``max_per_issuer`` caps how many one issuer gets.
    ``explain`` asks for reasons. With an ``exploration`` the first place may be drawn.
    """

    learner: Learner
    at: float
    target: Target | None = None
    limit: int = 10
    constraints: Constraints = field(default_factory=Constraints)
    goal_weight: float = 0.5
    diversity: float = 0.0
    labour_market: float = 0.0
    pinned: tuple[str, ...] = ()
    max_per_issuer: int | None = None
    explain: bool = True
    exploration: Exploration | None = None


class Mode(StrEnum):
    """How an answer was made."""

    PERSONALISED = "personalised"
    COLD_START = "cold_start"
    POPULAR = "popular"


class Status(StrEnum):
    """How far a required skill is covered."""

    HAVE = "have"
    PARTIAL = "partial"
    MISSING = "missing"


class EvidenceKind(StrEnum):
    """Where it comes from that a learner holds a skill: the learner's word, a credential said to
    be held, or one whose proof was checked.
    """

    DECLARED = "declared"
    CREDENTIAL = "credential"
    VERIFIED = "verified"


class How(StrEnum):
    """How a held skill counts as a required one: it is the very skill, the taxonomy has one of
    the two under the other, or they are similar in meaning.
    """

    SAME = "same"
    BROADER = "broader"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something held that counts towards a required skill.

    ``skill`` (a row) was declared, proven, or taught by ``credential`` (a row, else ``None``), and
    is held at ``level`` 0..1 (``None`` unknown). ``nearness`` 0..1 is how far it counts as the
    required skill, 1 for the very one; ``covers`` 0..1 the share of the requirement covered.
    """

    kind: EvidenceKind
    credential: int | None
    skill: int
    level: float | None
    nearness: float
    how: How
    covers: float


@dataclass(frozen=True, slots=True)
class SkillGap:
    """One required skill (a row number) of the target role.

    ``required`` and ``held`` are levels 0..1, ``None`` when unknown or not held;
    ``coverage`` 0..1 is the share of the requirement met, near skills included;
    ``importance`` 0..1; ``match`` is the similarity by which free text was matched to
    this skill, ``None`` when the role names it outright. ``evidence`` is what counts towards
    it, at most the best three; the first covers as much as all.
    """

    skill: int
    importance: float
    required: float | None
    held: float | None
    coverage: float
    status: Status
    match: float | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What separates a learner from a role. ``before`` 0..1: the uncovered share of it."""

    before: float
    skills: tuple[SkillGap, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """A credential lifts the coverage of a required skill (a row): ``before`` → ``after``."""

    skill: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a credential is proposed. ``kind`` is stable for programs, ``text`` for people.

    ``evidence`` holds the facts behind the text (ids, counts, shares), JSON-ready.
    """

    kind: str
    text: str
    evidence: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """One recommended credential (a row number), best first in the answer."""

    credential: int
    score: float
    sources: tuple[str, ...]
    closes: tuple[Closing, ...]
    gap_after: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ResolvedRole:
    """The role an answer is about. ``row`` is ``None`` when text was read as skills directly.

    ``match`` is the similarity (0..1) by which text was resolved, ``None`` for an id.
    """

    row: int | None
    title: str
    match: float | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The whole answer. ``gap`` and ``role`` are ``None`` without a usable target role.

    ``notes`` say in one line each what could not be used (an unknown role id, …).
    ``candidates`` counts by source what was ranked. Where the first place was open to a draw,
    ``propensities`` hold the probability with which each of the first items would have got it.
    """

    mode: Mode
    items: tuple[Item, ...]
    role: ResolvedRole | None
    gap: Gap | None
    notes: tuple[str, ...] = ()
    candidates: Mapping[str, int] = field(default_factory=dict)
    propensities: tuple[float, ...] = ()
