"""Off-policy estimates on simulated logs whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.explore import Exploration, propensities
from models.offpolicy import Worth, worth

ITEMS = 5
LEARNERS = 400
RUNS = 400
EXPLORING = Exploration(0.5, ITEMS, 0.5, 0)


class World:
    """Contexts with a score for each item, which the logging policy goes by, and with the true
    odds that each is taken, which the target policy knows better.
    """

    def __init__(self, seed: int = 5, contexts: int = 30) -> None:
        rng = np.random.default_rng(seed)
        scores = rng.random((contexts, ITEMS))
        order = np.argsort(-scores, axis=1)
        self.logged = np.empty((contexts, ITEMS))
        for context in range(contexts):
            places = order[context]
            self.logged[context, places] = propensities(scores[context, places], EXPLORING)
        self.taken = 0.1 + 0.5 * rng.random((contexts, ITEMS))
        best = (self.taken + rng.normal(0, 0.1, self.taken.shape)).argmax(1)
        self.target = np.eye(ITEMS)[best]
        self.truth = float((self.target * self.taken).sum(1).mean())

    def log(self, seed: int, learners: int = LEARNERS) -> tuple[NDArray[Any], ...]:
        """Reward, propensities of what was shown, and whose: three answers for each learner, who
        takes more or less than the others.
        """
        rng = np.random.default_rng(seed)
        owner = np.repeat(np.arange(learners), 3)
        context = rng.integers(len(self.logged), size=len(owner))
        edges = self.logged[context].cumsum(1)
        shown = (rng.random((len(owner), 1)) > edges).sum(1).clip(max=ITEMS - 1)
        mood = rng.uniform(0.5, 1.5, learners)[owner]
        reward = rng.random(len(owner)) < self.taken[context, shown] * mood
        at = context, shown
        return reward.astype(np.float64), self.logged[at], self.target[at], owner


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def found(world: World) -> list[Worth]:
    return [worth(*world.log(seed)) for seed in range(RUNS)]


def test_ips_is_unbiased(world: World, found: list[Worth]) -> None:
    values = np.array([each.ips.value for each in found])
    assert abs(values.mean() - world.truth) < 3 * values.std() / np.sqrt(RUNS)
    # What the log itself earned is something else, so this is no matter of course.
    naive = np.mean([world.log(seed)[0].mean() for seed in range(20)])
    assert abs(naive - world.truth) > 0.05


def test_snips_is_close_and_varies_less(world: World, found: list[Worth]) -> None:
    ips = np.array([each.ips.value for each in found])
    snips = np.array([each.snips.value for each in found])
    assert abs(snips.mean() - world.truth) < 0.01
    assert snips.std() < 0.9 * ips.std()


@pytest.mark.parametrize("kind", ["ips", "snips"])
def test_intervals_cover_the_truth(world: World, found: list[Worth], kind: str) -> None:
    estimates = [getattr(each, kind) for each in found]
    share = np.mean([each.low <= world.truth <= each.high for each in estimates])
    assert 0.92 <= share <= 0.98


def test_the_logging_policy_judged_by_its_own_log_is_the_mean(world: World) -> None:
    rewards, logged, _, owner = world.log(1)
    same = worth(rewards, logged, logged, owner)
    assert same.ips.value == same.snips.value == pytest.approx(rewards.mean())
    assert same.effective == pytest.approx(len(rewards))
    assert same.covered.value == 1.0


def test_fewer_answers_count_where_the_policies_differ(world: World) -> None:
    one = worth(*world.log(1))
    assert 0 < one.effective < one.answers / 2
    assert one.covered.low <= 1 <= one.covered.high


def test_a_log_that_could_not_show_it_is_told_by_the_weights(world: World) -> None:
    rewards, logged, target, owner = world.log(1, 2_000)
    hidden = worth(rewards, logged, np.where(owner % 2, target, 0.0), owner)
    assert hidden.covered.high < 0.8
    nothing = worth(rewards, logged, np.zeros(len(rewards)), owner)
    assert nothing.effective == 0
    assert np.isnan(nothing.snips.value)
