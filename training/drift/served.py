"""Drift of what was served: how scores are spread, and whether what is likely is taken as often."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np

from models.domain import Event, Kind
from models.histories import standing
from models.trials import ratio
from training.acceptance import SHOWN, counted
from training.drift.data import Histories
from training.drift.stability import Verdict, shift, wilson
from training.erased import mark

EXPECTED: Final = 20.0
"""So many hits have to be expected before predicted and observed ones are compared."""

CALIBRATED, TIMID, BOLD = "calibrated", "taken more often than predicted", "taken less often"

Decisions = Sequence[Mapping[str, Any]]


class Answered(NamedTuple):
    """A list that was served and then led to an act: scores and credentials of its first items,
    what was met next, and whose it was.
    """

    scores: list[float]
    shown: list[str]
    next: str
    learner: str


def scores(at_training: Mapping[str, Any], decisions: Decisions) -> dict[str, Any]:
    """The scores of served items beside those at training, ``acceptance.at_training``'s: the
    index, its verdict and the shares by bin. JSON-ready.
    """
    edges = np.array(at_training["edges"])
    served = [score for each in decisions for score, _ in _items(each)]
    counts = counted(edges, np.array(served, np.float64), np.zeros(len(served), np.bool_))["items"]
    told: dict[str, Any] = {"training": sum(at_training["items"]), "recent": len(served)}
    if len(counts) > 1 and served:
        told |= asdict(shift(at_training["items"], counts))
    rows = zip(_labels(at_training["edges"]), at_training["items"], counts, strict=True)
    return told | {"bins": [dict(zip(("bin", "training", "recent"), r, strict=True)) for r in rows]}


def calibration(
    at_training: Mapping[str, Any], decisions: Decisions, acts: Histories, tenant: str
) -> dict[str, Any]:
    """Of lists that led to an act: how often each item was the credential met next, beside how
    often that was so at training for items of such a score. JSON-ready.

    ``acts`` holds all that is known of the learners, oldest first. Each new credential met counts
    for the latest list before it. ``ratio`` is observed over predicted hits with its 95 % interval
    by learner, ``error`` the mean distance of the two over the bins, weighted by their items.
    """
    edges = np.array(at_training["edges"])
    rate = np.array(at_training["hits"]) / np.maximum(at_training["items"], 1)
    answered = list(_answered(decisions, acts, tenant))
    score = np.array([s for each in answered for s in each.scores], np.float64)
    hit = np.array([c == each.next for each in answered for c in each.shown], np.bool_)
    of = np.repeat(np.arange(len(answered)), [len(each.shown) for each in answered])
    predicted = rate[np.searchsorted(edges, score, "right")]
    told: dict[str, Any] = {
        "answers": len(answered), "predicted": float(predicted.sum()), "observed": int(hit.sum()),
    }  # fmt: skip
    if told["predicted"] < EXPECTED:
        return told | {"verdict": Verdict.TOO_SMALL}
    names = {name: at for at, name in enumerate(sorted({each.learner for each in answered}))}
    whose = np.array([names[each.learner] for each in answered])
    n = len(answered)
    found = ratio(
        np.bincount(of, hit, n).astype(np.float64),
        np.bincount(of, predicted, n).astype(np.float64),
        whose,
    )
    counts = counted(edges, score, hit)
    bins: list[dict[str, Any]] = [
        {
            "bin": label,
            "predicted": expected,
            "observed": hits / items,
            "items": items,
            "ci": list(wilson(hits, items)),
        }
        for label, expected, hits, items in zip(
            _labels(at_training["edges"]),
            rate.tolist(),
            counts["hits"],
            counts["items"],
            strict=True,
        )
        if items
    ]
    off = sum(abs(each["observed"] - each["predicted"]) * each["items"] for each in bins)
    low, high = found.low, found.high
    verdict = TIMID if low > 1 else BOLD if high < 1 else CALIBRATED
    return told | {
        "ratio": found.value, "ci": [low, high], "error": off / len(score), "verdict": verdict,
        "bins": bins,
    }  # fmt: skip


def _answered(decisions: Decisions, acts: Histories, tenant: str) -> Iterator[Answered]:
    lists: defaultdict[str, list[tuple[float, Mapping[str, Any]]]] = defaultdict(list)
    for each in decisions:
        if each["learner"] is not None:
            lists[each["learner"]].append((each["at"], each))
    for learner, history in acts.items():
        mine = sorted(lists.get(mark(tenant, learner), ()), key=lambda pair: pair[0])
        for act in _meetings(history) if mine else ():
            before = bisect_left(mine, act.at, key=lambda pair: pair[0])
            if before:
                items = list(_items(mine[before - 1][1]))
                yield Answered(
                    [s for s, _ in items], [c for _, c in items], act.credential, learner
                )
                # One list led to one next credential; what was met before it is no answer to it.
                mine = mine[before:]


def _meetings(history: Sequence[Event]) -> Iterator[Event]:
    """The first act on each credential, oldest first."""
    met: set[str] = set()
    for act in standing(sorted(history, key=lambda act: act.at)):
        if act.kind is not Kind.DISMISS and act.credential not in met:
            met.add(act.credential)
            yield act


def _items(decision: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    for item in decision["items"][:SHOWN]:
        yield float(item["score"]), str(item["credential"])


def _labels(edges: Sequence[float]) -> list[str]:
    ends = ["0", *(f"{edge:.3f}" for edge in edges), "1"]
    return [f"{low}…{high}" for low, high in pairwise(ends)]
