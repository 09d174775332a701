"""Data drift: the mix of what learners did and aimed at, beside that of the training data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from models.bundle import Bundle
from models.domain import Event, Kind
from models.histories import standing
from training.drift.stability import shift, wilson

LARGEST: Final = 20
"""So many values of a mix have a bin of their own, the most frequent of the training data."""
OTHERS: Final = "others"
UNKNOWN: Final = "unknown"

LEARNERS: Final = 20_000
"""So many learners of the training data stand for all of them, evenly drawn."""

LENGTHS: Final = ((0, "0"), (1, "1"), (2, "2-4"), (5, "5-9"), (10, "10+"))
"""Bins of how many credentials a learner had met before an act: from how many on, and a label."""

Histories = Mapping[str, Sequence[Event]]


def histories_of(bundle: Bundle) -> dict[str, tuple[Event, ...]]:
    """What the learners of the training data did, oldest first, by id; of some of them only where
    they are very many.
    """
    ids = list(bundle.histories.learners)
    return {name: bundle.histories.of(name) for name in ids[:: 1 + len(ids) // LEARNERS]}


def drift(
    bundle: Bundle,
    training: Histories,
    since: Histories,
    before: Histories,
    decisions: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """``mixes``: for each the index, its verdict and the shares by bin; ``unseen``: the shares of
    what training did not know, with 95 % intervals. JSON-ready.

    ``training`` are the training data's histories; ``since`` the recent acts by learner and
    ``before`` what these did before them, oldest first; ``decisions`` the recent ones.
    """
    labels = bundle.credentials.issuer
    issuers = {name: labels[row] for row, name in enumerate(bundle.credentials.ids)}
    met = {name: {act.credential for act in acts} for name, acts in before.items()}

    def mixes(acts: Histories, met: Mapping[str, set[str]]) -> dict[str, Counter[str]]:
        flat = [act for each in acts.values() for act in each]
        return {
            "kinds of act": Counter(act.kind.value for act in flat),
            "credentials": Counter(act.credential for act in flat),
            "issuers": Counter(issuers.get(act.credential) or UNKNOWN for act in flat),
            "history at an act": Counter(
                label for name, each in acts.items() for label in _lengths(each, met.get(name, ()))
            ),
        }

    aims = zip(bundle.roles.ids, bundle.behaviour.learners_for_role.tolist(), strict=True)
    known = mixes(training, {}) | {"target roles": Counter({r: int(n) for r, n in aims if n})}
    asked = {(each["learner"], role) for each in decisions if (role := _role(each)) is not None}
    recent = mixes(since, met) | {"target roles": Counter(role for _, role in asked)}
    return {
        "mixes": {name: _mix(known[name], recent[name]) for name in known},
        "unseen": _unseen(bundle, since, decisions),
    }


def _mix(training: Counter[str], recent: Counter[str]) -> dict[str, Any]:
    named = [name for name, _ in sorted(training.items(), key=lambda each: (-each[1], each[0]))]
    shown = named[:LARGEST]
    rows = [(name, training[name], recent[name]) for name in shown]
    rest = training.total() - sum(row[1] for row in rows), recent.total() - sum(r[2] for r in rows)
    if any(rest):
        rows.append((OTHERS, *rest))
    told: dict[str, Any] = {"training": training.total(), "recent": recent.total()}
    if len(rows) > 1 and training and recent:
        told |= asdict(shift([row[1] for row in rows], [row[2] for row in rows]))
    return told | {"bins": [dict(zip(("bin", "training", "recent"), r, strict=True)) for r in rows]}


def _unseen(
    bundle: Bundle, since: Histories, decisions: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    acts = [act for each in since.values() for act in each]
    roles = [role for each in decisions if (role := _role(each)) is not None]
    counted = {
        "acts on credentials": (
            sum(bundle.credentials.ids.row(act.credential) is None for act in acts),
            len(acts),
        ),
        "learners": (
            sum(bundle.histories.learners.row(name) is None for name in since),
            len(since),
        ),
        "answers for roles": (
            sum(bundle.roles.ids.row(role) is None for role in roles),
            len(roles),
        ),
    }
    return {
        name: {"unseen": unseen, "of": of, "ci": list(wilson(unseen, of))}
        for name, (unseen, of) in counted.items()
        if of
    }


def _lengths(acts: Sequence[Event], met: Iterable[str]) -> Iterable[str]:
    known = set(met)
    for act in standing(acts):
        yield [label for least, label in LENGTHS if len(known) >= least][-1]
        if act.kind is not Kind.DISMISS:
            known.add(act.credential)


def _role(decision: Mapping[str, Any]) -> str | None:
    """The role that was asked for by its id."""
    asked = decision["request"].get("target_role")
    return None if asked is None else asked["id"]
