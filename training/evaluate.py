"""How good the pipeline is beside its baselines, by the protocol of docs/evaluation.md.

The pipeline's lists come from the same ranking that the service runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.rank import rank
from models.sources import SOURCES
from training import acceptance, faithfulness, metrics
from training.contest import Entry
from training.equity import quality
from training.learners import Asker
from training.metrics import PIPELINE
from training.pipeline import Prepared
from training.progress import Progress
from training.splits import Split
from training.toplists import DEPTH, NONE

REPORTED: Final = (
    "ndcg@5", "ndcg@10", "ndcg@20", "recall@5", "recall@10", "recall@20",
    "hit@5", "hit@10", "hit@20", "mrr",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The pipeline's answers: ``lists`` (m, depth) with their ``scores`` (m, depth; 0..1, NaN
    where the list has ended), and which source found what was asked.

    ``found`` (m, sources) is the share of each question's relevant credentials that each
    source proposed, ``reached`` (m,) the share that any did.
    """

    lists: NDArray[np.int32]
    scores: NDArray[np.float64]
    found: NDArray[np.float64]
    reached: NDArray[np.float64]


class Evaluation(NamedTuple):
    """What was measured, JSON-ready, and by question the pipeline's NDCG@10 and reciprocal rank."""

    report: dict[str, Any]
    ndcg: list[float]
    mrr: list[float]


def evaluate(
    prepared: Prepared,
    split: Split,
    bundle: Bundle,
    baselines: Mapping[str, Entry],
    seed: int,
    progress: Progress,
    *,
    beside: Mapping[str, NDArray[np.int32]] = MappingProxyType({}),
) -> Evaluation:
    """Score the test part once.

    ``bundle`` is the pipeline fitted on the training part, ``baselines`` are those of a contest
    on the split. ``beside`` are lists ``(m, depth)`` that others made for it, by name.
    """
    answers = ask_all(prepared, bundle, split, progress)
    asker = Asker(split.train, prepared.learners, bundle.manifest.held_kinds)
    mine = metrics.measure(answers.lists, split.relevant)
    own = {
        "scores": acceptance.at_training(answers.lists, answers.scores, split.relevant),
        "faithfulness": faithfulness.measure(asker, bundle, split, seed, progress),
        "equity": quality.measure(prepared, split, mine, seed),
    }
    lists = {PIPELINE: answers.lists, **beside}
    params: dict[str, Any] = {}
    for name, entry in baselines.items():
        with progress.stage(f"baseline {name}", 0):
            params[name], lists[name] = entry()
    report = summary(split, lists, answers, params, prepared, seed) | own
    return Evaluation(report, mine["ndcg@10"].tolist(), mine["mrr"].tolist())


def ask_all(prepared: Prepared, bundle: Bundle, split: Split, progress: Progress) -> Asked:
    """Ask the pipeline every question of the split."""
    asker = Asker(split.train, prepared.learners, bundle.manifest.held_kinds)
    lists = np.full((len(split), DEPTH), NONE, np.int32)
    scores = np.full((len(split), DEPTH), np.nan)
    found = np.zeros((len(split), len(SOURCES)))
    reached = np.zeros(len(split))
    with progress.stage("ask", len(split)) as advance:
        for i, learner in enumerate(split.learners.tolist()):
            end = int(split.train.indptr[learner + 1])
            query = asker.ask(bundle, learner, end, float(split.at[i]), limit=DEPTH)
            ranked = rank(bundle, query)
            rows = ranked.candidates.rows[ranked.places]
            lists[i, : len(rows)] = rows
            scores[i, : len(rows)] = ranked.scores[ranked.places]
            relevant = split.relevant.indices[
                split.relevant.indptr[i] : split.relevant.indptr[i + 1]
            ]
            among = np.isin(ranked.candidates.rows, relevant)
            found[i] = (ranked.candidates.ranks[among] >= 0).sum(0) / len(relevant)
            reached[i] = among.sum() / len(relevant)
            advance(1)
    return Asked(lists, scores, found, reached)


def summary(
    split: Split,
    lists: Mapping[str, NDArray[np.int32]],
    answers: Asked,
    params: Mapping[str, Any],
    prepared: Prepared,
    seed: int,
) -> dict[str, Any]:
    """Everything measured, JSON-ready."""
    parts = {name: mask for name, mask in metrics.slices(split).items() if mask.any()}
    per_learner = {name: metrics.measure(found, split.relevant) for name, found in lists.items()}
    n = prepared.known.n_credentials
    models: dict[str, Any] = {}
    for name, values in per_learner.items():
        models[name] = {"all": _figures(values, np.ones(len(split), np.bool_), seed)}
        models[name] |= {part: _figures(values, mask, seed) for part, mask in parts.items()}
        models[name]["all"] |= {
            "coverage@10": metrics.coverage(lists[name], n),
            "gini@10": metrics.gini(lists[name], n),
            "novelty@10": metrics.novelty(lists[name], split),
        }
    mine = per_learner[PIPELINE]["ndcg@10"]
    others = {name: v["ndcg@10"] for name, v in per_learner.items() if name != PIPELINE}
    return {
        "split": split.kind,
        "learners": len(split),
        "seed": seed,
        "models": models,
        "paired": {
            name: list(metrics.paired(mine, values, seed)) for name, values in others.items()
        },
        "paired_slices": {
            part: {
                name: list(metrics.paired(mine[mask], values[mask], seed))
                for name, values in others.items()
            }
            for part, mask in parts.items()
        },
        "params": dict(params),
        "candidate_recall": float(answers.reached.mean()),
        "sources": dict(zip(SOURCES, answers.found.mean(0).tolist(), strict=True)),
    }


def _figures(
    values: Mapping[str, NDArray[np.float64]], mask: NDArray[np.bool_], seed: int
) -> dict[str, Any]:
    chosen = {name: values[name][mask] for name in REPORTED}
    figures: dict[str, Any] = {name: float(each.mean()) for name, each in chosen.items()}
    figures["learners"] = int(mask.sum())
    figures["ci"] = {
        name: list(metrics.interval(chosen[name], seed))
        for name in ("ndcg@10", "recall@10", "hit@10")
    }
    return figures
