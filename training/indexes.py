"""Which index serves a catalogue's vectors: the kinds are tried on questions that learners ask.

Recall is measured, with filters of several strengths; the choice among what finds enough is by
work, not by the clock: the same data make the same bundle, on a busy machine too. Milliseconds
are measured beside it and kept in the manifest.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.index import NEARLY_ALL, ROUNDED, Kind, VectorIndex, best

DEPTH: Final = 200
WANTED: Final = 0.99
"""So much of the exact best must be found, under every filter."""

SHARES: Final = (1.0, 0.9, 0.5, 0.1, 0.01, 0.001)
"""Shares of the rows that pass the filters."""

QUESTIONS: Final = 32

FEW: Final = 4_000
"""Up to so many rows nothing is faster by enough to be worth a search."""

HNSW_MOST: Final = 100_000
"""Beyond so many rows a graph, grown on one thread, takes many minutes."""

LARGEST: Final = 2**28
"""Bytes of vectors beyond which they are kept in a byte a number, or two, as is exact enough."""

HALF: Final = float(np.finfo(np.float16).max)
"""Larger numbers two bytes cannot keep."""

LISTS: Final = 2.0
"""Lists per square root of the number of rows."""

# Work in nanoseconds of one core, a row: a part for itself and one for each of its numbers. Rows
# that lie one after the other, shortened ones likewise, and rows here and there in memory;
# measured by ``python -m load.indexes`` (docs/scaling/catalogue.md).
IN_ORDER: Final = (1.0, 0.2)
SHORTENED: Final = (4.0, 0.2)
ODD: Final = (4.0, 1.3)
"""Shortened vectors of which the width is no multiple of 16."""
SCATTERED: Final = (5.0, 0.5)
LINKED: Final = 3.0
"""A node of a graph takes so many times a scattered row."""
PASSED_OVER: Final = 0.5
"""Nanoseconds for each row of a filter."""
LOOKED_AT: Final = 13.0
"""Nanoseconds to ask of a row in a list whether it passes: filters are met there here and there."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A filter, ``None`` without one, and the exact best rows ``(q, ≤DEPTH)`` under it."""

    name: str
    eligible: NDArray[np.bool_] | None
    passing: int
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trial:
    """An index as it was tried; ``work`` is the sum over the filters, in nanoseconds."""

    index: VectorIndex
    work: float

    @property
    def enough(self) -> bool:
        """Whether it finds what it must under every filter."""
        return self.index.facts.measured_recall >= WANTED


def choose(vectors: NDArray[np.float32], questions: NDArray[np.float32]) -> VectorIndex:
    """The index over ``vectors`` ``(n, d)`` that finds enough with least work, or, of large ones,
    in least memory.

    ``questions`` ``(q, d)`` are of the kind it will be asked; without any, rows ask for their
    neighbours. Which is chosen does not depend on the clock.
    """
    enough = (trial for trial in trials(vectors, questions) if trial.enough)
    if vectors.nbytes > LARGEST:
        return next(enough).index
    return min(enough, key=lambda trial: trial.work).index


