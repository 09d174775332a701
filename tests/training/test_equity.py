"""Groups: small ones never told of, planted differences found, fair data left in peace."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import prepared, world

from training import gate, metrics, splits
from training.config import Config
from training.equity import exposure, quality
from training.equity.disparity import Case, by_chance, cases_of, compare, holm
from training.equity.groups import UNKNOWN, Grouping, by_attribute, shown
from training.pipeline import Prepared
from training.splits import Split

LEAST = 5
SIZE = 120


@given(st.lists(st.integers(0, 6), max_size=60), st.integers(2, 8))
def test_nothing_small_can_be_read_or_worked_out(values: list[int], least: int) -> None:
    told = shown(Grouping.of("a", [str(each) for each in values]), least)
    sizes = {group: int(mask.sum()) for group, mask in told.masks.items()}
    assert all(size >= least for size in sizes.values())
    assert told.learners == 0 or told.learners >= least or not sizes
    assert sum(sizes.values()) + told.learners == len(values)
    assert told.groups + len(sizes) == len(set(values))


def test_only_those_with_a_figure_count() -> None:
    grouping = Grouping.of("a", ["x"] * 6 + ["y"] * 6)
    counted = np.arange(12) < 9
    told = shown(grouping, 5, counted)
    assert told.masks == {} and told.groups == 2


def test_attributes_are_read_as_texts_and_unknown_is_a_group() -> None:
    ready = prepared(
        credentials=[{"id": "a", "title": "A"}],
        interactions=[
            {"learner_id": f"l{k}", "credential_id": "a", "occurred_at": "2025-01-01"}
            for k in range(5)
        ],
        learners=[
            {"id": "l0", "attributes": {"age": 30, "remote": True, "tags": ["x"]}},
            {"id": "l1", "attributes": {"age": 30.0, "remote": False}},
            {"id": "l2", "attributes": {"remote": None, "age": " "}},
            {"id": "l3"},
        ],
    )
    found = by_attribute(ready.data, ready.learners.ids, np.arange(5, dtype=np.int32))
    assert [each.name for each in found] == ["age", "remote"]
    age, remote = ([each.labels[code] for code in each.code] for each in found)
    assert age == ["30", "30", UNKNOWN, UNKNOWN, UNKNOWN]
    assert remote == ["yes", "no", UNKNOWN, UNKNOWN, UNKNOWN]


def test_holm_is_the_published_procedure() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_chance_is_as_often_large_as_all_ways_to_divide_say() -> None:
    # Of the 10 ways to draw two of these five, 2 are as far apart as 8 + 9 are from the rest.
    inside, outside = np.array([8.0, 9.0]), np.array([1.0, 2.0, 3.0])
    assert by_chance(inside, outside, 1) == pytest.approx(0.1, abs=0.01)
    assert by_chance(np.array([2.0]), np.array([2.0, 2.0]), 1) == 1.0


def test_fair_groups_are_hardly_ever_called_unfair() -> None:
    rng = np.random.default_rng(0)
    called = 0
    for run in range(60):
        values = rng.choice([0.0, 0.4, 1.0], SIZE)
        masks = {str(k): np.arange(SIZE) % 4 == k for k in range(4)}
        found = compare([*cases_of("ndcg@10", "a", masks, values, LEAST)], run)
        called += any(each["clear"] for each in found)
    assert called <= 6  # 5 % of 60 are 3; more than 6 come by chance in 3 of 100 such tests


def test_a_case_needs_enough_on_both_sides() -> None:
    values = np.r_[np.full(8, np.nan), np.ones(20)]
    masks = {"mostly unknown": np.arange(28) < 10, "nearly all": np.arange(28) < 25}
    assert [*cases_of("hours", "a", masks, values, LEAST)] == []


def asked(n: int = SIZE) -> tuple[Prepared, Split]:
    """Learners in two regions, of whom three are of a clan."""
    ready = prepared(
        credentials=[{"id": c, "title": c} for c in "abc"],
        interactions=[
            {"learner_id": f"l{k:03}", "credential_id": c, "occurred_at": f"2025-01-0{day}"}
            for k in range(n)
            for day, c in enumerate("abc", 1)
        ],
        learners=[
            {
                "id": f"l{k:03}",
                "attributes": {
                    "region": "north" if k % 2 else "south",
                    "clan": "hidden-clan" if k < 3 else "large" if k % 3 else "other",
                },
            }
            for k in range(n)
        ],
    )
    return ready, splits.last(ready.known)


def measured(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    ready, split = asked()
    return quality.measure(ready, split, {"ndcg@10": values, "hit@10": values}, 1)


def test_a_planted_disparity_is_found_and_refused() -> None:
    rng = np.random.default_rng(3)
    north = np.arange(SIZE) % 2 == 1
    values = rng.choice([0.0, 0.5, 1.0], SIZE) * np.where(north, 0.2, 1.0)
    found = measured(values)
    clear = {(each["attribute"], each["group"]) for each in found["tests"] if each["clear"]}
    assert clear == {("region", "north"), ("region", "south")}
    test = next(each for each in found["tests"] if each["group"] == "north")
    low, high = test["ci"]
    assert low < test["difference"] < high < -0.1
    assert test["joint"][0] <= low and high <= test["joint"][1]
    faults = gate.disparities(found, 0.1)
    assert len(faults) == 1 and "region 'north'" in faults[0]
    assert gate.disparities(found, 0.5) == gate.disparities(found, None) == []


def test_fair_data_are_let_through() -> None:
    values = np.random.default_rng(4).choice([0.0, 0.5, 1.0], SIZE)
    found = measured(values)
    assert found["tests"] and not any(each["clear"] for each in found["tests"])
    assert gate.disparities(found, 0.05) == []


def test_a_small_group_leaves_no_trace() -> None:
    found = measured(np.ones(SIZE))
    assert "hidden-clan" not in str(found)
    clan = found["attributes"]["clan"]
    assert clan["hidden"]["groups"] == 2  # the next smallest too, or three would be worked out
    assert clan["hidden"]["learners"] >= found["least"]


def test_data_without_attributes_set_no_bar() -> None:
    bare = prepared(
        credentials=[{"id": c, "title": c} for c in "abc"],
        interactions=[
            {"learner_id": "l", "credential_id": c, "occurred_at": f"2025-01-0{day}"}
            for day, c in enumerate("abc", 1)
        ],
    )
    found = quality.measure(
        bare, splits.last(bare.known), dict.fromkeys(metrics.BRIEFLY, np.ones(1)), 1
    )
    assert found["attributes"] == {} and found["tests"] == []
    assert gate.disparities(found, 0.01) == []
    assert Config().largest_disparity == 0.1


def test_exposure_is_shares_of_places_of_what_is_there_and_of_what_is_taken() -> None:
    rows: dict[str, Any] = {
        "credentials": [
            {"id": "a", "title": "A", "language": "en"},
            {"id": "b", "title": "B", "language": "en"},
            {"id": "c", "title": "C", "language": "es"},
            {"id": "d", "title": "D"},
        ],
        "interactions": [
            {"learner_id": f"l{k}", "credential_id": c, "occurred_at": f"2025-01-0{day}"}
            for k in range(4)
            for day, c in enumerate("abc", 1)
        ],
    }
    made, ready = world(**rows), prepared(**rows)
    split = splits.last(ready.known)  # knows a and b, asks for c
    lists = np.array([[2, 3, -1]] * 4, np.int32)
    found = exposure.measure(made, split, lists, None, 1, 1)["language"]
    first, second = 1.0, 1 / np.log2(3)
    assert found["es"]["shown"] == pytest.approx(first / (first + second))
    assert found[UNKNOWN]["shown"] == pytest.approx(second / (first + second))
    assert found["es"]["taken"] == 1.0
    assert found["es"]["available"] == pytest.approx(0.5)  # a and b are met already
    assert found["en"]["available"] == found["en"]["shown"] == 0.0
    joined = exposure.measure(made, split, lists, None, 2, 1)["language"]
    assert set(joined) == {"en", exposure.SMALL, UNKNOWN}
    assert exposure.least_shown({"language": found}) == ("language", "es")


def test_cases_are_told_by_what_they_compare() -> None:
    values = np.r_[np.zeros(20), np.ones(20)]
    [found] = compare([Case("closed", "a", "x", values, np.arange(40) < 20)], 1)
    assert (found["measure"], found["group"], found["learners"]) == ("closed", "x", 20)
    assert found["difference"] == -1.0 and found["clear"] and found["ci"] == [-1.0, -1.0]
