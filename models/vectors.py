"""Vectors as they are kept: a few rows are read at a time, as float32.

An index holds its vectors itself, so that nothing keeps them twice. Where they lie in lists, each
of vectors near to each other, rows are found there.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.kernels import vectors as kernels

MOST: Final = np.float32(255)
"""The largest number of a byte."""


ANYBODY: Final = np.zeros(0, np.bool_)
"""A mask that rules nothing out."""


class Vectors(Protocol):
    """A matrix ``(n, d)`` of which rows are asked for by their numbers; an array is one."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __getitem__(self, rows: NDArray[Any], /) -> NDArray[np.float32]: ...


class Listed:
    """The vectors in the lists of a FAISS ``IndexIVF``: float32, float16, or how each differs from
    the centre of its list, a byte a number. Raises ``ValueError`` where they are none of these.

    List ``i`` has the ``rows`` (n,) from ``ends[i]`` to ``ends[i + 1]``; its centre is that row of
    ``centres`` (lists, d).
    """

    __slots__ = (
        "_at", "_content", "_kept", "_list", "_middles", "_step", "centres", "ends", "rows",
        "shape",
    )  # fmt: skip

    def __init__(self, index: Any, centres: NDArray[np.float32]) -> None:
        lists, width, n, dim = index.invlists, index.code_size, index.ntotal, index.d
        kept = {4 * dim: np.float32, 2 * dim: np.float16, dim: np.uint8}.get(width)
        if kept is None or index.by_residual != (kept is np.uint8):
            raise ValueError(f"an index of {n} × {dim} lacks its vectors")
        self.shape = (n, dim)
        # All lists are seen as one run of bytes, as they lie in a mapped file.
        sizes = {i: size for i in range(lists.nlist) if (size := lists.list_size(i))}
        begins = {i: int(lists.get_codes(i)) for i in sizes}
        first = min(begins.values(), default=0)
        last = max((begins[i] + width * size for i, size in sizes.items()), default=first)
        self._content = _read(first, last - first, index)
        self._at = np.full(n, -1, np.int64)  # where in it each row begins
        self._list = np.zeros(n, np.int32)
        self.rows = np.empty(n, np.int32)
        self.ends = np.zeros(lists.nlist + 1, np.int64)
        self.ends[1:] = np.cumsum([sizes.get(i, 0) for i in range(lists.nlist)])
        if self.ends[-1] != n:
            raise ValueError(f"an index of {n} × {dim} lacks some of its vectors")
        for i, size in sizes.items():
            rows = _read(int(lists.get_ids(i)), 8 * size, index).view(np.int64)
            self._at[rows] = begins[i] - first + width * np.arange(size)
            self._list[rows] = i
            self.rows[self.ends[i] : self.ends[i + 1]] = rows
        if n and self._at.min() < 0:
            raise ValueError(f"an index of {n} × {dim} lacks some of its vectors")
        # In a mapped file they lie at an odd address: each multiplication would copy them first.
        self.centres = np.require(centres, requirements=["ALIGNED"])
        self._kept = kept
        self._step = np.zeros(0, np.float32)
        self._middles: NDArray[np.float32] | None = None
        if kept is np.uint8:
            # FAISS tells by column the least difference and the range of them. A byte stands for
            # the middle of what it may have been.
            trained = [index.sq.trained.at(i) for i in range(2 * dim)]
            least, span = np.array(trained, np.float32).reshape(2, dim)
            self._step = span / MOST
            self._middles = self.centres + least + self._step / np.float32(2)

    def __getitem__(self, rows: NDArray[Any], /) -> NDArray[np.float32]:
        at, dim = self._at[rows], self.shape[1]
        if self._middles is None:
            kept = np.empty((len(at), dim), self._kept)
            kernels.copy(self._content, at, kept.view(np.uint8))
            return kept.astype(np.float32, copy=False)
        found, owner = np.empty((len(at), dim), np.float32), self._list[rows]
        kernels.widen(self._content, at, owner, self._middles, self._step, found)
        return found

    def nearest(
        self, queries: NDArray[np.float32], eligible: NDArray[np.bool_] | None, wanted: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """For each query ``(q, d)`` as many of the lists nearest to it as it takes to hold
        ``wanted`` rows under the mask ``eligible`` (n,), nearest first, and how near their centres
        are, both ``(q, lists)``, -1 behind the last.
        """
        likeness = queries @ self.centres.T
        order = np.argsort(-likeness, axis=1, kind="stable")
        passing = ANYBODY if eligible is None else eligible
        ways = [kernels.reached(each, self.rows, self.ends, passing, wanted) for each in order]
        lists = np.ascontiguousarray(order[:, : max(ways)])
        near = likeness[np.arange(len(queries))[:, None], lists]
        for each, way in zip(lists, ways, strict=True):
            each[way:] = -1
        return lists, near


def whole(index: Any, flat: Any) -> NDArray[np.float32]:
    """The matrix ``(n, d)`` that the ``IndexFlat`` of an index keeps, at whatever address: in a
    mapped file that is odd as often as not.
    """
    shape = (flat.ntotal, flat.d)
    address = int(flat.get_xb() or 0)  # none of no vectors
    return _read(address, 4 * shape[0] * shape[1], index).view(np.float32).reshape(shape)


def _read(address: int, size: int, owner: Any) -> NDArray[np.uint8]:
    """Bytes at an address, not to be written to; whose they are stays as long as they do."""
    held: Any = (ctypes.c_uint8 * size).from_address(address)
    held.owner = owner
    content: NDArray[np.uint8] = np.frombuffer(held, np.uint8)
    content.flags.writeable = False
    return content
