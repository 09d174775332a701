"""How often groups of credentials are shown, beside how many there are and how many are taken.

Exposure is a place's weight in NDCG, 1 / log2(1 + rank), over the first ten (Singh and Joachims,
*Fairness of exposure in rankings*, KDD 2018). What there is sets one bar, what learners went on to
take another: attention that follows demand differs from what is on offer (Biega, Gummadi and
Weikum, *Equity of attention*, SIGIR 2018).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.columns import Labels
from training import metrics
from training.equity.groups import UNKNOWN
from training.matrix import met_matrix
from training.splits import Split, sampled
from training.toplists import NONE, Available

SHOWN: Final = 10
SMALL: Final = "(small)"
"""Groups of few credentials, told of together."""

BY: Final = ("language", "delivery", "issuer")
SAMPLE: Final = 500
"""What is on offer is counted for so many of the questions."""


def measure(
    bundle: Bundle,
    split: Split,
    lists: NDArray[np.int32],
    on_offer: Available | None,
    least: int,
    seed: int,
) -> dict[str, Any]:
    """By language, delivery and issuer: the share of what was on offer and new to a learner
    (``available``), of what they took (``taken``) and of the places shown (``shown``), means over
    learners, and the interval of the difference to either. JSON-ready.

    Groups of fewer than ``least`` credentials are put together as ``SMALL``.
    """
    first = lists[:, :SHOWN]
    weight = np.where(first == NONE, 0.0, 1 / np.log2(np.arange(2, first.shape[1] + 2)))
    total = weight.sum(1, keepdims=True)
    weight = np.divide(weight, total, out=weight, where=total > 0)
    offered = _offered(split, on_offer, seed)
    taken = split.relevant.multiply(1 / np.diff(split.relevant.indptr)[:, None]).tocsr()
    found: dict[str, Any] = {}
    for by in BY:
        groups = _groups(getattr(bundle.credentials, by), least)
        if len(groups) < 2:
            continue
        found[by] = {}
        for name, members in groups.items():
            places = (weight * members[first]).sum(1)
            wanted = np.asarray(taken @ members.astype(np.float64))
            there = float(offered @ members)
            found[by][name] = {
                "credentials": int(members.sum()),
                "available": there,
                "taken": float(wanted.mean()),
                "shown": float(places.mean()),
                "ci": list(metrics.interval(places, seed)),
                "to_available": list(metrics.interval(places - there, seed)),
                "to_taken": list(metrics.paired(places, wanted, seed)),
            }
    return found


def least_shown(found: dict[str, Any]) -> tuple[str, str] | None:
    """The named group shown least beside what there is of it, as ``(by, group)``."""
    ratios = [
        (group["shown"] / group["available"], by, name)
        for by, groups in found.items()
        for name, group in groups.items()
        if name not in (SMALL, UNKNOWN) and group["available"] > 0
    ]
    return min(ratios)[1:] if ratios else None


def _groups(labels: Labels, least: int) -> dict[str, NDArray[np.bool_]]:
    codes, names = labels.codes, list(labels.names)
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    order = np.argsort(-sizes, kind="stable").tolist()
    large = {names[code]: codes == code for code in order if sizes[code] >= least}
    small = np.isin(codes, np.flatnonzero(sizes < least))
    rest = {SMALL: small, UNKNOWN: codes < 0}
    return large | {name: mask for name, mask in rest.items() if mask.any()}


def _offered(split: Split, on_offer: Available | None, seed: int) -> NDArray[np.float64]:
    """Share of each credential in what could have been shown, ``(n,)``, in the mean."""
    some = sampled(split, seed, SAMPLE)
    met = met_matrix(some.train)[some.learners]
    share = np.zeros(split.train.n_credentials)
    for i in range(len(some)):
        there = np.ones(len(share)) if on_offer is None else on_offer(some.at[i : i + 1])[0] * 1.0
        there[met.indices[met.indptr[i] : met.indptr[i + 1]]] = 0.0
        share += there / max(1.0, there.sum())
    return share / max(1, len(some))
