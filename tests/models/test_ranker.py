from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from models.errors import BundleCorrupt, BundleTooNew
from models.feature_names import FEATURES
from models.ranker import Ranker
from models.trees import Trees
from training.ranking import contributions

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
    shares = contributions(ranker, table)
    assert shares.shape == (3, 2)
    np.testing.assert_allclose(np.diff(shares.sum(1)), np.diff(scores), atol=1e-9)


@pytest.mark.parametrize("leaves", [2, 15, 100])
@pytest.mark.parametrize("missing", [True, False])
def test_scores_are_those_of_lightgbm_to_the_last_bit(missing: bool, leaves: int) -> None:
    rng = np.random.default_rng(2)
    table = rng.normal(size=(700, 5)).astype(np.float32)
    table[:, 3] = np.round(table[:, 3])
    holes = rng.random(table.shape) < 0.2
    target = table[:, 1] * table[:, 2] + (table[:, 3] > 0) + 3 * holes[:, 4]
    if missing:
        table[holes] = np.nan
    fitted = lightgbm.train(
        {"verbosity": -1, "num_threads": 1, "seed": 1, "deterministic": True,
         "num_leaves": leaves, "min_data_in_leaf": 3},
        lightgbm.Dataset(table, target),
        30,
    )  # fmt: skip
    text = fitted.model_to_string()
    thresholds = " ".join(line for line in text.splitlines() if line.startswith("threshold="))
    if leaves > 2:  # else too few splits to see one by what is missing
        assert missing == ("inf" in thresholds.replace("=", " ").split())
    found = Trees.parse(text, 5)
    table[holes] = np.nan  # also where none were seen in training
    wanted = fitted.predict(table, num_threads=1)
    assert found.score(table).tolist() == wanted.tolist()
    assert found.score(table[:2]).tolist() == wanted[:2].tolist()


def test_features_of_a_later_version_are_refused() -> None:
    with pytest.raises(BundleTooNew, match="phase_of_the_moon"):
        Ranker(trees(), ("level", "phase_of_the_moon"))


def test_a_text_without_trees_is_refused() -> None:
    with pytest.raises(BundleCorrupt, match="ranker"):
        Ranker("no trees here", CHOSEN)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("split_feature=1", "split_feature=9"),
        ("left_child=", "left_child=999 "),
        ("left_child=1 ", "left_child=0 "),
        ("right_child=", "right_child=-1 -1 "),
        ("leaf_value=", "leaf_values="),
        ("threshold=", "threshold=x "),
        ("decision_type=2", "decision_type=1"),
        ("decision_type=2", "decision_type=6"),
    ],
)
def test_damaged_trees_are_refused(before: str, after: str) -> None:
    text = trees()
    assert before in text
    with pytest.raises(BundleCorrupt, match="ranker"):
        Ranker(text.replace(before, after), CHOSEN)
