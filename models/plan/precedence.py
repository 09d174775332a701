"""Which credentials are inferred to come before which: soft, from whatever the data tell.

Each kind of evidence is given in log-odds of ``a`` before ``b``, NaN where the data lack it, and
the odds of different kinds multiply. What is missing so says nothing, and neither does what is
alike on both sides. Units were chosen on a third of Coursera's programmes, as far as they tell;
see docs/decisions/0012-soft-precedence.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.cues import numbered, stage
from models.plan.needs import leaves

CLEARLY: Final = 0.4
"""From here on a precedence is told: about 7 of 10 such pairs are right or better."""

LEVEL: Final = 0.1
"""A difference in level, 0..1, that is worth log-odds of 1."""

BUILDING: Final = 2.0
"""Log-odds when all of what one builds on another goes one way."""

NUMBER: Final = 3.0
"""Log-odds of titles that differ in their number only, such as Part 1 and Part 2."""

LEARNERS: Final = 5
"""So many learners must have met both, one soon after the other; and as many are added to each
direction before the two are compared.
"""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Precedence:
    """Evidence among ``m`` credentials: ``kinds`` by name, each (m, m) log-odds of the row before
    the column, antisymmetric, NaN where missing. ``score`` (m, m) puts them together, -1..1: the
    probability of the row before the column less that of the reverse.
    """

    kinds: dict[str, Matrix]
    score: Matrix

    def clearly(self, a: int, b: int) -> bool:
        """Whether ``a`` is inferred to come before ``b``, clearly enough to be told."""
        return bool(self.score[a, b] >= CLEARLY)

    def because(self, a: int, b: int) -> tuple[str, ...]:
        """The kinds of evidence that speak for ``a`` before ``b``."""
        return tuple(name for name, odds in self.kinds.items() if odds[a, b] > 0)


def infer(bundle: Bundle, rows: Sequence[int]) -> Precedence:
    """The evidence among the credentials ``rows``, in their order."""
    at = np.array(rows, np.int32)
    kinds = {
        "levels": _levels(bundle, at),
        "skills": _skills(bundle, at),
        "texts": _texts(bundle, at),
        "learners": _learners(bundle, at),
    }
    total = np.nansum(np.stack(list(kinds.values())), axis=0)
    return Precedence(kinds, np.tanh(total / 2.0))


def _levels(bundle: Bundle, rows: NDArray[np.int32]) -> Matrix:
    level = bundle.credentials.level[rows]
    return (level[None, :] - level[:, None]) / LEVEL


def _skills(bundle: Bundle, rows: NDArray[np.int32]) -> Matrix:
    """What one teaches that another asks for or narrows down; and what both teach, at levels of
    its own (a skill without one has the credential's level, which is counted already).
    """
    m = len(rows)
    taught: list[dict[int, float]] = []
    for row in rows.tolist():
        skills, levels = bundle.credentials.teaches.links.row(row)
        own = np.float32(bundle.credentials.level[row])
        stated = np.where(levels == own, np.nan, levels)
        taught.append(dict(zip(skills.tolist(), stated.tolist(), strict=True)))
    bases = _bases(bundle, rows, taught)
    builds = np.array(
        [[len(taught[a].keys() & bases[b]) if a != b else 0 for b in range(m)] for a in range(m)],
        np.float64,
    ).reshape(m, m)
    both = builds + builds.T
    odds = np.full((m, m), np.nan)
    np.divide(BUILDING * (builds - builds.T), both, out=odds, where=both > 0)
    for a in range(m):
        for b in range(m):
            steps = [taught[b][skill] - taught[a][skill] for skill in taught[a].keys() & taught[b]]
            known = [step for step in steps if not np.isnan(step)]
            if a != b and known:
                odds[a, b] = np.nan_to_num(odds[a, b]) + sum(known) / len(known) / LEVEL
    return odds


def _bases(
    bundle: Bundle, rows: NDArray[np.int32], taught: Sequence[dict[int, float]]
) -> list[set[int]]:
    """By credential, the skills its prerequisites name, and those its own skills narrow down or are
    better learned after.
    """
    conditions = bundle.knowledge.conditions
    bases: list[set[int]] = [set() for _ in rows]
    place = {row: i for i, row in enumerate(rows.tolist())}
    _, skilled = leaves(conditions, rows)
    for node in skilled.tolist():
        bases[place[int(conditions.owner[node])]].add(int(conditions.row[node]))
    for base, skills in zip(bases, taught, strict=True):
        for skill in skills:
            base.update(each for each in bundle.skills.below(skill) if each not in skills)
    return bases


def _texts(bundle: Bundle, rows: NDArray[np.int32]) -> Matrix:
    """Words and numbers of titles, and how far on the texts lie in meaning."""
    m = len(rows)
    titles = [bundle.credentials.titles[row] for row in rows.tolist()]
    said = np.array([stage(title) for title in titles], np.float64)
    odds = said[None, :] - said[:, None]
    way = bundle.knowledge.onward
    if len(way):
        lies = (bundle.knowledge.text_vectors[rows] @ way).astype(np.float64)
        odds += lies[None, :] - lies[:, None]
    else:
        odds[(said[None, :] == 0) & (said[:, None] == 0)] = np.nan
    for a in range(m):
        for b in range(m):
            if sign := numbered(titles[a], titles[b]):
                odds[a, b] = sign * NUMBER
    return odds


def _learners(bundle: Bundle, rows: NDArray[np.int32]) -> Matrix:
    """Which of two learners met first, where enough met both one soon after the other."""
    followers, m = bundle.behaviour.followers, len(rows)
    counts = np.zeros((m, m))
    for i, row in enumerate(rows.tolist()):
        after, number = followers.row(row)
        found = dict(zip(after.tolist(), number.tolist(), strict=True))
        counts[i] = [found.get(other, 0.0) for other in rows.tolist()]
    odds = np.log((counts + LEARNERS) / (counts.T + LEARNERS))
    odds[counts + counts.T < LEARNERS] = np.nan
    return odds
