"""A new model and the bundle that is served now, asked the same questions.

Only those that came after all that the served bundle knows: of older ones it has seen the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import Ask, Constraints, Event, HeldSkill, Learner, Target
from models.query import build
from models.rank import rank
from training import metrics
from training.interactions import KINDS
from training.pipeline import Prepared
from training.splits import Split
from training.toplists import DEPTH, NONE


def against(
    prepared: Prepared, split: Split, mine: NDArray[np.int32], served: Bundle, seed: int
) -> dict[str, Any]:
    """NDCG@10 of ``mine`` (m, depth; the new model's lists for the ``split``) and of the
    ``served`` bundle, ``current``, with the 95 % interval of the ``paired`` difference, over so
    many new ``questions``; JSON-ready, figures only where there is one. ``version`` is the served
    bundle's.

    The served bundle is asked by ids, as a service would: what the catalogue has since let go
    takes up places in its lists, as it does where it is served.
    """
    known = served.manifest.data
    fresh = (
        split.at > known.last_at if known.last_at is not None else np.zeros(len(split), np.bool_)
    )
    found: dict[str, Any] = {"version": served.version, "questions": int(fresh.sum())}
    if not fresh.any():
        return found
    theirs = np.full((len(split), DEPTH), NONE, np.int32)
    for place in np.flatnonzero(fresh).tolist():
        ranked = rank(served, build(served, _ask(prepared, split, place)))
        rows = ranked.candidates.rows[ranked.places].tolist()
        ours = (prepared.credentials.row(served.credentials.ids[row]) for row in rows)
        theirs[place, : len(rows)] = [NONE if row is None else row for row in ours]
    relevant = split.relevant[np.flatnonzero(fresh)]
    new, old = (metrics.measure(lists[fresh], relevant)["ndcg@10"] for lists in (mine, theirs))
    return found | {
        "ndcg@10": float(new.mean()),
        "current": float(old.mean()),
        "paired": list(metrics.paired(new, old, seed)),
    }


def _ask(prepared: Prepared, split: Split, place: int) -> Ask:
    """The question with this place in the ``split``, in ids."""
    learner = int(split.learners[place])
    past = tuple(_past(prepared, split, learner))
    skills = prepared.catalogue.tables["skills"]["id"]
    declared = prepared.learners.skills[learner].items()
    role = int(prepared.learners.roles[learner])
    return Ask(
        Learner(
            skills=tuple(
                HeldSkill(skills[row], None if np.isnan(level) else level)
                for row, level in declared
            ),
            history=past,
        ),
        float(split.at[place]),
        None if role < 0 else Target(id=prepared.data.roles["id"][role]),
        limit=DEPTH,
        # What is asked for is something new.
        constraints=Constraints(exclude=tuple({event.credential for event in past})),
        explain=False,
    )


def _past(prepared: Prepared, split: Split, learner: int) -> Iterator[Event]:
    train = split.train
    for at in range(*train.of(learner).indices(len(train))):
        credential = prepared.credentials[int(train.credential[at])]
        yield Event(credential, KINDS[train.kind[at]], float(train.at[at]))
