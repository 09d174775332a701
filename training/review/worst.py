"""The questions answered worst: who asked, what they took, what they were shown, and why."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from models import gap
from models.bundle import Bundle
from models.eligibility import eligible
from models.explain import reasons
from models.query import Query
from models.rank import Ranked, rank
from models.sources import SOURCES
from training.evaluate import Evaluation
from training.interactions import KINDS
from training.learners import Asker
from training.pipeline import Prepared
from training.splits import Split
from training.toplists import DEPTH

CASES: Final = 6
SHOWN: Final = 5
STEPS: Final = 8
REASONS: Final = 2
"""So many cases are shown, with so many items each, so many of the latest steps and so many reasons
of each item."""


def cases(
    prepared: Prepared, asker: Asker, bundle: Bundle, split: Split, measured: Evaluation
) -> list[dict[str, Any]]:
    """The questions whose answer stood lowest, JSON-ready; of those not listed at all, first those
    of learners of whom most was known.
    """
    known = np.diff(split.train.indptr)[split.learners]
    order = np.lexsort((split.learners, -known, np.array(measured.mrr)))
    return [_case(prepared, asker, bundle, split, int(i)) for i in order[:CASES]]


def _case(prepared: Prepared, asker: Asker, bundle: Bundle, split: Split, i: int) -> dict[str, Any]:
    learner = int(split.learners[i])
    past = split.train.of(learner)
    query = asker.ask(bundle, learner, past.stop, float(split.at[i]), limit=DEPTH)
    ranked = rank(bundle, query)
    state = ranked.known.gap
    rows = ranked.candidates.rows[ranked.places]
    closes = [()] * len(rows) if state is None else gap.closings(state, rows)
    told = reasons(bundle, query, ranked, closes)
    relevant = split.relevant.indices[split.relevant.indptr[i] : split.relevant.indptr[i + 1]]
    titles = bundle.credentials.titles
    steps = range(max(past.start, past.stop - STEPS), past.stop)
    return {
        "who": pseudonym(prepared.data.content_hash, prepared.learners.ids[learner]),
        "role": None if query.role is None else query.role.title,
        "met": past.stop - past.start,
        "steps": [
            {
                "title": titles[int(split.train.credential[at])],
                "kind": KINDS[int(split.train.kind[at])].value,
                "at": _day(float(split.train.at[at])) if split.train.dated else None,
            }
            for at in steps
        ],
        "wanted": [
            {"title": titles[row], "why": _why(bundle, query, ranked, row)}
            for row in relevant.tolist()[:SHOWN]
        ],
        "shown": [
            {"title": titles[row], "reasons": [reason.text for reason in why[:REASONS]]}
            for row, why in zip(rows.tolist()[:SHOWN], told, strict=False)
        ],
    }


def pseudonym(key: str, learner: str) -> str:
    """The same name for a learner in every report on the same data, and no other way back to them
    than through the data.
    """
    digest = hashlib.blake2b(learner.encode(), key=key.encode()[:64], digest_size=4)
    return digest.hexdigest()


def _why(bundle: Bundle, query: Query, ranked: Ranked, row: int) -> str:
    """Where a credential stood, or what kept it out."""
    if not bundle.credentials.offer.at(query.at)[row]:
        return "it was not on offer at that moment"
    if not eligible(bundle, query)[row]:
        return "it could not be proposed: its prerequisites were not met"
    place = np.flatnonzero(ranked.candidates.rows == row)
    taken = int(bundle.behaviour.learners_of[row])
    by = "nobody" if not taken else "1 learner" if taken == 1 else f"{taken} learners"
    if not len(place):
        return f"no source proposed it; {by} had taken it before"
    score = ranked.scores[place[0]]
    before = 1 + int((ranked.scores > score).sum())
    found = [
        name
        for name, at in zip(SOURCES, ranked.candidates.ranks[place[0]].tolist(), strict=True)
        if at >= 0
    ]
    return (
        f"place {before} of {len(ranked.scores)} candidates, proposed by {', '.join(found)}; "
        f"{by} had taken it before"
    )


def _day(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
