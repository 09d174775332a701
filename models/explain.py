"""Why a credential is proposed: what moved its score, told by facts true of this learner."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.demand import told
from models.domain import Closing, Reason
from models.effects import DEMAND, effects
from models.leads import leading_steps, led_by_peers, rivals
from models.query import Query
from models.rank import Ranked
from models.signals import Signals

MIN_LEARNERS: Final = 5
"""No statement about learners is made from fewer."""

TINY: Final = 1e-9

OF_STEPS: Final = ("path", "text")
"""Kinds of evidence that rest on a step of the learner's: without one that leads to the item
they are told as facts, not as what moved it. So are the peers of a role that do not lead to it."""

SHOWN_SKILLS: Final = 3
SIMILAR: Final = 0.5
"""Cosine from which two credentials are said to be about similar things."""

LATEST: Final = 10
"""So many latest credentials are considered when naming what led here."""


class Ways(NamedTuple):
    """Every way on from the ``latest`` (l,) credentials: from which of them (a place), ``to`` which
    credential, and how ``strong`` it is (w,).
    """

    latest: NDArray[np.int32]
    origin: NDArray[np.int64]
    to: NDArray[np.int32]
    strong: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Case:
    """One listed item: ``row``, what it ``closes``, ``step``, the credential that leads to it, if
    any, by how many of those who aim at the same role it was ``chosen``, and ``alike`` (l,), how
    like it is in text to each of the ``latest`` (l,). ``held`` are the credentials held, ``ways``
    those to which the latest steps lead.
    """

    query: Query
    known: Signals
    held: Collection[int]
    row: int
    closes: tuple[Closing, ...]
    step: int | None
    ways: Ways
    chosen: int
    latest: NDArray[np.int32]
    alike: NDArray[np.float32]


def reasons(
    bundle: Bundle, query: Query, ranked: Ranked, closes: Sequence[tuple[Closing, ...]]
) -> list[tuple[Reason, ...]]:
    """Reasons for each listed item, which ``closes`` so much of the gap; never empty.

    First what moved the item up in the ranking, by how much it did (``evidence.effect``, a
    share of the score), each with the fact behind it; then, with effect 0, facts that are
    worth knowing all the same.
    """
    rows = ranked.candidates.rows[ranked.places]
    among = rivals(ranked)
    steps = leading_steps(bundle, query, ranked, among)
    peers = led_by_peers(bundle, query, ranked, among)
    shares = _shares(ranked, effects(bundle, query, ranked))
    latest, vectors = query.walk.history[::-1][:LATEST], bundle.knowledge.text_vectors
    alike = vectors[rows] @ vectors[latest].T
    asked, chosen = bundle.knowledge.conditions.credentials(rows), _chosen(bundle, query, rows)
    held, ways = set(query.held.tolist()), _ways(bundle, query)
    answers = []
    for i, row in enumerate(rows.tolist()):
        case = Case(
            query, ranked.known, held, row, closes[i], steps[i], ways, chosen[i], latest, alike[i]
        )
        leads = {**dict.fromkeys(OF_STEPS, steps[i] is not None), "role": bool(peers[i])}
        found: list[tuple[float, Reason]] = []
        for (kind, tell), moved in zip(TELLERS.items(), shares, strict=True):
            reason = tell(bundle, case)
            if reason is not None:
                share = moved[i] if leads.get(kind, True) else 0.0
                reason.evidence["effect"] = round(share, 4)
                found.append((share, reason))
        found.sort(key=lambda each: -each[0])
        facts = [reason for _, reason in found]
        met = [each for each in dict.fromkeys(asked[i]) if each in held]
        if met:
            facts.append(_prerequisite(bundle, met))
        answers.append(tuple(facts) or (_little_known(bundle, row),))
    return answers


def _shares(ranked: Ranked, moved: Mapping[str, NDArray[np.float64]]) -> list[list[float]]:
    """By kind of evidence, in the order of ``TELLERS``, and item: the share 0..1 of its score
    that an item loses without it, 0 where it would not rank lower.
    """
    effect = np.array([moved[kind] for kind in TELLERS])
    score = ranked.scores[ranked.places]
    ascending = np.sort(ranked.scores)
    # Of those above the lowered score one is the item itself.
    overtaken = np.searchsorted(ascending, score - effect, side="right") + 1
    falls = overtaken < np.searchsorted(ascending, score, side="right")
    share = np.where(falls, (effect / np.maximum(score, TINY)).clip(0.0, 1.0), 0.0)
    shares: list[list[float]] = share.tolist()
    return shares


def _closes_gap(bundle: Bundle, case: Case) -> Reason | None:
    closes = case.closes
    if case.known.gap is None or not closes:
        return None
    labels = [bundle.skills.labels[each.skill] for each in closes[:SHOWN_SKILLS]]
    more = f" and {len(closes) - SHOWN_SKILLS} more" if len(closes) > SHOWN_SKILLS else ""
    share = float(case.known.gap.closing[case.row])
    return Reason(
        "closes_gap",
        f"Closes {_percent(share)} of the role: {', '.join(labels)}{more}",
        {"share": round(share, 4), "skills": [bundle.skills.ids[c.skill] for c in closes]},
    )


def _stack(bundle: Bundle, case: Case) -> Reason | None:
    best: tuple[float, int, int, int] | None = None
    stacks, _ = bundle.knowledge.stacks.row(case.row)
    for stack in set(stacks.tolist()).difference(case.held):
        parts, _ = bundle.knowledge.stack_parts.row(stack)
        done = sum(part in case.held for part in parts.tolist())
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


def _prerequisite(bundle: Bundle, met: Sequence[int]) -> Reason:
    titles = ", ".join(bundle.credentials.titles[each] for each in met[:SHOWN_SKILLS])
    ids = [bundle.credentials.ids[each] for each in met]
    return Reason("prerequisite_met", f"You hold what it builds on: {titles}", {"held": ids})


def _path(bundle: Bundle, case: Case) -> Reason | None:
    """What the learner did that leads here, named by the step without which it would not."""
    origin = _strongest(case) if case.step is None else case.step
    if origin is None:
        return None
    title, external = bundle.credentials.titles[origin], bundle.credentials.ids[origin]
    after, counts = bundle.behaviour.followers.row(origin)
    found = np.flatnonzero(after == case.row)
    count = int(counts[found[0]]) if len(found) else 0
    base = int(bundle.behaviour.learners_of[origin])
    if count >= MIN_LEARNERS:
        return Reason(
            "followers",
            f"Of {base} learners who chose {title}, {count} went on to this",
            {"after": external, "learners": base, "went_on": count},
        )
    if min(base, int(bundle.behaviour.learners_of[case.row])) < MIN_LEARNERS:
        return None
    return Reason(
        "next_step", f"Close to {title} on the ways that learners take", {"after": external}
    )


def _ways(bundle: Bundle, query: Query) -> Ways:
    latest, following = query.walk.steps[::-1][:LATEST], bundle.behaviour.following[0]
    at, origin = following.entries(latest)
    return Ways(latest, origin, following.indices[at], following.values[at])


def _strongest(case: Case) -> int | None:
    """The latest credential with the strongest way to this one, if there is any."""
    here = np.flatnonzero(case.ways.to == case.row)
    if not len(here):
        return None
    return int(case.ways.latest[case.ways.origin[here[case.ways.strong[here].argmax()]]])


def _role_peers(bundle: Bundle, case: Case) -> Reason | None:
    role = case.query.role_row
    if role is None or case.chosen < MIN_LEARNERS:
        return None
    peers = int(bundle.behaviour.learners_for_role[role])
    return Reason(
        "role_peers",
        f"Chosen by {case.chosen} of {peers} learners aiming at {bundle.roles.titles[role]}",
        {"learners": peers, "chose": case.chosen},
    )


def _chosen(bundle: Bundle, query: Query, rows: NDArray[np.int32]) -> list[int]:
    """By how many of those who aim at the same role each was chosen; 0 where that is unknown."""
    if query.role_row is None:
        return [0] * len(rows)
    taken, share = bundle.behaviour.popular_for_role.row(query.role_row)
    peers = int(bundle.behaviour.learners_for_role[query.role_row])
    # Each is named at most once, so that the sum is the one share there is, to the last bit.
    shares = np.where(rows[:, None] == taken, share, np.float32(0)).sum(1)
    return [round(each * peers) for each in shares.tolist()]


def _similar(bundle: Bundle, case: Case) -> Reason | None:
    similar = case.alike if case.step is None else case.alike[case.latest == case.step]
    if not len(similar) or similar.max() < SIMILAR:
        return None
    best = int(similar.argmax())
    origin = int(case.latest[best]) if case.step is None else case.step
    did = "took" if origin in case.query.held else "looked at"
    return Reason(
        "similar",
        f"Close in content to {bundle.credentials.titles[origin]}, which you {did}",
        {"to": bundle.credentials.ids[origin], "similarity": round(float(similar[best]), 3)},
    )


def _popular(bundle: Bundle, case: Case) -> Reason | None:
    count = int(bundle.behaviour.learners_of[case.row])
    if count < MIN_LEARNERS:
        return None
    return Reason("popular", f"Chosen by {count} learners", {"learners": count})


def _in_demand(bundle: Bundle, case: Case) -> Reason | None:
    demand = case.known.demand
    return None if demand is None else told(bundle, demand, case.row)


def _little_known(bundle: Bundle, row: int) -> Reason:
    if bundle.behaviour.learners_of[row] > 0:
        return Reason("little_known", "Chosen by few learners so far")
    return Reason("new", "New here: no learner has taken it yet")


def _percent(share: float) -> str:
    return "less than 1%" if share < 0.005 else f"{share:.0%}"


TELLERS: Final[Mapping[str, Callable[[Bundle, Case], Reason | None]]] = {
    "gap": _closes_gap,
    "stack": _stack,
    "path": _path,
    "role": _role_peers,
    "text": _similar,
    "popularity": _popular,
    DEMAND: _in_demand,
}
"""Who puts each kind of evidence into words, or keeps silent for want of a fact."""
