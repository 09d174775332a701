"""The release gate: whether a new bundle may be served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from training.evaluate import PIPELINE

SLICES: Final = ("all", "warm", "cold")
FLOOR: Final = "popularity"


def faults(report: Mapping[str, Any]) -> list[str]:
    """Why a bundle with this evaluation must not be promoted; empty when it may.

    The pipeline must not be significantly below popularity on any main slice.
    """
    mine, floor = report["models"][PIPELINE], report["models"][FLOOR]
    found = []
    for part in SLICES:
        if part not in mine:
            continue
        best, least = mine[part]["ci"]["ndcg@10"][1], floor[part]["ndcg@10"]
        if not best >= least:  # also when it is no number
            found.append(
                f"NDCG@10 of {mine[part]['ndcg@10']:.3f} on '{part}' is below "
                f"popularity's {least:.3f}"
            )
    return found
