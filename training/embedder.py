"""Texts to vectors, each set of texts once.

The model itself takes seconds to import, and with it torch, which most runs do without: it is
loaded when the first text is to be encoded.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from models.encoder import MAX_TOKENS
from training.config import Config

if TYPE_CHECKING:
    from training.embed import MiniLm

BATCH: Final = 128

Progress = Callable[[int], None]
"""Told how many more texts were encoded."""


class Embedder:
    """all-MiniLM-L6-v2: unit vectors of 384 dimensions from at most ``MAX_TOKENS`` tokens.

    With a ``cache`` folder a set of texts that was encoded before is read back from there.
    """

    dim: Final = 384

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    @cached_property
    def _model(self) -> MiniLm:
        from training.embed import MiniLm

        return MiniLm()

    def encode(
        self, texts: Sequence[str], progress: Progress = lambda done: None
    ) -> NDArray[np.float32]:
        """Unit vectors ``(len(texts), dim)``; equal texts are encoded once."""
        distinct = sorted(set(texts), key=lambda text: (len(text), text))
        vectors = self._cached(distinct, progress)
        place = {text: row for row, text in enumerate(distinct)}
        return vectors[[place[text] for text in texts]]

    def _cached(self, distinct: Sequence[str], progress: Progress) -> NDArray[np.float32]:
        if self._cache is None:
            return self._encode(distinct, progress)
        digest = hashlib.sha256("\0".join([str(MAX_TOKENS), *distinct]).encode()).hexdigest()
        path = self._cache / f"{digest}.npy"
        if path.is_file():
            vectors: NDArray[np.float32] = np.load(path, allow_pickle=False)
            return vectors
        vectors = self._encode(distinct, progress)
        self._cache.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{os.getpid()}.npy")
        np.save(partial, vectors, allow_pickle=False)
        partial.replace(path)
        return vectors

    def _encode(self, distinct: Sequence[str], progress: Progress) -> NDArray[np.float32]:
        vectors = np.zeros((len(distinct), self.dim), np.float32)
        for start in range(0, len(distinct), BATCH):
            batch = distinct[start : start + BATCH]
            vectors[start : start + len(batch)] = self._model.encode(batch)
            progress(len(batch))
        return vectors

    def export(self, folder: Path) -> None:
        """Write the encoder for ``models.encoder.TextEncoder``: graph, weights and tokenizer."""
        self._model.export(folder)


def embedder_of(config: Config, cache: Path | None) -> Embedder | None:
    """The text model that ``config`` asks for, or ``None`` where texts are compared by words."""
    return None if config.text == "none" else Embedder(cache)
