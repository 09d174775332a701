"""What the figures alone do not show: the price of aiming at a role, how far predictions can
be believed, and which features decide. Measured on a sample of the test questions, through
the ranking that serves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from models import gap
from models.bundle import Bundle
from models.gap import GapState
from models.query import Query, with_learnt
from models.rank import Ranked, rank
from models.ranker import Ranker
from training import metrics, ranking
from training.learners import Asker
from training.pipeline import Prepared
from training.progress import Progress
from training.splits import Split, sampled
from training.toplists import NONE

QUESTIONS: Final = 300
"""So many test questions, drawn at random, are looked into."""

SHOWN: Final = 10
"""Length of the lists looked into."""

GOAL_WEIGHTS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Question:
    """One test question, its answer as served, and ``relevant``: the rows asked for."""

    query: Query
    ranked: Ranked
    relevant: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Aim:
    """A question (its place in the sample) of a learner with a target role, and the gap to it."""

    question: int
    query: Query
    gap: GapState


def diagnose(
    prepared: Prepared, bundle: Bundle, split: Split, seed: int, progress: Progress
) -> dict[str, Any]:
    """The goal trade-off, the calibration and the features' contributions, JSON-ready.

    What cannot be measured on these data is left out, and ``absent`` says why.
    """
    sample = sampled(split, seed, QUESTIONS)
    found: dict[str, Any] = {"questions": len(sample)}
    absent: dict[str, str] = {}
    with progress.stage("diagnose", 0):
        asked = _asked(prepared, bundle, sample)
        aims = [
            Aim(i, each.query, each.ranked.known.gap)
            for i, each in enumerate(asked)
            if each.ranked.known.gap is not None
        ]
        if aims:
            found["goal"] = _goal(bundle, aims, sample, seed)
        else:
            absent["goal"] = "no learner asked has a target role with required skills"
        if bundle.ranker is not None:
            found["calibration"] = calibration(asked)
            found["contributions"] = contributions(bundle.ranker, asked)
        else:
            without = "no ranker was trained: there are too few questions to learn from"
            absent |= {"calibration": without, "contributions": without}
    return found | {"absent": absent}


def _asked(prepared: Prepared, bundle: Bundle, sample: Split) -> list[Question]:
    asker = Asker(sample.train, prepared.learners, bundle.manifest.held_kinds)
    asked = []
    for i, learner in enumerate(sample.learners.tolist()):
        end = int(sample.train.indptr[learner + 1])
        query = asker.ask(bundle, learner, end, float(sample.at[i]), limit=SHOWN)
        cut = slice(sample.relevant.indptr[i], sample.relevant.indptr[i + 1])
        asked.append(Question(query, rank(bundle, query), sample.relevant.indices[cut]))
    return asked


def _goal(bundle: Bundle, aims: list[Aim], sample: Split, seed: int) -> dict[str, Any]:
    """For each goal weight NDCG@10, and the gap that the list closes if all of it is earned."""
    relevant = sample.relevant[[aim.question for aim in aims]]
    points = []
    for weight in GOAL_WEIGHTS:
        lists = np.full((len(aims), SHOWN), NONE, np.int32)
        closed = np.zeros(len(aims))
        for i, aim in enumerate(aims):
            ranked = rank(bundle, replace(aim.query, goal_weight=weight))
            rows = ranked.candidates.rows[ranked.places]
            lists[i, : len(rows)] = rows
            closed[i] = gap_closed(bundle, aim, rows)
        ndcg = metrics.measure(lists, relevant)["ndcg@10"]
        points.append(
            {
                "goal_weight": weight,
                "ndcg@10": float(ndcg.mean()),
                "gap_closed@10": float(closed.mean()),
                "ci": {
                    "ndcg@10": list(metrics.interval(ndcg, seed)),
                    "gap_closed@10": list(metrics.interval(closed, seed)),
                },
            }
        )
    before = float(np.mean([aim.gap.before for aim in aims]))
    return {"learners": len(aims), "gap": before, "points": points}


def gap_closed(bundle: Bundle, aim: Aim, rows: NDArray[np.int32]) -> float:
    """How much of the role, 0..1, earning all of ``rows`` would newly cover.

    What several of them teach counts once.
    """
    declared = dict(zip(aim.query.skills.tolist(), aim.query.levels.tolist(), strict=True))
    skills, levels = with_learnt(bundle, declared, rows)
    covered = gap.coverage(bundle, aim.gap.requirement, skills, levels)
    return float(aim.gap.weight @ (covered - aim.gap.coverage))


def calibration(asked: list[Question]) -> dict[str, Any]:
    """Predicted against observed engagement of each question's ten likeliest candidates.

    Predicted is the softmax of the ranker's scores over all candidates, the quantity that
    its loss compares. Observed is the share of the question's answers that the candidate
    is. ``bins`` hold equally many candidates each, the least likely first; ``error`` is the
    mean distance between the two, weighted by the size of the bins.
    """
    likely, came = [np.zeros(0)], [np.zeros(0)]
    for each in asked:
        if not len(each.ranked.raw):
            continue
        best = np.argsort(-each.ranked.raw, kind="stable")[:SHOWN]
        likely.append(softmax(each.ranked.raw)[best])
        rows = each.ranked.candidates.rows[best]
        came.append(np.isin(rows, each.relevant) / len(each.relevant))
    predicted, observed = np.concatenate(likely), np.concatenate(came)
    order = np.argsort(predicted, kind="stable")
    bins = [
        {
            "from": float(predicted[part[0]]),
            "to": float(predicted[part[-1]]),
            "predicted": float(predicted[part].mean()),
            "observed": float(observed[part].mean()),
            "items": len(part),
        }
        for part in np.array_split(order, BINS)
        if len(part)
    ]
    off = [abs(each["predicted"] - each["observed"]) * each["items"] for each in bins]
    return {"error": sum(off) / len(order) if len(order) else 0.0, "bins": bins}


def contributions(ranker: Ranker, asked: list[Question]) -> dict[str, float]:
    """By how much each feature moves the score of a listed item, up or down, in the mean."""
    shown = np.concatenate([each.ranked.table[each.ranked.places] for each in asked])
    if not len(shown):
        return {}
    mean = np.abs(ranking.contributions(ranker, shown)).mean(0)
    return dict(zip(ranker.features, mean.tolist(), strict=True))
