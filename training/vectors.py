"""The vectors of a catalogue: everything in it that is compared by meaning."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.index import VectorIndex
from training.embedder import Embedder
from training.progress import Progress


class Vectors:
    """Unit vectors of everything that is compared by meaning; all empty without an embedder."""

    def __init__(
        self,
        embedder: Embedder | None,
        progress: Progress,
        labels: list[str],
        titles: list[str],
        unnamed: list[str],
        texts: list[str],
    ) -> None:
        def encode(name: str, given: list[str]) -> NDArray[np.float32]:
            if embedder is None or not given:
                return np.zeros((len(given), 0 if embedder is None else embedder.dim), np.float32)
            with progress.stage(f"embed {name}", len(set(given))) as advance:
                return embedder.encode(given, advance)

        self.skills = encode("skills", labels)
        self.roles = encode("roles", titles)
        self.credentials = encode("credentials", texts)
        encoded = encode("skill texts", unnamed)
        self.unnamed = dict(zip(unnamed, encoded, strict=True)) if embedder is not None else {}

    def with_texts(self, texts: Iterable[str]) -> NDArray[np.float32]:
        """The taxonomy's vectors followed by those of skills known only by their text."""
        by_key = {text.strip(): vector for text, vector in self.unnamed.items()}
        more = [by_key[text] for text in texts] if by_key else []
        if not more:
            return self.skills if by_key or self.skills.shape[1] else np.zeros((0, 0), np.float32)
        return np.concatenate([self.skills, np.stack(more)])

    def indexes(self, skill_vectors: NDArray[np.float32]) -> dict[str, VectorIndex]:
        named = {"text": self.credentials, "skills": skill_vectors, "roles": self.roles}
        return {name: VectorIndex.build(v) for name, v in named.items() if v.size}
