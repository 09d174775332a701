"""RecTools: its wrapper of item-to-item neighbours, among the fastest of its models."""

from __future__ import annotations

import numpy as np
import pandas as pd
from implicit.nearest_neighbours import CosineRecommender
from numpy.typing import NDArray
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import ImplicitItemKNNWrapperModel

from load.bench.peers.base import World


class RectoolsModel:
    """Cosine, 50 neighbours, one thread."""

    def __init__(self, world: World) -> None:
        met = world.met.tocoo()
        frame = pd.DataFrame({Columns.User: met.row, Columns.Item: met.col, Columns.Weight: 1.0})
        # The library wants a time; nothing here depends on it.
        frame[Columns.Datetime] = pd.Timestamp(0)
        self._dataset = Dataset.construct(frame)
        self._model = ImplicitItemKNNWrapperModel(CosineRecommender(K=50, num_threads=1))
        self._model.fit(self._dataset)

    def recommend(self, learner: int, limit: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The library's own answer for one learner."""
        listed = self._model.recommend([learner], self._dataset, k=limit, filter_viewed=True)
        items, scores = listed[Columns.Item], listed[Columns.Score]
        return items.to_numpy(np.int32), scores.to_numpy(np.float32)
