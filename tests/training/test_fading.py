"""How fast popularity fades is chosen by what newcomers take."""

from __future__ import annotations

import numpy as np
import pytest

from training import fading
from training.interactions import Interactions

N = 40


def newcomers(lasting: bool, seed: int = 0) -> Interactions:
    """600 learners, one after another, with three credentials each: of the same twelve all the
    time, or of twelve that change entirely every tenth of the time.
    """
    rng = np.random.default_rng(seed)
    learners = np.repeat(np.arange(600), 3)
    era = 0 if lasting else np.arange(600) // 60
    taken = np.concatenate(
        [rng.permutation(12)[:3] + (12 * e) % (N - 12) for e in np.broadcast_to(era, 600)]
    )
    return Interactions.build(
        learners.astype(np.int32),
        taken.astype(np.int32),
        np.arange(1800, dtype=np.float64) * 60,
        n_learners=600,
        n_credentials=N,
    )


@pytest.mark.parametrize(("lasting", "slower"), [(True, True), (False, False)])
def test_it_fades_fast_only_where_taste_changes_fast(lasting: bool, slower: bool) -> None:
    known = newcomers(lasting)
    found = fading.horizons(known)
    assert len(found) == 4
    span = np.ptp(known.at)
    assert bool(found[-1] >= span / 6) == slower


def test_too_few_newcomers_choose_nothing() -> None:
    known = newcomers(True).where(np.arange(1800) < 30)
    assert fading.horizons(known)[-1] == pytest.approx(np.ptp(known.at) / fading.LASTING[0])
