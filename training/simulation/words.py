"""Words from which synthetic worlds are made; no combination means a real course."""

from __future__ import annotations

from typing import Final

import polars as pl

FIELDS: Final = (
    "harbour logistics", "grid operations", "timber construction", "water treatment",
    "rail signalling", "greenhouse farming", "textile production", "museum collections",
    "forest management", "aircraft cabins", "city planning", "food laboratories",
    "sound engineering", "glass making", "river transport", "dental workshops",
    "postal networks", "wind farms", "library services", "ceramic printing",
    "animal care", "stage lighting", "quarry works", "parcel robotics",
)  # fmt: skip

BRANCHES: Final = (
    "coastal", "urban", "rural", "alpine", "mobile", "digital", "seasonal", "regional", "public",
    "cooperative", "heritage", "emergency", "export", "small-scale", "automated", "training",
    "night-time", "low-carbon",
)  # fmt: skip

ACTIVITIES: Final = (
    "planning", "inspection", "maintenance", "scheduling", "documentation", "measurement",
    "safety", "budgeting", "modelling", "purchasing", "training of staff", "customer advice",
    "fault finding", "quality control", "data analysis", "software tools", "risk assessment",
    "team leading", "commissioning", "recycling",
)  # fmt: skip

JOBS: Final = ("assistant", "technician", "coordinator")

BANDS: Final = ("Introduction to", "Practice of", "Advanced", "Mastery of")

PER_TOPIC: Final = len(ACTIVITIES)
"""Skills in a topic."""


def topics(count: int) -> list[str]:
    """Names of the first ``count`` topics, at most one for each branch of each field."""
    n = len(FIELDS)
    return [f"{BRANCHES[topic // n]} {FIELDS[topic % n]}" for topic in range(count)]


def numbered(kind: str, count: int) -> pl.Series:
    """The ids ``kind-1`` to ``kind-COUNT``."""
    return pl.select(pl.format(kind + "-{}", pl.int_range(1, count + 1))).to_series().alias("id")
