"""LightFM as its documentation shows it: ``predict`` over all items, then the best unseen."""

from __future__ import annotations

import numpy as np
from lightfm import LightFM
from numpy.typing import NDArray

from load.bench.peers.base import SEED, World


class LightfmModel:
    """WARP, 64 factors, 20 epochs, one thread."""

    def __init__(self, world: World) -> None:
        self._model = LightFM(no_components=64, loss="warp", random_state=SEED)
        self._model.fit(world.met, epochs=20, num_threads=1)
        self._met = world.met
        self._all = np.arange(world.met.shape[1], dtype=np.int32)

    def recommend(self, learner: int, limit: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Score everything, mask what was met, take the best."""
        scores = self._model.predict(learner, self._all, num_threads=1)
        scores[
            self._met.indices[self._met.indptr[learner] : self._met.indptr[learner + 1]]
        ] = -np.inf
        best = np.argpartition(-scores, limit - 1)[:limit]
        best = best[np.argsort(-scores[best])]
        return self._all[best], scores[best]
