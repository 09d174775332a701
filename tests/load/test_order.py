"""The comparison with real programmes counts right and shows the planner no declared order."""

from __future__ import annotations

import re

import polars as pl
import pytest

from load.order import DECLARED, agreement, withheld
from training.schema import SKILL


def test_agreement_counts_pairs_turned_round() -> None:
    own = [["a", "b", "c"], ["a", "b", "c"], ["a", "b", "c"]]
    found = agreement(own, [["a", "b", "c"], ["c", "b", "a"], ["a", "c", "b"]])
    assert found.tau.tolist() == pytest.approx([1.0, -1.0, 1 / 3])
    assert found.turned == 4


def test_declared_order_is_withheld() -> None:
    ids = [f"course-{i}" for i in range(20)]
    credentials = pl.DataFrame(
        {
            "id": ids,
            "title": ids,
            "description": ["In this third course of the program you learn to weld."] * 20,
            "skills": [[{"skill": "weld", "level": None}]] * 20,
            "recommended_after": [["course-0"]] * 20,
            "stacks_into": [["program"]] * 20,
        },
        schema_overrides={"skills": pl.List(SKILL)},
    )
    tables = withheld(credentials, {"program": ids})
    told = tables["credentials"]
    assert not {"recommended_after", "stacks_into", "prerequisites"} & set(told.columns)
    assert sorted(told["id"]) == sorted(ids)
    assert told["id"].to_list() != ids
    assert not told["description"].str.contains("third").any()
    assert told["description"].str.contains("weld").all()
    assert tables["interactions"].height == 1


@pytest.mark.parametrize(
    "phrase",
    ["Course 3", "course 2 of 5", "the first course", "final capstone course", "4th course"],
)
def test_phrases_that_tell_a_place_are_known(phrase: str) -> None:
    assert re.search(DECLARED, phrase)
