"""Why a credential is proposed: facts first, each true of this learner and this item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.bundle import Bundle
from models.domain import Closing, Reason
from models.query import Query
from models.signals import Signals

MIN_LEARNERS: Final = 5
"""No statement about learners is made from fewer."""

SHOWN_SKILLS: Final = 3
SIMILAR: Final = 0.5
"""Cosine from which two credentials are said to be about similar things."""

LATEST: Final = 10
"""So many latest credentials are considered when naming what led here."""


def reasons(
    bundle: Bundle, query: Query, known: Signals, row: int, closes: Sequence[Closing]
) -> tuple[Reason, ...]:
    """Reasons for one credential, the most telling first; never empty."""
    found = [
        _closes_gap(bundle, known, row, closes),
        _stack(bundle, query, row),
        _prerequisite(bundle, query, row),
        _followers(bundle, query, row),
        _role_peers(bundle, query, row),
        _similar(bundle, query, row),
        _popular(bundle, row),
    ]
    told = tuple(reason for reason in found if reason is not None)
    return told or (_little_known(bundle, row),)


def _closes_gap(
    bundle: Bundle, known: Signals, row: int, closes: Sequence[Closing]
) -> Reason | None:
    if not closes or known.gap is None:
        return None
    labels = [bundle.skills.labels[each.skill] for each in closes[:SHOWN_SKILLS]]
    more = f" and {len(closes) - SHOWN_SKILLS} more" if len(closes) > SHOWN_SKILLS else ""
    share = float(known.gap.closing[row])
    return Reason(
        "closes_gap",
        f"Closes {_percent(share)} of the role: {', '.join(labels)}{more}",
        {"share": round(share, 4), "skills": [bundle.skills.ids[c.skill] for c in closes]},
    )


def _stack(bundle: Bundle, query: Query, row: int) -> Reason | None:
    held = set(query.held.tolist())
    best: tuple[float, int, int, int] | None = None
    stacks, _ = bundle.knowledge.stacks.row(row)
    for stack in set(stacks.tolist()) - held:
        parts, _ = bundle.knowledge.stack_parts.row(stack)
        done = sum(part in held for part in parts.tolist())
        if done:
            best = max(best or (0.0, 0, 0, 0), (done / len(parts), done, len(parts), stack))
    if best is None:
        return None
    _, done, size, stack = best
    title = bundle.credentials.titles[stack]
    return Reason(
        "stack",
        f"Makes {done + 1} of {size} towards {title}",
        {"stack": bundle.credentials.ids[stack], "done": done, "size": size},
    )


def _prerequisite(bundle: Bundle, query: Query, row: int) -> Reason | None:
    conditions = bundle.knowledge.conditions
    asked = conditions.row[(conditions.owner == row) & (conditions.kind == 0)]
    met = [row for row in dict.fromkeys(asked.tolist()) if row in query.held]
    if not met:
        return None
    titles = ", ".join(bundle.credentials.titles[each] for each in met[:SHOWN_SKILLS])
    ids = [bundle.credentials.ids[each] for each in met]
    return Reason("prerequisite_met", f"You hold what it builds on: {titles}", {"held": ids})


def _followers(bundle: Bundle, query: Query, row: int) -> Reason | None:
    behaviour = bundle.behaviour
    best: tuple[float, int, int, int] | None = None
    for origin in query.history[::-1][:LATEST].tolist():
        after, counts = behaviour.followers.row(origin)
        found = np.flatnonzero(after == row)
        count = int(counts[found[0]]) if len(found) else 0
        if count >= MIN_LEARNERS:
            base = int(behaviour.learners_of[origin])
            best = max(best or (0.0, 0, 0, 0), (count / base, count, base, origin))
    if best is None:
        return None
    _, count, base, origin = best
    return Reason(
        "followers",
        f"Of {base} learners who took {bundle.credentials.titles[origin]}, {count} went on to this",
        {"after": bundle.credentials.ids[origin], "learners": base, "went_on": count},
    )


def _role_peers(bundle: Bundle, query: Query, row: int) -> Reason | None:
    if query.role is None or query.role.row is None:
        return None
    taken, share = bundle.behaviour.popular_for_role.row(query.role.row)
    found = np.flatnonzero(taken == row)
    peers = int(bundle.behaviour.learners_for_role[query.role.row])
    count = round(float(share[found[0]]) * peers) if len(found) else 0
    if count < MIN_LEARNERS:
        return None
    return Reason(
        "role_peers",
        f"Taken by {count} of {peers} learners aiming at {query.role.title}",
        {"learners": peers, "took": count},
    )


def _similar(bundle: Bundle, query: Query, row: int) -> Reason | None:
    vectors = bundle.knowledge.text_vectors
    latest = query.history[::-1][:LATEST]
    if not vectors.shape[1] or not len(latest):
        return None
    similar = vectors[latest] @ vectors[row]
    best = int(similar.argmax())
    if similar[best] < SIMILAR:
        return None
    origin = int(latest[best])
    did = "took" if origin in query.held else "looked at"
    return Reason(
        "similar",
        f"Close in content to {bundle.credentials.titles[origin]}, which you {did}",
        {"to": bundle.credentials.ids[origin], "similarity": round(float(similar[best]), 3)},
    )


def _popular(bundle: Bundle, row: int) -> Reason | None:
    count = int(bundle.behaviour.learners_of[row])
    if count < MIN_LEARNERS:
        return None
    return Reason("popular", f"Taken by {count} learners", {"learners": count})


def _little_known(bundle: Bundle, row: int) -> Reason:
    if bundle.behaviour.learners_of[row] > 0:
        return Reason("little_known", "Taken by few learners so far")
    return Reason("new", "New here: no learner has taken it yet")


def _percent(share: float) -> str:
    return "less than 1%" if share < 0.005 else f"{share:.0%}"
