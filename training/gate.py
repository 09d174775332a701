"""The release gate: whether a new bundle may be served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from training.evaluate import PIPELINE

SLICES: Final = ("all", "warm", "cold")
FLOOR: Final = "popularity"
FIGURE: Final = "ndcg@10"


def faults(
    report: Mapping[str, Any],
    current: Mapping[str, Any] | None = None,
    largest_disparity: float | None = None,
) -> list[str]:
    """Why a bundle with this evaluation must not be promoted; empty when it may.

    The pipeline must not be below popularity on any main slice, nor significantly below
    the ``current`` bundle's own evaluation: its interval must not end below where the
    other's begins. A current bundle without an evaluation sets no bar. No group of learners may
    be surely, with an interval that holds for all groups together, by more than
    ``largest_disparity`` below all others; data that tell of no groups set no bar.
    """
    mine, floor = report["models"][PIPELINE], report["models"][FLOOR]
    found = [
        f"NDCG@10 of {mine[part][FIGURE]:.3f} on '{part}' is below "
        f"popularity's {floor[part][FIGURE]:.3f}"
        for part in SLICES
        if part in mine and not mine[part][FIGURE] >= floor[part][FIGURE]  # NaN is no figure
    ]
    if current and "models" in current:
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
