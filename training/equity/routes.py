"""What paths take learners of each group: hours, money, and how much of the role they cover."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from training import metrics
from training.equity.disparity import Case, cases_of
from training.equity.groups import by_attribute, shown
from training.paths import Planned
from training.pipeline import Prepared

MEASURES: Final = ("hours", "cost", "closed")


def measure(prepared: Prepared, planned: Planned, seed: int) -> tuple[dict[str, Any], list[Case]]:
    """Means by each attribute's groups with their intervals, JSON-ready, and the comparisons to be
    made of them.

    A path of which a part is unknown is left out of that mean and counted as ``unknown``. Groups
    in which too few have a known figure are left out as those too small are.
    """
    least = prepared.config.smallest_group
    values = {"hours": planned.hours, "cost": planned.cost, "closed": planned.closed}
    attributes: dict[str, Any] = {}
    cases: list[Case] = []
    for grouping in by_attribute(prepared.data, prepared.learners.ids, planned.learners):
        attributes[grouping.name] = {}
        for name in MEASURES:
            told = shown(grouping, least, ~np.isnan(values[name]))
            attributes[grouping.name][name] = {
                "groups": {
                    group: {
                        "learners": int(mask.sum()),
                        "mean": float(values[name][mask].mean()),
                        "ci": list(metrics.interval(values[name][mask], seed)),
                    }
                    for group, mask in told.masks.items()
                },
                "hidden": told.hidden(),
                "unknown": int(np.isnan(values[name]).sum()),
            }
            cases += cases_of(name, grouping.name, told.masks, values[name], least)
    return planned.told() | {"attributes": attributes}, cases
