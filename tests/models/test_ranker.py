from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from models.errors import BundleCorrupt, BundleTooNew
from models.feature_names import FEATURES
from models.ranker import Ranker

CHOSEN = ("level", "item_item")


def trees() -> str:
    """Trees over two features that rise with the second and do not look at the first."""
    rng = np.random.default_rng(1)
    table = rng.random((400, 2))
    fitted = lightgbm.train(
        {"verbosity": -1, "num_threads": 1, "seed": 1, "deterministic": True},
        lightgbm.Dataset(table, table[:, 1]),
        10,
    )
    return str(fitted.model_to_string())


def test_a_ranker_trained_on_fewer_features_reads_them_by_name() -> None:
    ranker = Ranker(trees(), CHOSEN)
    table = np.zeros((3, len(FEATURES)), np.float32)
    table[:, FEATURES.index("item_item")] = [0.1, 0.5, 0.9]
    scores = ranker.score(table)
    assert scores[0] < scores[1] < scores[2]
    shares = ranker.contributions(table)
    assert shares.shape == (3, 2)
    np.testing.assert_allclose(np.diff(shares.sum(1)), np.diff(scores), atol=1e-9)


def test_features_of_a_later_version_are_refused() -> None:
    with pytest.raises(BundleTooNew, match="phase_of_the_moon"):
        Ranker(trees(), ("level", "phase_of_the_moon"))


def test_a_text_without_trees_is_refused() -> None:
    with pytest.raises(BundleCorrupt, match="ranker"):
        Ranker("no trees here", CHOSEN)
