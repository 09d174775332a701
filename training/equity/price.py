"""What it costs in quality to keep places for a group of credentials."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, get_args

import numpy as np

from models.bundle import Bundle
from models.exposure import By, Floor
from models.rank import rank
from training import metrics
from training.equity.exposure import SHOWN, least_shown
from training.learners import Asker
from training.progress import Progress
from training.splits import Split, sampled
from training.toplists import NONE

SHARES: Final = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
QUESTIONS: Final = 200


def curve(
    asker: Asker,
    bundle: Bundle,
    split: Split,
    exposure: dict[str, Any],
    seed: int,
    progress: Progress,
) -> dict[str, Any] | None:
    """NDCG@10 and the share of places that go to the group with each of ``SHARES`` kept for it.

    The group is that of the bundle's first floor, or else the one shown least beside what there is
    of it; ``None`` where there is no group to name. ``paired`` is the interval of the difference to
    no floor, learner by learner.
    """
    floor = _floor(bundle, exposure)
    if floor is None:
        return None
    some = sampled(split, seed, QUESTIONS)
    mine = floor.of(bundle.credentials, slice(None))
    points, before = [], np.zeros(len(some))
    with progress.stage("price of exposure", len(SHARES)) as advance:
        for share in SHARES:
            floors = (floor.model_copy(update={"share": share}),) if share else ()
            lists = _lists(asker, replace(bundle, floors=floors), some)
            ndcg = metrics.measure(lists, some.relevant)["ndcg@10"]
            before = before if share else ndcg
            there = lists != NONE
            points.append(
                {
                    "share": share,
                    "ndcg@10": float(ndcg.mean()),
                    "ci": list(metrics.interval(ndcg, seed)),
                    "paired": list(metrics.paired(ndcg, before, seed)),
                    "shown": float((mine[lists] & there).sum() / max(1, there.sum())),
                }
            )
            advance(1)
    return {"by": floor.by, "values": list(floor.values), "learners": len(some), "points": points}


def _floor(bundle: Bundle, exposure: dict[str, Any]) -> Floor | None:
    if bundle.floors:
        return bundle.floors[0]
    group = least_shown(exposure)
    by = next((each for each in get_args(By) if group and each == group[0]), None)
    return None if group is None or by is None else Floor(by=by, values=(group[1],), share=0.1)


def _lists(asker: Asker, bundle: Bundle, split: Split) -> np.ndarray[Any, np.dtype[np.int32]]:
    lists = np.full((len(split), SHOWN), NONE, np.int32)
    for i, learner in enumerate(split.learners.tolist()):
        end = int(split.train.indptr[learner + 1])
        ranked = rank(bundle, asker.ask(bundle, learner, end, float(split.at[i]), limit=SHOWN))
        rows = ranked.candidates.rows[ranked.places]
        lists[i, : len(rows)] = rows
    return lists
