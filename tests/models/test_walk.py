from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.walk import Walk

ACTS = st.lists(
    st.tuples(st.sampled_from([0, 1, 2, 3, 4, 2**20, 2**31 - 1]), st.sampled_from([0.3, 0.5, 1.0])),
    max_size=30,
)


@given(ACTS)
def test_a_walk_is_what_its_acts_say(acts: list[tuple[int, float]]) -> None:
    rows = np.array([row for row, _ in acts], np.int32)
    weights = np.array([weight for _, weight in acts], np.float32)
    walk = Walk.of(rows, np.arange(len(acts), dtype=np.float64), weights)

    assert walk.history.tolist() == list(dict.fromkeys(rows.tolist()))
    assert walk.history_weights.tolist() == [weights[rows == row].max() for row in walk.history]

    starts = [i for i in range(len(acts)) if i == 0 or rows[i] != rows[i - 1]]
    assert walk.times.tolist() == starts
    assert walk.steps.tolist() == rows[starts].tolist()
    ends = [*starts[1:], len(acts)][: len(starts)]
    strongest = [weights[start:end].max() for start, end in zip(starts, ends, strict=True)]
    assert walk.step_weights.tolist() == strongest


def test_what_was_never_met_is_gone_from_both() -> None:
    acts = np.array([1, 2, 1, 3], np.int32)
    walk = Walk.of(acts, np.arange(4.0), np.full(4, 0.5, np.float32)).without(1, 9)
    assert walk.history.tolist() == walk.steps.tolist() == [2, 3]
    assert walk.times.tolist() == [1, 3]