def trials(vectors: NDArray[np.float32], questions: NDArray[np.float32]) -> Iterator[Trial]:
    """Every kind that comes into question for so many vectors, as cheap as it finds enough."""
    vectors = np.ascontiguousarray(vectors, np.float32)
    asked = questions if len(questions) else vectors
    asked = np.ascontiguousarray(asked[:: max(1, -(-len(asked) // QUESTIONS))], np.float32)
    cases = list(_cases(vectors, asked))
    for kind in _kinds(len(vectors), vectors.nbytes):
        if kind == "ivf_fp16" and max(vectors.max(), -vectors.min()) > HALF:
            continue
        lists = round(LISTS * len(vectors) ** 0.5) if kind.startswith("ivf") else 0
        index = VectorIndex.build(vectors, kind, lists=lists)
        yield _cheapest(index, asked, cases)


def _kinds(n: int, size: int) -> list[Kind]:
    if n <= FEW:
        return ["flat"]
    if size > LARGEST:
        return ["ivf_sq8", "ivf_fp16", "ivf_flat"]
    kinds: list[Kind] = ["flat", "ivf_flat", "ivf_sq8"]
    return [*kinds, "hnsw"] if n <= HNSW_MOST else kinds


def _cases(vectors: NDArray[np.float32], asked: NDArray[np.float32]) -> Iterator[_Case]:
    """Filters by chance, and such as pass what lies together, as a language or a topic may."""
    n, chance = len(vectors), np.random.default_rng(0)
    some = vectors[chance.integers(n)] if n else np.zeros(vectors.shape[1], np.float32)
    towards = np.argsort(-(vectors @ some), kind="stable")
    for share in SHARES:
        passing = round(share * n)
        for name, rows in (("", chance.permutation(n)), (" together", towards)):
            eligible = np.zeros(n, np.bool_)
            eligible[rows[:passing]] = True
            depth = min(DEPTH, passing)
            found, _ = best(vectors, asked, depth, np.flatnonzero(eligible))
            yield _Case(f"{share:g}{name}", eligible, passing, found)
            if share == 1.0:
                break


def _cheapest(index: VectorIndex, asked: NDArray[np.float32], cases: list[_Case]) -> Trial:
    """The index searched so that it finds enough with least work."""
    return (_by_rows if index.facts.lists else _by_probes)(index, asked, cases)


def _by_rows(index: VectorIndex, asked: NDArray[np.float32], cases: list[_Case]) -> Trial:
    """With as many rows of lists, and exactly for so few that pass, as is least work; rows are
    added until that is enough for filters of every strength, or can only be more work.
    """
    chosen, least = index.facts, np.inf
    for rows in _ladder(index):
        found = index.searched(replace(index.facts, rows=rows))
        looking = [_looking(found, asked, case.eligible) for case in cases]
        each = [_each(index, case.passing) for case in cases]
        if sum(map(min, looking, each)) >= least:
            break
        wanting = [case.passing for case in cases if _recall(found, asked, case) < WANTED]
        # Below each number in turn exactly: it must hold for all that want, and may for others.
        for below in sorted({0, *(case.passing + 1 for case in cases)}):
            if below <= max(wanting, default=-1):
                continue
            ways = zip(cases, each, looking, strict=True)
            work = sum(one if case.passing < below else other for case, one, other in ways)
            if work < least:
                chosen, least = replace(found.facts, exact_below=min(below, len(index))), work
        if not wanting:
            break
    return _told(index.searched(chosen), asked, cases)


def _by_probes(index: VectorIndex, asked: NDArray[np.float32], cases: list[_Case]) -> Trial:
    """With the fewest probes that find enough, or if none do with the most of all."""
    n = len(index)
    hardly = [case for case in cases if case.passing >= NEARLY_ALL * n]
    others = [case for case in cases if case.passing < NEARLY_ALL * n]

    def tried(probes: int, filtered: int) -> VectorIndex:
        below = _break_even(_probing(index, asked, filtered), index)
        facts = replace(index.facts, probes=probes, filtered_probes=filtered, exact_below=below)
        return index.searched(facts)

    steps = list(_ladder(index))
    probes = next((s for s in steps if _enough(tried(s, s), asked, hardly)), steps[-1])
    wider = [step for step in steps if step >= probes]
    filtered = next((s for s in wider if _enough(tried(probes, s), asked, others)), wider[-1])
    return _told(tried(probes, filtered), asked, cases)


def _ladder(index: VectorIndex) -> Iterator[int]:
    """Numbers of rows or nodes to try, half as many again each time, up to all there are."""
    if index.facts.kind == "flat":
        yield 0
        return
    step = DEPTH
    while step < len(index):
        yield step
        step = -(-step * 3 // 2)
    yield len(index)


def _enough(index: VectorIndex, asked: NDArray[np.float32], cases: list[_Case]) -> bool:
    return all(_recall(index, asked, case) >= WANTED for case in cases)


def _told(index: VectorIndex, asked: NDArray[np.float32], cases: list[_Case]) -> Trial:
    """With what was measured, and the work."""
    facts, n = index.facts, len(index)
    measured = {case.name: round(_recall(index, asked, case), 4) for case in cases}
    clocked = {case.name: _clocked(index, asked, case) for case in cases}
    work = 0.0
    for case in cases:
        probes = facts.probes if case.passing >= NEARLY_ALL * n else facts.filtered_probes
        if case.passing < facts.exact_below:
            work += _each(index, case.passing)
        elif facts.lists:
            work += _looking(index, asked, case.eligible)
        else:
            work += _probing(index, asked, probes)
    least = min(measured.values())
    facts = replace(facts, measured=measured, measured_recall=least, ms=clocked)
    return Trial(index.searched(facts), work)


def _recall(index: VectorIndex, asked: NDArray[np.float32], case: _Case) -> float:
    """Share 0..1 of the exact best that the index finds without falling back."""
    each = case.passing < index.facts.exact_below
    if not case.rows.size or (each and index.facts.kind not in ROUNDED):
        return 1.0
    depth = case.rows.shape[1]
    if each:
        rows, _ = index.search(asked, depth, case.eligible)
    else:
        rows, _ = index.nearest(asked, depth, case.eligible, case.passing)
    pairs = zip(rows, case.rows, strict=True)
    return float(np.mean([len(np.intersect1d(a, b)) / len(b) for a, b in pairs]))


def _clocked(index: VectorIndex, asked: NDArray[np.float32], case: _Case) -> float:
    """Milliseconds of one question, the median."""
    took = []
    for question in asked:
        began = time.perf_counter()
        index.search(question[None], DEPTH, case.eligible)
        took.append(time.perf_counter() - began)
    return round(1000 * float(np.median(took)), 3) if took else 0.0


def _probing(index: VectorIndex, asked: NDArray[np.float32], probes: int) -> float:
    """Work of a search of all rows, or of a graph."""
    compared = index.compared(asked, probes) if len(asked) else 0.0
    if index.facts.kind == "hnsw":
        return compared * LINKED * _row(SCATTERED, index.dim)
    return compared * _row(IN_ORDER, index.dim)


def _looking(
    index: VectorIndex, asked: NDArray[np.float32], eligible: NDArray[np.bool_] | None
) -> float:
    """Work of a search through lists: of all rows in them it is asked whether they pass, and of
    those that do about as many as are wanted are compared.
    """
    facts, dim = index.facts, index.dim
    looked = index.looked_through(asked, eligible) if len(asked) else 0.0
    shortened = ODD if dim % 16 else SHORTENED
    compared = min(looked, facts.rows + len(index) / facts.lists)
    each = _row(shortened if facts.kind == "ivf_sq8" else IN_ORDER, dim)
    return facts.lists * _row(IN_ORDER, dim) + compared * each + LOOKED_AT * looked


def _each(index: VectorIndex, passing: int) -> float:
    """Work of comparing each of so many rows that pass."""
    return len(index) * PASSED_OVER + passing * _row(SCATTERED, index.dim)


def _break_even(probing: float, index: VectorIndex) -> int:
    """From so many rows that pass on, a search by the index is less work than to compare them."""
    n = len(index)
    return min(n, max(0, int((probing - PASSED_OVER * n) / _row(SCATTERED, index.dim))))


def _row(cost: tuple[float, float], dim: int) -> float:
    return cost[0] + cost[1] * dim
