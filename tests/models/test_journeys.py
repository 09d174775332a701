"""Earlier learners' ways: whose were alike, what followed two steps, what is begun with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.journeys import Journeys
from models.met import Met
from training import journeys
from training.counts import Counts, Part
from training.interactions import Interactions

N = 8
WAYS = st.lists(st.lists(st.integers(0, N - 1), max_size=6), min_size=1, max_size=6)


def interactions(ways: list[list[int]]) -> Interactions:
    learner = np.repeat(np.arange(len(ways)), [len(way) for way in ways])
    taken = np.array([each for way in ways for each in way], np.int32)
    at = np.arange(len(taken), dtype=np.float64)
    return Interactions.build(
        learner.astype(np.int32), taken, at, n_learners=len(ways), n_credentials=N
    )


def counted(ways: list[list[int]]) -> Counts:
    nowhere = np.full(len(ways), -1, np.int32)
    return Counts.of(Part(interactions(ways), nowhere), n_roles=0, longest=1)


def alike(ways: list[list[int]], history: list[int]) -> np.ndarray:
    met = Met(N, np.zeros(1, np.float32))
    found = Journeys(*journeys.journeys(interactions(ways)))
    met.add_journeys(found, np.array(history, np.int32), 0)
    return met.of(np.arange(N))[:, 0]


@given(WAYS, st.lists(st.integers(0, N - 1), max_size=5, unique=True))
def test_shares_are_within_bounds_and_of_shared_ways_only(
    ways: list[list[int]], history: list[int]
) -> None:
    value = alike(ways, history)
    assert value.shape == (N,)
    assert ((value >= 0) & (value <= 1)).all()
    touched = {each for way in ways if set(way) & set(history) for each in way}
    assert set(np.flatnonzero(value).tolist()) <= touched


def test_those_who_shared_more_of_the_way_say_more() -> None:
    value = alike([[0, 1, 2], [0, 1, 2], [0, 3], [5, 4]], [0, 1])
    assert value[2] > value[3] > 0
    assert value[4] == 0


def test_what_comes_after_says_more_than_what_came_before() -> None:
    value = alike([[2, 1, 3]], [1])
    assert value[3] > value[2] > 0


def test_only_the_latest_journeys_through_a_credential_are_kept() -> None:
    many = [[0, 1]] * journeys.LATEST + [[0, 2]]
    taken, passing = journeys.journeys(interactions(many))
    assert taken.n_rows == journeys.LATEST + 1
    through, places = passing.row(0)
    assert len(through) == journeys.LATEST
    assert journeys.LATEST in through.tolist()  # the latest of all
    assert 0 not in through.tolist()
    assert set(places.tolist()) == {0.0}


@given(WAYS)
def test_shares_after_a_pair_are_counts_over_all_that_followed(ways: list[list[int]]) -> None:
    keys, shares = journeys.after_pairs(counted(ways).after_pair, N)
    counts: dict[int, dict[int, int]] = {}
    for way in ways:
        steps = [way[i] for i in range(len(way)) if not i or way[i] != way[i - 1]]
        for a, b, c in zip(steps, steps[1:], steps[2:], strict=False):
            of = counts.setdefault(a * N + b, {})
            of[c] = of.get(c, 0) + 1
    assert keys.tolist() == sorted(counts)
    for i, key in enumerate(keys.tolist()):
        total = sum(counts[key].values()) + 1
        row = shares[[i]].toarray()[0]
        assert row == pytest.approx([counts[key].get(c, 0) / total for c in range(N)])


def test_begun_with_counts_first_meetings() -> None:
    assert journeys.begun_with(counted([[0, 1], [0, 2], [1]]).begun).tolist()[:3] == [1.0, 0.5, 0.0]
