from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.matching import (
    BROADER_CREDIT,
    MATCH_SIMILARITY,
    NARROWER_CREDIT,
    NEAR_CREDIT,
    Matcher,
    Names,
    near_skills,
)

IDS = ["s1", "Python", "s3"]
LABELS = ["Data analysis", "Python language", "Welding"]
ALIASES = ['["analytics"]', None, None]
KNOWN = Names.of(IDS, LABELS, ALIASES)
NO_VECTORS = np.zeros((0, 0), np.float32)


def match(*wanted: str) -> Matcher:
    return Matcher.build(KNOWN, wanted, {}, NO_VECTORS)


@pytest.mark.parametrize(
    ("text", "row", "score"),
    [
        ("s1", 0, np.nan),
        (" s1 ", 0, np.nan),
        ("data ANALYSIS", 0, 1.0),
        (" Analytics", 0, 1.0),
        ("Python", 1, np.nan),
    ],
)
def test_ids_come_first_then_names(text: str, row: int, score: float) -> None:
    found = match(text)
    assert found.found[text].row == row
    np.testing.assert_equal(found.found[text].score, score)
    assert found.texts == ()


def test_the_rest_becomes_skills_of_its_own_spelled_as_first_seen() -> None:
    found = match("Juggling", "juggling ", "Diving", "python", "Python")
    assert found.texts == ("Juggling", "Diving", "python")
    rows = [found.found[text].row for text in ("Juggling", "juggling ", "Diving", "python")]
    assert rows == [3, 3, 4, 5]
    assert found.found["Python"].row == 1
    assert np.isnan(found.found["Juggling"].score)


@given(st.lists(st.text(max_size=4).filter(str.strip), max_size=12))
def test_every_name_leads_to_one_row_and_no_id_comes_twice(wanted: list[str]) -> None:
    found = match(*wanted)
    assert found.found.keys() == set(wanted)
    names = [*IDS, *found.texts]
    assert len(set(names)) == len(names)
    assert {each.row for each in found.found.values()} >= set(range(3, len(names)))
    assert max((each.row for each in found.found.values()), default=0) < max(len(names), 1)


def test_meaning_counts_from_a_similarity_on() -> None:
    taxonomy = np.eye(3, 4, dtype=np.float32)
    near = np.array([0.9, 0, 0, np.sqrt(1 - 0.81)], np.float32)
    far = np.array([0.6, 0, 0, 0.8], np.float32)
    assert far[0] < MATCH_SIMILARITY < near[0]
    wanted = {"near": near, "far": far}
    found = Matcher.build(KNOWN, wanted, wanted, taxonomy)
    assert found.found["near"].row == 0
    assert found.found["near"].score == pytest.approx(0.9)
    assert found.texts == ("far",)


def test_credit_of_near_skills() -> None:
    vectors = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    near = near_skills(vectors, 3, [(2, 0)])
    dense = np.zeros((3, 3))
    for row in range(3):
        columns, values = near.row(row)
        dense[row, columns] = values
    by_meaning = NEAR_CREDIT * (0.8 - 0.6) / 0.4
    expected = [[1, by_meaning, NARROWER_CREDIT], [by_meaning, 1, 0], [BROADER_CREDIT, 0, 1]]
    np.testing.assert_allclose(dense, expected, atol=1e-6)


def test_without_vectors_only_links_count() -> None:
    near = near_skills(np.zeros((0, 0), np.float32), 2, [])
    assert [near.row(row)[0].tolist() for row in range(2)] == [[0], [1]]
