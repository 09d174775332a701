"""Compressed sparse rows over arrays that may be memory-mapped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.kernels import rows as kernels


@dataclass(frozen=True, slots=True)
class Csr:
    """A sparse matrix by rows.

    ``indptr`` (int64, ``rows + 1``) delimits each row's slice of ``indices`` (int32 column
    numbers) and ``values`` (float32), both of shape ``(nnz,)``.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]
    values: NDArray[np.float32]

    @property
    def n_rows(self) -> int:
        return len(self.indptr) - 1

    def row(self, i: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Column numbers and values of row ``i``."""
        cut = slice(self.indptr[i], self.indptr[i + 1])
        return self.indices[cut], self.values[cut]

    def entries(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Positions of all entries of ``rows``, and for each the position within ``rows``."""
        rows = np.ascontiguousarray(rows)
        size = kernels.count(self.indptr, rows)
        at, owner = np.empty(size, np.int64), np.empty(size, np.int64)
        kernels.locate(self.indptr, rows, at, owner)
        return at, owner

    def count(self, rows: NDArray[np.int32]) -> int:
        """How many entries ``rows`` have."""
        return kernels.count(self.indptr, np.ascontiguousarray(rows))


def empty(n_rows: int) -> Csr:
    """A matrix of ``n_rows`` rows without entries."""
    return Csr(np.zeros(n_rows + 1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
