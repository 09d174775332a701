"""SASRec, a causal transformer over histories, by the RecTools library."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pytorch_lightning import Trainer, seed_everything
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel
from scipy.sparse import csr_array

from training.baselines.base import Params, backed, popularity
from training.interactions import Interactions
from training.matrix import met_matrix
from training.toplists import DEPTH

SOFTMAX = 5_000
"""Up to so many met credentials the loss runs over all of them, beyond over a sample."""


@dataclass(frozen=True, slots=True)
class _Fitted:
    model: SASRecModel
    dataset: Dataset
    met: csr_array
    prior: NDArray[np.float32]

    def scores(self, learners: NDArray[np.int32]) -> NDArray[np.float32]:
        """The model's ``DEPTH`` best of the unmet, and popularity for what it leaves out."""
        empty = np.diff(self.met.indptr)[learners] == 0
        scores = np.zeros((len(learners), self.met.shape[1]), np.float32)
        known = learners[~empty]
        if len(known):
            listed = self.model.recommend(
                known, self.dataset, k=DEPTH, filter_viewed=True, on_unsupported_targets="ignore"
            )
            at = np.searchsorted(learners, listed[Columns.User].to_numpy())
            scores[at, listed[Columns.Item].to_numpy()] = 1 / listed[Columns.Rank].to_numpy()
        return backed(scores, empty, self.prior)


class Sasrec:
    """Two blocks, softmax over the catalogue, the last 50 first meetings of each learner."""

    name = "sasrec"
    grid: tuple[Params, ...] = tuple(
        {"factors": f, "dropout": d, "epochs": e}
        for f, d, e in ((64, 0.2, 20), (64, 0.4, 40), (128, 0.4, 20))
    )

    def fit(self, train: Interactions, params: Params, seed: int) -> _Fitted:
        """Train on one device, deterministically."""
        first = train.first_meetings()
        met = met_matrix(train)
        order = pd.to_datetime(np.flatnonzero(first), unit="s")
        frame = pd.DataFrame(
            {
                Columns.User: train.learner[first],
                Columns.Item: train.credential[first],
                Columns.Weight: 1.0,
                Columns.Datetime: order,
            }
        )
        dataset = Dataset.construct(frame)
        small = np.count_nonzero(met.sum(axis=0)) <= SOFTMAX
        seed_everything(seed, verbose=False)
        epochs = int(params["epochs"])
        model = SASRecModel(
            n_blocks=2,
            n_heads=2,
            n_factors=int(params["factors"]),
            dropout_rate=params["dropout"],
            session_max_len=50,
            lr=params.get("lr", 0.001),
            loss="softmax" if small else "sampled_softmax",
            n_negatives=1 if small else 256,
            epochs=epochs,
            deterministic=True,
            recommend_torch_device="cpu",
            get_trainer_func=lambda: Trainer(
                max_epochs=epochs,
                deterministic=True,
                enable_progress_bar=False,
                enable_model_summary=False,
                logger=False,
                enable_checkpointing=False,
                devices=1,
                accelerator="cpu",
            ),
        )
        model.fit(dataset)
        return _Fitted(model, dataset, met, popularity(met))
