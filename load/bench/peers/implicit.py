"""``implicit``: alternating least squares and its own ``recommend``."""

from __future__ import annotations

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray

from load.bench.peers.base import SEED, World


class ImplicitModel:
    """64 factors, 15 iterations, one thread."""

    def __init__(self, world: World) -> None:
        self._model = AlternatingLeastSquares(factors=64, num_threads=1, random_state=SEED)
        self._model.fit(world.met, show_progress=False)
        self._met = world.met

    def recommend(self, learner: int, limit: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The library's own answer."""
        found: tuple[NDArray[np.int32], NDArray[np.float32]] = self._model.recommend(
            learner, self._met[learner], N=limit, filter_already_liked_items=True
        )
        return found
