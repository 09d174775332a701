"""Whether reasons are true: take the named evidence away, and the item must fall.

For the leading reason of each listed item, where it claims an effect at all, the evidence it
names is removed from the input and the question is asked again; the reason is faithful when
the item then ranks lower among the candidates. A credential named as the step that led here
is taken out of the history (and kept out of the candidates), skills said to be closed are
taken out of what the role requires, the begun stack's parts are taken out of the history, the
role's peers by leaving the role but not its requirements. Popularity rests on no input of the
learner's: there the item's own popularity is set to none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import Reason
from models.effects import POPULARITY, unproved
from models.explain import reasons
from models.gap import closings
from models.query import Query, Requirement
from models.rank import Ranked, rank, traded
from training.learners import Asker
from training.progress import Progress
from training.splits import Split

QUESTIONS: Final = 200
ITEMS: Final = 3
"""So many questions are asked, and so many items of each answer are tried."""


def measure(
    asker: Asker, bundle: Bundle, split: Split, seed: int, progress: Progress
) -> dict[str, Any]:
    """``share`` of leading reasons that are faithful, 0..1, their number, and both by kind."""
    chosen = np.sort(np.random.default_rng(seed).permutation(len(split))[:QUESTIONS])
    held: dict[str, list[bool]] = {}
    with progress.stage("check reasons", len(chosen)) as advance:
        for i in chosen.tolist():
            learner = int(split.learners[i])
            end = int(split.train.indptr[learner + 1])
            query = asker.ask(bundle, learner, end, float(split.at[i]))
            ranked = rank(bundle, query)
            state, rows = ranked.known.gap, ranked.candidates.rows[ranked.places]
            closes = [()] * len(rows) if state is None else closings(state, rows)
            told = reasons(bundle, query, ranked, closes)
            for place, why in list(zip(ranked.places.tolist(), told, strict=True))[:ITEMS]:
                if why[0].evidence.get("effect"):
                    fell = _falls(bundle, query, ranked, place, why[0])
                    held.setdefault(why[0].kind, []).append(fell)
            advance(1)
    tried = [fell for each in held.values() for fell in each]
    return {
        "share": float(np.mean(tried)) if tried else None,
        "reasons": len(tried),
        "kinds": {
            kind: {"share": float(np.mean(each)), "reasons": len(each)}
            for kind, each in sorted(held.items())
        },
    }


def _falls(bundle: Bundle, query: Query, ranked: Ranked, place: int, reason: Reason) -> bool:
    row = int(ranked.candidates.rows[place])
    before = int((ranked.scores > ranked.scores[place]).sum())
    if reason.kind == "popular":
        raw = ranked.raw.copy()
        raw[place] = unproved(bundle, query, ranked, np.array([place]))[POPULARITY, 0]
        scores = traded(query, ranked.known, ranked.candidates.rows, raw)
        return int((scores > scores[place]).sum()) > before
    again = rank(bundle, _without(bundle, query, reason))
    there = np.flatnonzero(again.candidates.rows == row)
    if not len(there):
        return True
    return int((again.scores > again.scores[there[0]]).sum()) > before


def _without(bundle: Bundle, query: Query, reason: Reason) -> Query:
    evidence = reason.evidence
    match reason.kind:
        case "closes_gap":
            return _less_required(bundle, query, evidence["skills"])
        case "role_peers":
            role = None if query.role is None else replace(query.role, row=None)
            return replace(query, role=role)
        case "stack":
            stack = bundle.credentials.row(str(evidence["stack"]))
            parts, _ = bundle.knowledge.stack_parts.row(stack if stack is not None else 0)
            return _less_history(query, parts)
        case _:
            named = str(evidence.get("after", evidence.get("to", "")))
            return _less_history(query, bundle.credentials.ids.rows([named]))


def _less_required(bundle: Bundle, query: Query, skills: Any) -> Query:
    asked = query.requirement
    if asked is None:
        return query
    kept = ~np.isin(asked.skills, bundle.skills.ids.rows(skills))
    left = Requirement(
        asked.skills[kept], asked.importance[kept], asked.level[kept], asked.match[kept]
    )
    return replace(query, requirement=left)


def _less_history(query: Query, rows: NDArray[np.int32]) -> Query:
    return replace(
        query, walk=query.walk.without(*rows.tolist()), closed=np.union1d(query.closed, rows)
    )
