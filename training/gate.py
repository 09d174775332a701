"""The release gate: whether a new bundle may be served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from models.bundle.registry import Served
from training.metrics import PIPELINE

SLICES: Final = ("all", "warm", "cold")
FLOOR: Final = "popularity"
FIGURE: Final = "ndcg@10"

ENOUGH: Final = 50
"""So many questions that can fairly be put to both bundles are enough to compare by."""


def verdict(
    report: Mapping[str, Any] | None,
    credentials: frozenset[str],
    current: Served | None,
    largest_disparity: float | None = None,
    *,
    interactions: int,
) -> list[str]:
    """Why a bundle over ``credentials`` must not take the place of the ``current`` one; empty when
    it may. ``report`` is its evaluation, see ``faults``. It is ``None`` when there was nobody to
    ask, and then the bundle may be the first, or follow another of which that is true, as long as
    it was made of no fewer ``interactions``.
    """
    if report is None:
        return _unjudged(current, interactions)
    return faults(report, _bar(current, credentials), largest_disparity)


def faults(
    report: Mapping[str, Any],
    current: Mapping[str, Any] | None = None,
    largest_disparity: float | None = None,
) -> list[str]:
    """Why a bundle with this evaluation must not be promoted; empty when it may.

    The pipeline must not be below popularity on any main slice, nor significantly below the
    current bundle. Where both can fairly be asked the same questions, the interval of the paired
    difference must not end below zero. Else the interval of the pipeline's figure must not end
    below where that of the ``current`` bundle's own evaluation begins; a current bundle without
    an evaluation sets no bar. No group of learners may be surely, with an interval that holds for
    all groups together, by more than ``largest_disparity`` below all others; data that tell of no
    groups set no bar.
    """
    mine, floor = report["models"][PIPELINE], report["models"][FLOOR]
    found = [
        f"NDCG@10 of {mine[part][FIGURE]:.3f} on '{part}' is below "
        f"popularity's {floor[part][FIGURE]:.3f}"
        for part in SLICES
        if part in mine and not mine[part][FIGURE] >= floor[part][FIGURE]  # NaN is no figure
    ]
    beside = report.get("served")
    if beside and beside["questions"] >= ENOUGH:
        if beside["paired"][1] < 0:
            found.append(
                f"NDCG@10 of {beside[FIGURE]:.3f} is significantly below the current bundle's "
                f"{beside['current']:.3f} on the same {beside['questions']} questions"
            )
    elif current and "models" in current:
        before = current["models"][PIPELINE]["all"]
        if mine["all"]["ci"][FIGURE][1] < before["ci"][FIGURE][0]:
            found.append(
                f"NDCG@10 of {mine['all'][FIGURE]:.3f} is significantly below the current "
                f"bundle's {before[FIGURE]:.3f}"
            )
    return found + disparities(report.get("equity", {"tests": ()}), largest_disparity)


def disparities(equity: Mapping[str, Any], largest: float | None) -> list[str]:
    """The groups of learners that are surely by more than ``largest`` below all others."""
    return [
        f"NDCG@10 of learners with {each['attribute']} '{each['group']}' is surely by more than "
        f"{largest:g} below that of all others: {each['difference']:+.3f}, "
        f"{each['joint'][0]:+.3f}…{each['joint'][1]:+.3f}"
        for each in equity["tests"]
        if largest is not None and each["measure"] == FIGURE and each["joint"][1] < -largest
    ]


def _unjudged(current: Served | None, interactions: int) -> list[str]:
    if current is None:
        return []
    before = current.manifest.data.counts["interactions"]
    if "models" in current.metrics:
        reason = "the current bundle was evaluated"
    elif interactions < before:
        reason = f"it knows {interactions} interactions, the current bundle {before}"
    else:
        return []
    return [f"no learner has enough history to evaluate it with, and {reason}"]


def _bar(current: Served | None, credentials: frozenset[str]) -> Mapping[str, Any] | None:
    """The evaluation to measure up to: that of a bundle over mostly the same credentials.

    Figures over another catalogue say nothing about this one.
    """
    if current is None:
        return None
    kept = current.credentials & credentials
    return current.metrics if 2 * len(kept) >= len(current.credentials) else None
