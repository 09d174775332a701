"""Nearest-neighbour search over vectors; the only door to FAISS.

Vectors are compared by inner product, which for unit vectors is the cosine. What kind of index
serves is found out by training (``training.indexes``); whatever it is, few rows that pass a filter
are compared exactly, and nothing that does not pass is ever found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from models.errors import BundleCorrupt
from models.vectors import Listed, Vectors, whole

# FAISS' own Python layer widens these signatures, which its stubs do not tell.
_FAISS: Any = faiss

Kind = Literal["flat", "hnsw", "ivf_flat", "ivf_fp16", "ivf_sq8"]

ROUNDED: Final = frozenset({"ivf_fp16", "ivf_sq8"})  # two bytes a number, or one

NEARLY_ALL: Final = 0.9
"""From such a share of rows that pass, a filter hides hardly anything."""

NEIGHBOURS: Final = 16
"""Links of a node of an HNSW graph."""
ROUNDS: Final = 8
SAMPLE: Final = 64
"""Lists are found by so many rounds of k-means over so many vectors a list."""

BLOCK: Final = 1024
"""So many rows out of lists are compared at once."""


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """What an index is, how it is searched, and what that was measured to give.

    Of ``lists``, each of vectors near to each other, so many are looked through that ``rows`` in
    them pass the filter. Of an HNSW graph ``probes`` nodes are kept in view where nearly all rows
    pass, ``filtered_probes`` where fewer do. Below ``exact_below`` rows that pass these alone are
    compared. In a bundle of format 2 ``probes`` and ``filtered_probes`` lists are looked through,
    and where exact vectors lie beside shortened ones, so many times as many as are asked for
    are compared ``again``. ``measured_recall`` 0..1 of the exact best 200 is the least of those
    ``measured`` at each share of rows that pass; ``ms`` are the milliseconds of one question
    there, as a clock told them once.
    """

    kind: Kind = "flat"
    metric: str = "inner_product"
    measured_recall: float = 1.0
    lists: int = 0
    rows: int = 0
    probes: int = 0
    filtered_probes: int = 0
    again: int = 1
    exact_below: int = 0
    measured: Mapping[str, float] = field(default_factory=dict)
    ms: Mapping[str, float] = field(default_factory=dict, compare=False)


class VectorIndex:
    """An immutable index over the rows of a float32 matrix ``(n, d)``, which it holds.

    Where a bundle of format 2 has the vectors ``beside`` it once more, those are what it is of.
    """

    __slots__ = ("_beside", "_index", "_vectors", "facts")

    def __init__(
        self, index: Any, facts: IndexFacts, beside: NDArray[np.float32] | None = None
    ) -> None:
        self._index, self.facts = index, facts
        self._beside = beside
        self._vectors = _held(index, facts.kind) if beside is None else beside
        there = facts.again == 1 if beside is None else beside.dtype == np.float32
        if self._vectors.shape != (index.ntotal, index.d) or not there:
            raise ValueError(f"an index of {index.ntotal} × {index.d} lacks its vectors")
        if facts.rows and not isinstance(self._vectors, Listed):
            raise ValueError(f"an index of the kind {facts.kind} has no lists")

    @classmethod
    def build(
        cls,
        vectors: NDArray[np.float32],
        kind: Kind = "flat",
        lists: int = 0,
    ) -> Self:
        """Index vectors of shape ``(n, d)``; row ``i`` is found as ``i``.

        The same vectors give the same index.
        """
        vectors = np.ascontiguousarray(vectors, np.float32)
        names = {"flat": "Flat", "hnsw": f"HNSW{NEIGHBOURS},Flat",
                 "ivf_flat": f"IVF{lists},Flat", "ivf_fp16": f"IVF{lists},SQfp16",
                 "ivf_sq8": f"IVF{lists},SQ8"}  # fmt: skip
        index = _FAISS.index_factory(vectors.shape[1], names[kind], faiss.METRIC_INNER_PRODUCT)
        threads = faiss.omp_get_max_threads()
        try:
            if lists:
                index.by_residual = kind == "ivf_sq8"
                index.cp.niter = ROUNDS
                index.cp.min_points_per_centroid = 1
                index.cp.max_points_per_centroid = SAMPLE
                index.train(vectors)
            elif kind == "hnsw":
                faiss.omp_set_num_threads(1)  # a graph depends on the order in which it grows
            index.add(vectors)
        finally:
            faiss.omp_set_num_threads(threads)
        return cls(index, IndexFacts(kind, lists=lists))

    @classmethod
    def open(
        cls,
        path: Path,
        facts: IndexFacts | None = None,
        beside: NDArray[np.float32] | None = None,
    ) -> Self:
        """The index that ``path`` holds, as ``to_bytes`` gave it; its content stays in the file
        and is mapped, so that processes share it. Raises ``BundleCorrupt`` naming ``path``.
        """
        try:
            index = _FAISS.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            return cls(index, IndexFacts() if facts is None else facts, beside)
        except (RuntimeError, ValueError, AttributeError, IndexError) as error:
            raise BundleCorrupt(f"index {path} cannot be read: {error}") from error

    def to_bytes(self) -> NDArray[np.uint8]:
        """The index in FAISS' own format."""
        return np.asarray(faiss.serialize_index(self._index), np.uint8)

    def searched(self, facts: IndexFacts) -> VectorIndex:
        """The same index, to be searched in another way."""
        return VectorIndex(self._index, facts, self._beside)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    def vectors(self) -> Vectors:
        """The indexed matrix ``(n, d)``, read-only, as exactly as it is kept."""
        return self._vectors

    def compared(self, queries: NDArray[np.float32], probes: int) -> float:
        """How many vectors a search of a graph with so many nodes in view compares, on average over
        the queries; of a flat index all.
        """
        if self.facts.kind == "flat":
            return float(len(self))
        stats = _FAISS.cvar.hnsw_stats
        stats.reset()
        self._index.search(queries, 1, params=_FAISS.SearchParametersHNSW(efSearch=probes))
        return float(stats.ndis) / len(queries)

    def looked_through(
        self, queries: NDArray[np.float32], eligible: NDArray[np.bool_] | None
    ) -> float:
        """How many rows lie in the lists that are looked through, on average over the queries."""
        lists, _ = self.probed(queries, eligible)
        sizes = np.append(np.diff(self._listed().ends), 0)  # of the list -1 there is nothing
        return float(sizes[lists].sum(1).mean())

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
        passing = len(self) if eligible is None else int(np.count_nonzero(eligible))
        if eligible is not None and passing < self.facts.exact_below:
            return best(self._vectors, queries, k, np.flatnonzero(eligible))
        rows, scores = self.nearest(queries, k, eligible, passing)
        # Where what passes lies far from where was looked, too little is found.
        short = np.flatnonzero(rows[:, min(k, passing) - 1] < 0) if min(k, passing) else ()
        if len(short):
            among = np.arange(len(self)) if eligible is None else np.flatnonzero(eligible)
            rows[short], scores[short] = best(self._vectors, queries[short], k, among)
        return rows, scores

    def nearest(
        self,
        queries: NDArray[np.float32],
        k: int,
        eligible: NDArray[np.bool_] | None,
        passing: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """As ``search``, by the index alone, ``passing`` being the number of rows under the mask:
        of more than one kind it may find too little.
        """
        if not k:
            return np.empty((len(queries), 0), np.int64), np.empty((len(queries), 0), np.float32)
        told: dict[str, Any] = {}
        if eligible is not None:
            bitmap = np.packbits(eligible, bitorder="little")
            told["sel"] = _FAISS.IDSelectorBitmap(bitmap)
        nearly_all = passing >= NEARLY_ALL * len(self)
        probes = self.facts.probes if nearly_all else self.facts.filtered_probes
        match self.facts.kind:
            case "flat":
                parameters = _FAISS.SearchParameters(**told) if told else None
            case "hnsw":
                parameters = _FAISS.SearchParametersHNSW(efSearch=probes, **told)
            case _ if self.facts.rows:
                return self._through_lists(queries, k, eligible, told)
            case _:
                parameters = _FAISS.SearchParametersIVF(nprobe=probes, **told)
        scores, rows = self._index.search(
            queries, min(k * self.facts.again, len(self)), params=parameters
        )
        return (rows, scores) if self.facts.again == 1 else best(self._vectors, queries, k, rows)

    def _through_lists(
        self,
        queries: NDArray[np.float32],
        k: int,
        eligible: NDArray[np.bool_] | None,
        told: Mapping[str, Any],
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """As ``nearest``, by the lists that are chosen here."""
        lists, near = self.probed(queries, eligible)
        parameters = _FAISS.SearchParametersIVF(nprobe=lists.shape[1], **told)
        rows = np.full((len(queries), k), -1, np.int64)
        scores = np.empty((len(queries), k), np.float32)
        # The layer of Python above this takes no filter.
        self._index.search_preassigned_c(
            len(queries), _FAISS.swig_ptr(queries), k,
            *(_FAISS.swig_ptr(array) for array in (lists, near, scores, rows)), False, parameters,
        )  # fmt: skip
        return rows, scores

    def probed(
        self, queries: NDArray[np.float32], eligible: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The lists that are looked through for each query ``(q, d)``, nearest first, and how near
        their centres are, both ``(q, lists)``, -1 behind the last.
        """
        lists, near = self._listed().nearest(queries, eligible, self.facts.rows)
        return np.ascontiguousarray(lists), np.ascontiguousarray(near, np.float32)

    def _listed(self) -> Listed:
        if not isinstance(self._vectors, Listed):
            raise TypeError(f"an index of the kind {self.facts.kind} has no lists")
        return self._vectors


def best(
    vectors: Vectors,
    queries: NDArray[np.float32],
    k: int,
    among: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The best ``k`` for each query ``(q, d)`` of the rows ``among``, by comparing each; padded
    with row -1. They are the same ``(m,)`` for all, or, where the vectors are an array, may be
    ``(q, m)`` with -1 behind the last.
    """
    among = np.ascontiguousarray(among)
    if not isinstance(vectors, np.ndarray):
        heap = _FAISS.ResultHeap(len(queries), k, keep_max=True)
        for start in range(0, len(among), BLOCK):
            some = among[start : start + BLOCK]
            compared = queries @ vectors[some].T
            heap.add_result(compared, np.ascontiguousarray(np.broadcast_to(some, compared.shape)))
        heap.finalize()
        return heap.I, heap.D
    rows = np.full((len(queries), k), -1, np.int64)
    scores = np.empty((len(queries), k), np.float32)
    step = among.shape[1] if among.ndim > 1 else 0  # from one query's rows to the next one's
    _FAISS.knn_inner_products_by_idx(
        *(_FAISS.swig_ptr(array) for array in (queries, vectors, among)),
        vectors.shape[1], len(queries), len(vectors), among.shape[-1], k,
        _FAISS.swig_ptr(scores), _FAISS.swig_ptr(rows), step,
    )  # fmt: skip
    return rows, scores


def _held(index: Any, kind: Kind) -> Vectors:
    """The vectors that an index holds. Raises ``ValueError`` where they cannot be read as such."""
    match kind:
        case "flat" | "hnsw":
            return whole(index, index if kind == "flat" else _FAISS.downcast_index(index.storage))
        case _:
            return Listed(index, whole(index, _FAISS.downcast_index(index.quantizer)))
