"""SASRec, a causal transformer over histories, by the RecTools library: two blocks of 64 dimensions
over the last 32 first meetings of each learner.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from pytorch_lightning import Trainer
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import SASRecModel
from rectools.models.nn.transformers.lightning import TransformerLightningModule
from scipy.sparse import csr_array

from training.baselines.base import Params, backed, popularity
from training.interactions import Interactions
from training.matrix import met_matrix
from training.toplists import DEPTH

SOFTMAX = 5_000
"""Up to so many met credentials the loss runs over all of them, beyond over a sample."""

EPOCHS = 20
SEQUENCES = 100_000
"""At most so many epochs, and fewer where they would show more histories than this in all:
time does not grow with the number of learners."""


@contextmanager
def _one_thread() -> Iterator[None]:
    """Threads gain little on so small a model, and where the machine has other work to do they
    spend most of their time waiting for each other, by asking again and again.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Unpadded(TransformerLightningModule):  # type: ignore[misc]  # the library is untyped
    """The library's softmax loss, computed only where a next credential is known.

    The library also computes it for the padding of short histories, most of all positions, and
    then counts that as nothing: the same loss for a third of the time.
    """

    def _calc_custom_loss(self, batch: dict[str, torch.Tensor], _: int) -> torch.Tensor:
        items = self.torch_model.item_model.get_all_embeddings()
        known = batch["y"] != 0
        met = self.torch_model.encode_sessions(batch, items)[known]
        return torch.nn.functional.cross_entropy(met @ items.T, batch["y"][known])


@dataclass(frozen=True, slots=True)
class Transformed:
    """A fitted model and what it lists from."""

    model: SASRecModel
    dataset: Dataset
    met: csr_array
    prior: NDArray[np.float32]

    def scores(self, learners: NDArray[np.int32]) -> NDArray[np.float32]:
        """One over the rank for the model's ``DEPTH`` best unmet, popularity below."""
        scores = np.zeros((len(learners), self.met.shape[1]), np.float32)
        known = learners[np.diff(self.met.indptr)[learners] > 0]
        if len(known):
            with _one_thread():
                listed = self.model.recommend(
                    known,
                    self.dataset,
                    k=DEPTH,
                    filter_viewed=True,
                    on_unsupported_targets="ignore",
                )
            order = np.argsort(learners)
            place = np.searchsorted(learners, listed[Columns.User].to_numpy(), sorter=order)
            scores[order[place], listed[Columns.Item].to_numpy()] = 1 / listed[
                Columns.Rank
            ].to_numpy(np.float32)
        return backed(scores, self.prior)


def fitted(train: Interactions, params: Params, seed: int) -> Transformed:
    """Train on the processor for up to ``EPOCHS``, as ``SEQUENCES`` allows."""
    met = met_matrix(train)
    dataset = _dataset(train)
    learners = max(1, int(np.count_nonzero(np.diff(met.indptr) > 1)))
    epochs = min(EPOCHS, max(1, round(SEQUENCES / learners)))
    whole = np.count_nonzero(met.sum(axis=0)) <= SOFTMAX
    with warnings.catch_warnings(), _one_thread():
        warnings.simplefilter("ignore")  # advice on workers and loggers
        torch.manual_seed(seed)
        model = SASRecModel(
            n_blocks=2,
            n_heads=2,
            n_factors=64,
            dropout_rate=params["dropout"],
            lr=params["learning_rate"],
            session_max_len=32,
            lightning_module_type=_Unpadded,
            loss="unpadded softmax" if whole else "sampled_softmax",
            n_negatives=1 if whole else 256,
            recommend_torch_device="cpu",
            get_trainer_func=_trainer,
            get_trainer_func_kwargs={"epochs": epochs},
        )
        model.fit(dataset)
    return Transformed(model, dataset, met, popularity(met))


def _dataset(train: Interactions) -> Dataset:
    first = train.first_meetings()
    frame = pd.DataFrame(
        {
            Columns.User: train.learner[first],
            Columns.Item: train.credential[first],
            Columns.Weight: 1.0,
            # Positions keep the order where times are equal or only an order is known.
            Columns.Datetime: pd.to_datetime(np.flatnonzero(first), unit="s"),
        }
    )
    return Dataset.construct(frame)


def _trainer(epochs: int) -> Trainer:
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    return Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        devices=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
