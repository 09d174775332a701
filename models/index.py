"""Nearest-neighbour search over vectors; the only door to FAISS.

Vectors are compared by inner product, which for unit vectors is the cosine. Search is
exact ("flat"): with a filter it stays exact and gets faster.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from models.errors import BundleCorrupt

# FAISS' own Python layer widens these signatures, which its stubs do not tell.
_SELECTOR: Any = faiss.IDSelectorBitmap
_PARAMETERS: Any = faiss.SearchParameters


class VectorIndex:
    """An immutable index over the rows of a float32 matrix ``(n, d)``."""

    __slots__ = ("_index",)

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: NDArray[np.float32]) -> VectorIndex:
        """Index vectors of shape ``(n, d)``; row ``i`` is found as ``i``."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> VectorIndex:
        """The index that ``path`` holds, as ``to_bytes`` gave it; its vectors stay in the file and
        are mapped, so that processes share them. Raises ``BundleCorrupt`` naming ``path``.
        """
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise BundleCorrupt(f"index {path} cannot be read: {error}") from error

    def to_bytes(self) -> NDArray[np.uint8]:
        """The index in FAISS' own format."""
        return np.asarray(faiss.serialize_index(self._index), np.uint8)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    def vectors(self) -> NDArray[np.float32]:
        """The indexed matrix ``(n, d)``, as a copy."""
        vectors: NDArray[np.float32] = self._index.reconstruct_n(0, len(self))
        return vectors

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        eligible: NDArray[np.bool_] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The best ``k`` rows for each query ``(q, d)``, best first: rows, scores ``(q, ≤k)``.

        Only rows under the mask ``eligible`` ``(n,)`` are returned. Where fewer than ``k``
        exist, the answer is padded with row -1.
        """
        queries = np.ascontiguousarray(queries, np.float32)
        k = min(k, len(self))
        if k == 0:
            empty = np.empty((len(queries), 0))
            return empty.astype(np.int64), empty.astype(np.float32)
        if eligible is None:
            scores, rows = self._index.search(queries, k)
        else:
            chosen = _SELECTOR(np.packbits(eligible, bitorder="little"))
            parameters = _PARAMETERS(sel=chosen)
            scores, rows = self._index.search(queries, k, params=parameters)
        return rows, scores
