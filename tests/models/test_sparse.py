from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.sparse import Csr, empty

MATRICES = arrays(np.float32, (4, 5), elements=st.sampled_from([0.0, 0.0, 1.0, -2.0, 0.5]))
ROWS = st.lists(st.integers(0, 3), max_size=6).map(lambda rows: np.array(rows, np.int32))


def sparse(dense: np.ndarray) -> Csr:
    rows, columns = np.nonzero(dense)
    indptr = np.searchsorted(rows, np.arange(len(dense) + 1)).astype(np.int64)
    return Csr(indptr, columns.astype(np.int32), dense[rows, columns])


@given(MATRICES, ROWS)
def test_entries_name_their_owner(dense: np.ndarray, rows: np.ndarray) -> None:
    matrix = sparse(dense)
    at, owner = matrix.entries(rows)
    found = list(zip(owner.tolist(), matrix.indices[at].tolist(), matrix.values[at], strict=True))
    expected = [
        (place, column, dense[row, column])
        for place, row in enumerate(rows.tolist())
        for column in np.flatnonzero(dense[row])
    ]
    assert found == expected
    assert matrix.count(rows) == len(expected)


def test_rows_may_be_asked_for_from_the_last() -> None:
    matrix = sparse(np.eye(4, 5, dtype=np.float32))
    at, owner = matrix.entries(np.arange(4, dtype=np.int32)[::-1])
    assert matrix.indices[at].tolist() == [3, 2, 1, 0]
    assert owner.tolist() == [0, 1, 2, 3]


def test_rows_without_entries() -> None:
    matrix = empty(3)
    assert matrix.n_rows == 3
    assert [len(part) for part in matrix.row(1)] == [0, 0]
