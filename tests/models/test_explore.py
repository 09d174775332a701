"""What is left to chance happens as often as its propensity says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from models import bundle
from models.bundle import Bundle
from models.domain import Ask, Learner, Recommendation
from models.explore import Exploration, drawn, propensities
from models.recommend import recommend

SCORES = np.array([0.9, 0.8, 0.8, 0.2])


def by(
    epsilon: float = 0.3, among: int = 4, temperature: float = 0.2, seed: int = 0
) -> Exploration:
    return Exploration(epsilon, among, temperature, seed)


def test_propensities_are_those_of_epsilon_and_softmax() -> None:
    odds = propensities(SCORES, by())
    soft = np.exp(SCORES / 0.2) / np.exp(SCORES / 0.2).sum()
    assert odds == pytest.approx(0.3 * soft + 0.7 * np.array([1, 0, 0, 0]))


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20),
    st.floats(0, 1),
    st.floats(0.001, 100),
)
def test_they_sum_to_one_and_only_the_best_is_favoured(
    scores: list[float], epsilon: float, temperature: float
) -> None:
    odds = propensities(np.array(scores), by(epsilon, temperature=temperature))
    assert odds.sum() == pytest.approx(1.0)
    assert (odds >= 0).all()
    assert odds[0] >= 1 - epsilon - 1e-12


def test_draws_follow_their_propensities() -> None:
    odds = propensities(SCORES, by(0.8))
    counts = np.bincount([drawn(odds, seed) for seed in range(5_000)], minlength=4)
    assert chisquare(counts, odds * 5_000).pvalue > 0.001


@pytest.fixture(scope="module")
def tiny(tiny_bundle: Path) -> Bundle:
    return bundle.read(tiny_bundle)


def asked(loaded: Bundle, exploration: Exploration | None, **more: object) -> Recommendation:
    return recommend(loaded, Ask(Learner(), 0.0, limit=5, exploration=exploration, **more))


def test_only_the_first_place_is_left_to_chance(tiny: Bundle) -> None:
    usual = [item.credential for item in asked(tiny, None).items]
    firsts = set()
    for seed in range(60):
        found = asked(tiny, by(1.0, 3, 100.0, seed))
        rows = [item.credential for item in found.items]
        first, *rest = rows
        assert rest == [row for row in usual if row != first]
        assert len(found.propensities) == 3
        assert sum(found.propensities) == pytest.approx(1.0)
        firsts.add(first)
    assert firsts == set(usual[:3])


def test_propensities_come_in_the_order_shown(tiny: Bundle) -> None:
    usual = [item.credential for item in asked(tiny, None).items]
    for seed in range(40):
        found = asked(tiny, by(0.5, 3, 0.1, seed))
        odds = dict(
            zip((item.credential for item in found.items), found.propensities, strict=False)
        )
        scores = np.array([item.score for item in asked(tiny, None).items[:3]])
        expected = dict(zip(usual, propensities(scores, by(0.5, 3, 0.1)).tolist(), strict=False))
        assert odds == pytest.approx(expected, abs=1e-4)


def test_the_same_seed_draws_the_same(tiny: Bundle) -> None:
    assert asked(tiny, by(0.9, 4, 1.0, 7)) == asked(tiny, by(0.9, 4, 1.0, 7))


def test_without_chance_or_with_pins_there_is_nothing_to_tell(tiny: Bundle) -> None:
    assert asked(tiny, None).propensities == ()
    pinned = (tiny.credentials.ids[0],)
    assert asked(tiny, by(1.0), pinned=pinned).propensities == ()


def test_candidates_are_counted_by_source(tiny: Bundle) -> None:
    found = asked(tiny, None)
    for item in found.items:
        assert all(found.candidates[source] > 0 for source in item.sources)
    assert found.candidates["collaborative"] == 0  # of nobody known
