"""What the labour market asks for: which skills are in demand, by a source that has a date.

A skill's demand, 0..1, is 1 where the target role's employers often ask for it and ``HOT`` where
it is only hot in general and used in that role. Without a target role of which this is known it
is the share of the roles that have it in demand, of those the most asked for one has. A near skill
counts by its nearness. Unknown demand is not zero: it lifts nothing, and lowers nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import Reason
from models.query import Query
from models.tables import RoleDemand

HOT: Final = 0.75
"""As technologies hot in general stand to those in demand in a role's requirements."""

SHOWN_SKILLS: Final = 3


@dataclass(frozen=True, slots=True)
class Demand:
    """``wanted`` (skills,) 0..1 by skill; ``role`` (a row) whose it is, or ``None`` where it is
    that of all ``roles`` of one source and date.
    """

    wanted: NDArray[np.float32]
    role: int | None
    roles: Sequence[RoleDemand]


@dataclass(frozen=True, slots=True)
class Taught:
    """A credential teaches ``skill``, which counts as ``wanted``, for so much (0..1)."""

    skill: int
    wanted: int
    demand: float


def measure(bundle: Bundle, query: Query) -> Demand | None:
    """The demand that a query asks to be looked at; ``None`` where it does not, or none is known
    with its source and date.
    """
    known = bundle.roles.demand
    if not query.labour_market > 0 or not known:
        return None
    wanted = np.zeros(len(bundle.skills.ids), np.float32)
    row = query.role_row
    if row is not None and row in known:
        wanted[list(known[row].hot)] = HOT
        wanted[list(known[row].in_demand)] = 1.0
        return Demand(wanted, row, (known[row],))
    # Of one source and date alone, so that a count over roles is one of theirs.
    origins = Counter((each.source, each.date) for each in known.values())
    [(origin, _)] = origins.most_common(1)
    roles = tuple(each for each in known.values() if (each.source, each.date) == origin)
    for each in roles:
        wanted[list(each.in_demand)] += 1.0
    most = float(wanted.max(initial=0.0))
    return Demand(wanted / most, None, roles) if most > 0 else None


def lift(bundle: Bundle, demand: Demand, rows: NDArray[np.int32]) -> NDArray[np.float64]:
    """The demand ``(m,)``, 0..1, for the skill of each credential that most is asked for."""
    links = bundle.credentials.teaches.links
    at, owner = links.entries(rows)
    skills, place = np.unique(links.indices[at], return_inverse=True)
    best = np.zeros(len(rows))
    np.maximum.at(best, owner, _asked(bundle, demand, skills)[place])
    return best


def lifted(
    bundle: Bundle,
    query: Query,
    demand: Demand | None,
    rows: NDArray[np.int32],
    scores: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Scores ``(…, m)`` in 0..1, raised by ``weight · demand`` of what is missing to 1."""
    if demand is None:
        return scores
    return np.asarray(scores + query.labour_market * lift(bundle, demand, rows) * (1.0 - scores))


def told(bundle: Bundle, demand: Demand, row: int) -> Reason | None:
    """That a credential teaches what is asked for, by whom and as of when; ``None`` where it does
    not.
    """
    found = _taught(bundle, demand, row)
    if not found:
        return None
    best, first = found[0].wanted, demand.roles[0]
    evidence: dict[str, object] = {"source": first.source, "date": first.date}
    if demand.role is None:
        naming = sum(best in role.in_demand for role in demand.roles)
        named = found[:1]
        where = f"in demand in {naming} of {len(demand.roles)} roles"
        evidence |= {"roles": naming, "of": len(demand.roles)}
    else:
        wanted = best in first.in_demand
        alike = set(first.in_demand if wanted else first.hot)
        named = [each for each in found if each.wanted in alike][:SHOWN_SKILLS]
        asked = "in demand" if wanted else "a hot technology"
        where = f"{asked} for {bundle.roles.titles[demand.role]}"
        evidence["role"] = bundle.roles.ids[demand.role]
    labels = bundle.skills.labels
    names = [
        labels[each.wanted] + ("" if each.skill == each.wanted else f" (by {labels[each.skill]})")
        for each in named
    ]
    evidence["skills"] = [bundle.skills.ids[each.wanted] for each in named]
    text = f"Teaches {', '.join(names)}, {where} ({first.source}, {first.date})"
    return Reason("in_demand", text, evidence)


def _taught(bundle: Bundle, demand: Demand, row: int) -> list[Taught]:
    """What one credential teaches that is asked for, the most asked for first, each wanted skill
    once.
    """
    near = bundle.knowledge.near
    skills, _ = bundle.credentials.teaches.links.row(row)
    at, owner = near.entries(skills)
    found: dict[int, Taught] = {}
    for place, nearness, mine in zip(near.indices[at], near.values[at], owner, strict=True):
        worth = float(nearness * demand.wanted[place])
        if worth > 0 and (place not in found or worth > found[int(place)].demand):
            found[int(place)] = Taught(int(skills[mine]), int(place), worth)
    return sorted(found.values(), key=lambda each: (-each.demand, each.wanted))


def _asked(bundle: Bundle, demand: Demand, skills: NDArray[np.int32]) -> NDArray[np.float32]:
    """The demand for each of ``skills``, near ones included."""
    near = bundle.knowledge.near
    at, owner = near.entries(skills)
    asked = np.zeros(len(skills), np.float32)
    np.maximum.at(asked, owner, near.values[at] * demand.wanted[near.indices[at]])
    return asked
