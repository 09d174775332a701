"""What learners with one target role get to see of a catalogue, cut out as dense arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from models.prerequisites import Condition, NeedsCredential, NeedsSkill, leaves
from training.simulation.behaviour import Behaviour
from training.simulation.catalogue import Catalogue, Floats, Ints, RoleNeeds


@dataclass(frozen=True, slots=True)
class Shelf:
    """``k`` credentials (``rows`` of the catalogue) and the ``s`` skills that matter here.

    ``skills`` (s,) are rows of the catalogue's skills: first the role's ``r`` required
    ones, then those that prerequisites ask for. ``required`` and ``weight`` (r,) are the
    role's levels and its importances, scaled to sum 1. ``teaches`` is (s, k), ``similar``
    (k, k) the cosine of the skills taught, ``parts`` (t, k) the share of each part in its
    stack, ``members`` (t, k) the same credentials and the stack itself as 0/1.
    ``conditions`` (k,) speak in ids; ``place`` and ``skill_place`` find their columns.
    """

    rows: Ints
    skills: Ints
    required: Floats
    weight: Floats
    teaches: Floats
    similar: Floats
    parts: Floats
    members: Floats
    conditions: list[Condition | None]
    place: dict[str, int]
    skill_place: dict[str, int]


def build_shelf(
    catalogue: Catalogue,
    by_skill: csc_array,
    appeal: Floats,
    needs: RoleNeeds,
    behaviour: Behaviour,
) -> Shelf:
    """The credentials nearest to the role and of most appeal, and all that leads to them.

    ``by_skill`` is ``catalogue.teaches`` by column, ``appeal`` (credentials,).
    """
    start = [*_nearest(by_skill, needs, behaviour.shelf), *_highest(appeal, behaviour.popular)]
    wholes = catalogue.stacks[np.isin(catalogue.stacks[:, 0], start), 1]
    conditions = _closure(catalogue, [*start, *wholes.tolist()])
    rows = np.array(sorted(conditions), np.int64)
    ordered = [conditions[row] for row in rows.tolist()]
    skills = needs.skill.tolist()
    skill_place: dict[str, int] = {}
    for name in _skills_asked(ordered):
        row = catalogue.skill_rows.get(name.lower(), catalogue.skill_rows.get(name))
        if row is not None:
            if row not in skills:
                skills.append(row)
            skill_place[name] = skills.index(row)
    taught = catalogue.teaches[rows]
    length = np.sqrt(taught.multiply(taught).sum(axis=1))
    length[length == 0] = 1.0
    similar = (taught @ taught.T).toarray() / np.outer(length, length)
    parts, members = _stacks(catalogue.stacks, rows)
    return Shelf(
        rows=rows,
        skills=np.array(skills, np.int64),
        required=needs.level,
        weight=needs.importance / max(needs.importance.sum(), np.finfo(float).tiny),
        teaches=taught.toarray().T[skills],
        similar=similar,
        parts=parts,
        members=members,
        conditions=ordered,
        place={catalogue.ids[row]: column for column, row in enumerate(rows.tolist())},
        skill_place=skill_place,
    )


def _nearest(by_skill: csc_array, needs: RoleNeeds, count: int) -> list[int]:
    """Rows of the credentials that would cover most of the role, the best first."""
    columns = by_skill[:, needs.skill].tocoo()
    share = np.minimum(columns.data / needs.level[columns.col], 1.0)
    worth = share * needs.importance[columns.col]
    rows, inverse = np.unique(columns.row, return_inverse=True)
    total = np.bincount(inverse, worth, minlength=len(rows))
    return [int(row) for row in rows[np.argsort(-total, kind="stable")[:count]]]


def _highest(appeal: Floats, count: int) -> list[int]:
    return [int(row) for row in np.argsort(-appeal, kind="stable")[:count]]


def _closure(catalogue: Catalogue, start: Iterable[int]) -> dict[int, Condition | None]:
    """``start`` and every credential their prerequisites speak of, with their conditions."""
    found: dict[int, Condition | None] = {}
    waiting = list(start)
    while waiting:
        row = waiting.pop()
        if row in found:
            continue
        condition = found[row] = catalogue.condition(row)
        if condition is not None:
            waiting += [
                catalogue.rows[leaf.id]
                for leaf in leaves(condition)
                if isinstance(leaf, NeedsCredential) and leaf.id in catalogue.rows
            ]
    return found


def _skills_asked(conditions: Iterable[Condition | None]) -> list[str]:
    asked = (leaf for each in conditions if each is not None for leaf in leaves(each))
    return list(dict.fromkeys(leaf.id for leaf in asked if isinstance(leaf, NeedsSkill)))


def _stacks(pairs: Ints, rows: Ints) -> tuple[Floats, NDArray[np.float64]]:
    column = {row: at for at, row in enumerate(rows.tolist())}
    inside = pairs[np.isin(pairs[:, 1], rows)]
    wholes = np.unique(inside[:, 1])
    parts = np.zeros((len(wholes), len(rows)))
    for at, whole in enumerate(wholes.tolist()):
        of = inside[inside[:, 1] == whole, 0].tolist()
        parts[at, [column[part] for part in of if part in column]] = 1.0 / len(of)
    members = (parts > 0).astype(np.float64)
    members[np.arange(len(wholes)), [column[whole] for whole in wholes.tolist()]] = 1.0
    return parts, members
