from __future__ import annotations

import lightgbm
import numpy as np

from models.trees import Trees
from training.averaging import averaged


def test_the_mean_of_models_is_one_that_lightgbm_reads() -> None:
    rng = np.random.default_rng(1)
    table = rng.random((300, 4)).astype(np.float32)
    table[rng.random(table.shape) < 0.1] = np.nan
    target = np.nan_to_num(table[:, 0] - table[:, 2])
    common = {"verbosity": -1, "num_threads": 1, "deterministic": True, "bagging_fraction": 0.5,
              "bagging_freq": 1, "feature_fraction": 0.5}  # fmt: skip
    fitted = [
        lightgbm.train({**common, "seed": seed}, lightgbm.Dataset(table, target), rounds)
        for seed, rounds in ((1, 5), (2, 7), (3, 5))
    ]
    text = averaged([each.model_to_string() for each in fitted])
    read = lightgbm.Booster(model_str=text)
    assert read.num_trees() == 17
    wanted = np.mean([each.predict(table) for each in fitted], axis=0)
    np.testing.assert_allclose(read.predict(table), wanted, atol=1e-12)
    assert Trees.parse(text, 4).score(table).tolist() == read.predict(table).tolist()
    shares = [each.predict(table, pred_contrib=True) for each in fitted]
    found = read.predict(table, pred_contrib=True)
    np.testing.assert_allclose(found, np.mean(shares, axis=0), atol=1e-9)


def test_the_mean_of_one_model_is_itself() -> None:
    table = np.random.default_rng(2).random((200, 2))
    fitted = lightgbm.train(
        {"verbosity": -1, "num_threads": 1}, lightgbm.Dataset(table, table[:, 0]), 4
    )
    text = fitted.model_to_string()
    again = lightgbm.Booster(model_str=averaged([text]))
    assert again.predict(table).tolist() == fitted.predict(table).tolist()
