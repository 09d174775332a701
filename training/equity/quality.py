"""How good the lists are for each group of learners."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from training import metrics
from training.equity.disparity import Case, cases_of, compare
from training.equity.groups import by_attribute, shown
from training.pipeline import Prepared
from training.splits import Split


def measure(
    prepared: Prepared, split: Split, values: dict[str, NDArray[np.float64]], seed: int
) -> dict[str, Any]:
    """NDCG@10 and hit rate by each attribute's groups, and what sets groups apart, JSON-ready.

    ``values`` are those of ``metrics.measure``. Groups smaller than the configuration's
    ``smallest_group`` are left out, and nothing tells what they are.
    """
    least = prepared.config.smallest_group
    attributes: dict[str, Any] = {}
    cases: list[Case] = []
    for grouping in by_attribute(prepared.data, prepared.learners.ids, split.learners):
        told = shown(grouping, least)
        attributes[grouping.name] = {
            "groups": {
                group: {"learners": int(mask.sum())}
                | metrics.brief({name: each[mask] for name, each in values.items()}, seed)
                for group, mask in told.masks.items()
            },
            "hidden": told.hidden(),
        }
        for name in metrics.BRIEFLY:
            cases += cases_of(name, grouping.name, told.masks, values[name], least)
    return {"least": least, "attributes": attributes, "tests": compare(cases, seed)}
