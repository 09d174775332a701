"""The prior: popularity that fades as was best on an inner split."""

from __future__ import annotations

import numpy as np
import pytest

from training import prior
from training.interactions import Interactions
from training.metrics import judged
from training.splits import last

ALWAYS, LATELY, ONCE = 0, 1, 2


def platform() -> Interactions:
    """Nine learners who met two credentials each; of late all begin with ``LATELY``."""
    taken = [(ONCE, ALWAYS)] * 6 + [(LATELY, ALWAYS)] * 3
    at = [(10.0 * learner, 10.0 * learner + 5) for learner in range(len(taken))]
    return Interactions.build(
        np.repeat(np.arange(len(taken), dtype=np.int32), 2),
        np.array(taken, np.int32).ravel(),
        np.array(at).ravel(),
        n_learners=len(taken),
        n_credentials=4,
    )


LASTING = np.array([9, 3, 6, 0], np.float32)


def fitted(half_life: float) -> np.ndarray:
    return prior.fit(platform(), LASTING, half_life)


def test_for_the_slowest_it_is_the_shares_of_what_lasts() -> None:
    assert fitted(prior.SLOWEST).tolist() == pytest.approx([0.5, 1 / 6, 1 / 3, 0])


def test_a_short_half_life_sees_only_what_was_taken_last() -> None:
    slow, lately, quick = fitted(prior.SLOWEST), fitted(0.1), fitted(0.01)
    assert lately.sum() == pytest.approx(1)
    assert lately[LATELY] > 2 * slow[LATELY]
    assert lately[ONCE] < slow[ONCE] / 2
    assert quick[ALWAYS] > 0.95  # the very last
    assert quick[3] == 0


@pytest.mark.parametrize("half_life", [0.1, prior.SLOWEST])
def test_nothing_taken_is_zero_everywhere(half_life: float) -> None:
    none = platform().where(np.zeros(18, np.bool_))
    assert prior.fit(none, np.zeros(4, np.float32), half_life).tolist() == [0, 0, 0, 0]


def overturned(taken: tuple[int, ...] = (2, 3, 1)) -> Interactions:
    """A learner an hour with one credential, another one for the last 240 of a thousand, and then
    three learners with those that are ``taken``.
    """
    asked = [(1000, taken), (1001, taken), (1002, taken)]
    each = [(hour, (int(hour >= 760),)) for hour in range(1000)] + asked
    rows = [(n, one, n + k / 10) for n, taken in each for k, one in enumerate(taken)]
    learner, credential, at = (np.array(column) for column in zip(*rows, strict=True))
    return Interactions.build(
        learner.astype(np.int32),
        credential.astype(np.int32),
        at * 3600.0,
        n_learners=len(each),
        n_credentials=4,
    )


def test_the_half_life_is_the_best_for_strangers_and_the_slowest_where_nobody_is_asked() -> None:
    known = overturned()
    tuned = last(known)
    recent = prior.RecentPopularity()
    fits = {
        half_life: recent.fit(tuned.train, {"half_life": half_life}, 1) for half_life in prior.GRID
    }
    quality = {half_life: judged(fit.scores, tuned.forgotten()) for half_life, fit in fits.items()}
    assert quality[0.1] > quality[prior.SLOWEST]
    assert prior.best_half_life(tuned, 1) == 0.1
    none = known.where(np.zeros(len(known), np.bool_))
    assert prior.best_half_life(last(none), 1) == prior.SLOWEST


def test_what_was_met_is_no_clue_to_the_half_life() -> None:
    # Without credential 1, which those asked have met, any half-life would have 0 first.
    tuned = last(overturned(taken=(1, 3, 0)))
    assert prior.best_half_life(tuned, 1) == prior.SLOWEST
