"""What changed against the bundle that is current: its figures, its settings, the same questions.

The current bundle knows all of its own data, also the answers that it was asked for once. So the
same question is put to both only where neither has seen the answer: what the current one answered
in its own evaluation is kept beside it, and what came after the end of its data it is asked now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models import bundle as bundles
from models.bundle import Bundle, Manifest
from models.bundle.registry import Served, diff
from models.domain import Ask, Constraints, Target
from models.errors import BundleError
from models.query import build
from models.rank import rank
from training import metrics
from training.evaluate import Evaluation
from training.gate import FIGURE
from training.learners import Asker
from training.metrics import PIPELINE
from training.pipeline import Prepared
from training.splits import Split
from training.toplists import DEPTH, NONE

ASKED: Final = 1000
"""So many questions are put to the current bundle at most."""

FEWEST: Final = 10
"""Of fewer questions no difference is told."""

SAID: Final = ("config", "data")


def questions(prepared: Prepared, split: Split, ndcg: Sequence[float]) -> pl.DataFrame:
    """A digest of each question (who, and what for) with the NDCG@10 of the answer."""
    return pl.DataFrame({"question": _digests(prepared, split), "ndcg@10": ndcg})


def kept_beside(folder: Path) -> Path:
    """Where the questions of the bundle in ``folder`` are kept."""
    return folder.with_name(f"{folder.name}.questions.parquet")


def against(
    prepared: Prepared, mine: Bundle, split: Split, measured: Evaluation, served: Served
) -> dict[str, Any]:
    """The comparison of ``mine``, which was ``measured``, JSON-ready. ``paired`` is ``None`` where
    fewer than ``FEWEST`` questions can fairly be put to both, and ``why`` then says so.
    """
    before = served.manifest
    asker = Asker(split.train, prepared.learners, mine.manifest.held_kinds)
    theirs = _recorded(prepared, split, served.folder)
    recorded = ~np.isnan(theirs)
    later = _later(split, before) & ~recorded
    why = None
    if later.any():
        try:
            current = bundles.read(served.folder)
        except BundleError as error:
            why = str(error)
        else:
            chosen = np.flatnonzero(later)[:ASKED]
            theirs[chosen] = _asked(asker, mine, current, split, chosen)
    both = ~np.isnan(theirs)
    ndcg = np.array(measured.ndcg)[both]
    found: dict[str, Any] = {
        "version": before.bundle_version,
        "created_at": before.created_at,
        "figures": before.metrics.get("models", {}).get(PIPELINE, {}),
        "counts": before.data.counts,
        "recorded": int(recorded.sum()),
        "asked": int((both & ~recorded).sum()),
        "questions": int(both.sum()),
        "paired": None,
        "why": why,
    }
    if both.sum() >= FEWEST:
        found |= {
            FIGURE: float(ndcg.mean()),
            "current": float(theirs[both].mean()),
            "paired": list(metrics.paired(ndcg, theirs[both], before.seed)),
        }
    elif why is None:
        found["why"] = (
            "the current bundle has seen these answers, and what it answered before it had is not "
            "kept beside it"
        )
    return found


def changes(current: Path, folder: Path) -> list[tuple[str, str, str]]:
    """The settings and facts of the data that two bundles hold differently, as texts."""
    return [
        (f"{each.section}/{each.name}", str(each.before), str(each.after))
        for each in diff(current, folder)
        if each.section in SAID
    ]


def _recorded(prepared: Prepared, split: Split, folder: Path) -> NDArray[np.float64]:
    """NDCG@10 of the current bundle where it was asked the same, else NaN."""
    path = kept_beside(folder)
    theirs = np.full(len(split), np.nan)
    if path.is_file():
        kept = dict(pl.read_parquet(path).select("question", "ndcg@10").iter_rows())
        found = [kept.get(digest, np.nan) for digest in _digests(prepared, split)]
        theirs = np.array(found, np.float64)
    return theirs


def _later(split: Split, before: Manifest) -> NDArray[np.bool_]:
    """Questions asked after the end of the data of the current bundle."""
    last = before.data.last_at
    if last is None or not split.train.dated:
        return np.zeros(len(split), np.bool_)
    return split.at > last


def _asked(
    asker: Asker, mine: Bundle, current: Bundle, split: Split, chosen: NDArray[np.int64]
) -> NDArray[np.float64]:
    """NDCG@10 of the current bundle's answers to the ``chosen`` questions, put in the ids of
    ``mine``.
    """
    lists = np.full((len(chosen), DEPTH), NONE, np.int32)
    for k, i in enumerate(chosen.tolist()):
        learner = int(split.learners[i])
        told = asker.told(mine, learner, int(split.train.indptr[learner + 1]))
        met = tuple(event.credential for event in told.history)
        target = None if told.target_role is None else Target(id=told.target_role)
        limits = Constraints(exclude=met)
        ask = Ask(told, float(split.at[i]), target, DEPTH, limits, explain=False)
        ranked = rank(current, build(current, ask))
        names = [current.credentials.ids[r] for r in ranked.candidates.rows[ranked.places].tolist()]
        rows = [mine.credentials.row(name) for name in names]
        lists[k, : len(rows)] = [NONE if row is None else row for row in rows]
    return metrics.measure(lists, split.relevant[chosen])["ndcg@10"]


def _digests(prepared: Prepared, split: Split) -> list[str]:
    digests = []
    for i, learner in enumerate(split.learners.tolist()):
        rows = split.relevant.indices[split.relevant.indptr[i] : split.relevant.indptr[i + 1]]
        asked = sorted(prepared.credentials[row] for row in rows.tolist())
        text = "\0".join([prepared.learners.ids[learner], *asked])
        digests.append(hashlib.blake2b(text.encode(), digest_size=16).hexdigest())
    return digests
