"""How good ranked lists are, learner by learner, and how sure one can be of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from training.matrix import met_matrix
from training.splits import Split
from training.toplists import NONE, Scorer, top_lists

PIPELINE: Final = "cairn"
"""What the pipeline is called among the models of an evaluation."""

CUTOFFS = (5, 10, 20)

BRIEFLY: Final = ("ndcg@10", "hit@10")
"""What is told of a part of the learners."""

RESAMPLES = 2000
"""Bootstrap samples behind every interval."""


def measure(lists: NDArray[np.int32], relevant: csr_array) -> dict[str, NDArray[np.float64]]:
    """Metrics of each learner, arrays ``(m,)`` in 0..1, by name.

    ``lists`` is ``(m, depth)``, best first, filled up with ``NONE``; ``relevant`` is
    ``(m, n_credentials)`` with at least one entry in every row. For each cutoff:
    ``recall`` (hits over all relevant), ``hit`` (any hit), ``ndcg`` (binary gains over
    the best order possible within the cutoff) and ``mrr`` (one over the rank of the first
    hit). Plain ``mrr`` looks at the whole list.
    """
    hits = _hits(lists, relevant)
    size = np.diff(relevant.indptr)
    discount = 1 / np.log2(np.arange(2, CUTOFFS[-1] + 2))
    ideal = np.concatenate([[0.0], np.cumsum(discount)])
    ranks = np.where(hits.any(axis=1), hits.argmax(axis=1) + 1, np.inf)
    metrics: dict[str, NDArray[np.float64]] = {}
    for k in CUTOFFS:
        seen = hits[:, :k]
        metrics[f"recall@{k}"] = np.asarray(seen.sum(axis=1) / size)
        metrics[f"hit@{k}"] = np.asarray(seen.any(axis=1), np.float64)
        metrics[f"ndcg@{k}"] = seen @ discount[: seen.shape[1]] / ideal[np.minimum(k, size)]
        metrics[f"mrr@{k}"] = np.asarray(np.where(ranks <= k, 1 / ranks, 0.0))
    metrics["mrr"] = 1 / ranks
    return metrics


def coverage(lists: NDArray[np.int32], n_credentials: int, k: int = 10) -> float:
    """Share of the catalogue that appears in anyone's first ``k``, 0..1."""
    return float(np.count_nonzero(_exposure(lists, n_credentials, k)) / n_credentials)


def gini(lists: NDArray[np.int32], n_credentials: int, k: int = 10) -> float:
    """Inequality of exposure in the first ``k``: 0 all credentials alike, towards 1 a few only."""
    exposure = np.sort(_exposure(lists, n_credentials, k))
    if not exposure.sum():
        return 0.0
    ranks = np.arange(1, n_credentials + 1)
    return float((2 * ranks - n_credentials - 1) @ exposure / (n_credentials * exposure.sum()))


def novelty(lists: NDArray[np.int32], split: Split, k: int = 10) -> float:
    """Mean surprise, in bits, of what stands in the first ``k``.

    The surprise of a credential is ``-log2`` of the share of training learners who met
    it, one learner added so that it stays finite for an unseen one.
    """
    met = met_matrix(split.train)
    active = np.count_nonzero(np.diff(met.indptr))
    surprise = -np.log2((met.sum(axis=0) + 1) / (active + 1))
    shown = lists[:, :k]
    return float(surprise[shown[shown != NONE]].mean()) if (shown != NONE).any() else 0.0


def interval(
    values: NDArray[np.float64], seed: int, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Bootstrap 95 % interval of the mean over learners; ``values`` is ``(m,)``, ``m`` ≥ 1.

    Drawing ``m`` learners with replacement is drawing how often each distinct value
    comes up, which costs nothing where only a few values occur.
    """
    distinct, counts = np.unique(values, return_counts=True)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(values), counts / len(values), size=resamples)
    low, high = np.quantile(drawn @ distinct / len(values), [0.025, 0.975])
    return float(low), float(high)


def paired(
    a: NDArray[np.float64], b: NDArray[np.float64], seed: int, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Bootstrap 95 % interval of the mean of ``a - b`` over the same learners, both ``(m,)``."""
    return interval(a - b, seed, resamples)


def crossed(
    values: NDArray[np.float64], seed: int, resamples: int = RESAMPLES, *, among: int = 1
) -> tuple[float, float]:
    """Bootstrap 95 % interval of the mean of ``values`` ``(m, fits)``, NaN where a learner was not
    asked; as one ``among`` several it is as wide as holds for all of them together (Bonferroni).

    Learners and fits are both drawn anew (Owen, *The pigeonhole bootstrap*, Annals of Applied
    Statistics 1, 2007): what a lucky fit brings comes to all learners at once, and an interval over
    learners alone does not know of it.
    """
    asked = ~np.isnan(values)
    m, fits = values.shape
    rng = np.random.default_rng(seed)
    learners = rng.multinomial(m, np.full(m, 1 / m), size=resamples)
    drawn = rng.multinomial(fits, np.full(fits, 1 / fits), size=resamples)
    sums = (learners @ np.where(asked, values, 0.0) * drawn).sum(axis=1)
    counts = (learners @ asked * drawn).sum(axis=1)
    tail = 0.025 / among
    low, high = np.quantile(sums / np.maximum(counts, 1), [tail, 1 - tail])
    return float(low), float(high)


def slices(split: Split) -> dict[str, NDArray[np.bool_]]:
    """Masks ``(m,)`` over the test learners, by name; a mask may be empty.

    ``warm`` and ``cold`` tell learners with and without training history apart, the
    others the number of distinct credentials in it.
    """
    length = np.diff(met_matrix(split.train).indptr)[split.learners]
    return {
        "all": np.ones(len(split), np.bool_),
        "warm": length > 0,
        "cold": length == 0,
        "history 0": length == 0,
        "history 1": length == 1,
        "history 2-4": (length >= 2) & (length <= 4),
        "history 5+": length >= 5,
    }


def brief(values: Mapping[str, NDArray[np.float64]], seed: int) -> dict[str, Any]:
    """The means of ``BRIEFLY``, and as ``ci`` their intervals; ``values`` are ``(m,)`` each."""
    return {name: float(values[name].mean()) for name in BRIEFLY} | {
        "ci": {name: list(interval(values[name], seed)) for name in BRIEFLY}
    }


def _hits(lists: NDArray[np.int32], relevant: csr_array) -> NDArray[np.bool_]:
    width = relevant.shape[1]
    rows = np.arange(len(lists))[:, None] * width
    listed = np.where(lists == NONE, -1, rows + lists)
    answers = np.repeat(np.arange(len(lists)) * width, np.diff(relevant.indptr))
    return np.isin(listed, answers + relevant.indices)


def _exposure(lists: NDArray[np.int32], n_credentials: int, k: int) -> NDArray[np.int64]:
    shown = lists[:, :k]
    return np.bincount(shown[shown != NONE], minlength=n_credentials)


def judged(scorer: Scorer, split: Split) -> float:
    """Mean NDCG@10 of what ``scorer`` lists for ``split``; 0 where nobody is asked."""
    if not len(split):
        return 0.0
    lists = top_lists(scorer, split, depth=10)
    return float(measure(lists, split.relevant)["ndcg@10"].mean())
