"""Which credentials are parts of which programmes."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.ids import IdMap
from models.sparse import Csr
from training.matching import from_pairs


def stacks(credentials: pl.DataFrame, ids: IdMap) -> tuple[Csr, Csr]:
    """Ones from each credential to the programmes it stacks into, and from each programme to its
    parts; ``n_credentials`` rows both.
    """
    pairs = sorted(
        {
            (row, int(stack))
            for row, names in enumerate(credentials["stacks_into"].to_list())
            for stack in ids.rows(names or ())
        }
    )
    part, whole = np.array(pairs, np.int64).reshape(-1, 2).T
    order = np.lexsort((part, whole))
    return _ones(part, whole, credentials.height), _ones(
        whole[order], part[order], credentials.height
    )


def _ones(rows: NDArray[np.int64], columns: NDArray[np.int64], n: int) -> Csr:
    return from_pairs(rows, columns, np.ones(len(rows)), n)
