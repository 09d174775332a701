from __future__ import annotations

from typing import Any

import pytest

from training.gate import faults


def report(mine: dict[str, tuple[float, float]], floor: dict[str, float]) -> dict[str, Any]:
    """``mine``: NDCG@10 and the upper end of its interval, by slice."""
    return {
        "models": {
            "cairn": {
                part: {"ndcg@10": value, "ci": {"ndcg@10": [0.0, high]}}
                for part, (value, high) in mine.items()
            },
            "popularity": {part: {"ndcg@10": value} for part, value in floor.items()},
        }
    }


def test_better_than_popularity_passes() -> None:
    assert faults(report({"all": (0.3, 0.35)}, {"all": 0.1})) == []


def test_below_popularity_is_refused_however_little() -> None:
    assert faults(report({"all": (0.09, 0.12)}, {"all": 0.1})) == [
        "NDCG@10 of 0.090 on 'all' is below popularity's 0.100"
    ]


def test_significantly_below_the_current_bundle_is_refused() -> None:
    current = report({"all": (0.4, 0.45)}, {"all": 0.1})
    current["models"]["cairn"]["all"]["ci"]["ndcg@10"] = [0.36, 0.45]
    assert faults(report({"all": (0.34, 0.37)}, {"all": 0.1}), current) == []
    assert faults(report({"all": (0.3, 0.35)}, {"all": 0.1}), current) == [
        "NDCG@10 of 0.300 is significantly below the current bundle's 0.400"
    ]
    assert faults(report({"all": (0.3, 0.35)}, {"all": 0.1}), {}) == []


def test_each_slice_below_is_named_with_its_figures() -> None:
    found = faults(
        report(
            {"all": (0.3, 0.35), "warm": (0.31, 0.36), "cold": (0.05, 0.07), "history 1": (0, 0)},
            {"all": 0.1, "warm": 0.1, "cold": 0.08, "history 1": 0.5},
        )
    )
    assert found == ["NDCG@10 of 0.050 on 'cold' is below popularity's 0.080"]


@pytest.mark.parametrize("high", [float("nan"), 0.0])
def test_a_model_without_a_number_is_no_model(high: float) -> None:
    assert faults(report({"all": (high, high)}, {"all": 0.1}))
