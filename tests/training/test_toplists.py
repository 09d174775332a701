from __future__ import annotations

import numpy as np
import pytest
from histories import histories
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from training import splits, toplists
from training.toplists import NONE, top, top_lists


def test_ties_break_by_the_given_order() -> None:
    scores = np.array([[1, 2, 2, 2, 0]], np.float32)
    assert top(scores, 3).tolist() == [[1, 2, 3]]
    by_id = np.array([4, 3, 2, 1, 0], np.int32)
    assert top(scores, 3, by_id).tolist() == [[3, 2, 1]]


def test_masked_scores_are_never_listed() -> None:
    scores = np.array([[-np.inf, 1, -np.inf]], np.float32)
    assert top(scores, 5).tolist() == [[1, NONE, NONE, NONE, NONE]]


@settings(max_examples=200, deadline=None)
@given(
    arrays(np.float32, (3, 9), elements=st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0])),
    st.permutations(range(9)),
    st.integers(1, 12),
)
def test_top_is_the_full_sort_cut_off(scores: np.ndarray, by_id: list[int], k: int) -> None:
    got = top(scores, k, np.array(by_id, np.int32))
    for row in range(3):
        full = sorted(range(9), key=lambda c: (-scores[row, c], by_id.index(c)))
        listed = [c for c in full if scores[row, c] > -np.inf][:k]
        assert got[row].tolist() == listed + [NONE] * (k - len(listed))


def test_top_lists_leave_out_what_is_held_and_what_is_not_on_offer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(toplists, "CELLS", 10)  # two learners a batch
    split = splits.last(histories("abc", "bcd", "cde", n_credentials=5))

    def by_column(learners: np.ndarray) -> np.ndarray:
        return np.tile(np.arange(5, dtype=np.float32), (len(learners), 1))

    assert top_lists(by_column, split, depth=4).tolist() == [
        [4, 3, 2, NONE],
        [4, 3, 0, NONE],
        [4, 1, 0, NONE],
    ]

    def without_e(at: np.ndarray) -> np.ndarray:
        assert (at == 2.0).all()
        return np.tile(np.arange(5) != 4, (len(at), 1))

    assert top_lists(by_column, split, available=without_e, depth=2).tolist() == [
        [3, 2],
        [3, 0],
        [1, 0],
    ]
