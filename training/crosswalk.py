"""Skills of one framework that are those of another: as stated, and else by meaning.

The table ``crosswalk`` holds links between skills, each with its ``origin``. What was stated is
taken as it is; by meaning two skills are linked where each is the other's nearest in that
framework, and so near that hardly a broader skill is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.errors import UsageError
from models.index import VectorIndex
from training.embedder import Embedder
from training.matching import BROADER_CREDIT, NARROWER_CREDIT, NEAR_CREDIT, Match
from training.progress import Progress
from training.schema import empty
from training.writing import existing, write

TABLE: Final = "crosswalk"
MEANING: Final = "meaning"

SAME_SIMILARITY: Final = 0.9
"""Cosine of two labels from which they name one skill, where each is the other's nearest: about
half of a skill's other names reach it, and not one in a hundred of its broader skills.
"""

CREDITS: Final = {
    "exact": (1.0, 1.0), "close": (NEAR_CREDIT, NEAR_CREDIT),
    "narrow": (NARROWER_CREDIT, BROADER_CREDIT), "broad": (BROADER_CREDIT, NARROWER_CREDIT),
}  # fmt: skip
"""How far a skill counts as the other, and the other as the skill; further kinds do not count."""

Pair = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Made:
    """What there is after linking: frameworks by name with their skills, links by origin."""

    frameworks: dict[str, int]
    stated: int
    meant: int


def link(folder: Path, embedder: Embedder, progress: Progress) -> Made:
    """Add to the folder's crosswalk what meaning tells, in place of what it told before.

    Raises ``UsageError`` where there are not two frameworks to link.
    """
    tables = existing(folder)
    skills = tables.get("skills", pl.DataFrame(schema={"taxonomy": pl.String()}))
    frameworks = dict(skills["taxonomy"].drop_nulls().value_counts(sort=True).rows())
    if len(frameworks) < 2:
        found = ", ".join(frameworks) or "none"
        raise UsageError(f"{folder}: expected skills of two frameworks to link, found {found}")
    before = tables.get(TABLE, empty(TABLE))
    stated = before.filter(pl.col("origin").ne_missing(MEANING))
    labels = skills["label"].fill_null(skills["id"]).to_list()
    with progress.stage("embed skills", len(set(labels))) as advance:
        vectors = embedder.encode(labels, advance)
    meant = by_meaning(skills, stated, vectors)
    write({TABLE: pl.concat([stated, meant])}, folder)
    return Made(frameworks, stated.height, meant.height)


def by_meaning(
    skills: pl.DataFrame, stated: pl.DataFrame, vectors: NDArray[np.float32]
) -> pl.DataFrame:
    """Links between the skills ``(s,)`` of every two frameworks, from their unit ``vectors``
    ``(s, d)``; none of a skill that is ``stated`` to be exactly, or closely, one of the other
    framework.
    """
    ids, of = skills["id"].to_list(), dict(skills.select("id", "taxonomy").rows())
    settled = {
        pair
        for skill, other, kind in stated.select("skill", "other", "kind").rows()
        if kind in ("exact", "close")
        for pair in ((skill, of.get(other)), (other, of.get(skill)))
    }
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(skills["taxonomy"]):
        if name is not None:
            rows.setdefault(name, []).append(row)
    found = [
        (ids[a], ids[b], "exact", MEANING, score)
        for first, second in combinations(sorted(rows), 2)
        for a, b, score in _mutual(vectors, rows[first], rows[second])
        if (ids[a], second) not in settled and (ids[b], first) not in settled
    ]
    return pl.DataFrame(found, schema=empty(TABLE).schema, orient="row")


def _mutual(
    vectors: NDArray[np.float32], first: Sequence[int], second: Sequence[int]
) -> Iterator[Pair]:
    """Pairs of rows that are each other's nearest, from ``SAME_SIMILARITY`` on."""
    there, score = VectorIndex.build(vectors[second]).search(vectors[first], 1)
    back, _ = VectorIndex.build(vectors[first]).search(vectors[second], 1)
    for place, (near, cosine) in enumerate(zip(there[:, 0], score[:, 0], strict=True)):
        if cosine >= SAME_SIMILARITY and int(back[near, 0]) == place:
            yield first[place], second[int(near)], round(min(float(cosine), 1.0), 6)


def resolved(crosswalk: pl.DataFrame, ids: Sequence[str]) -> dict[str, Match]:
    """Where ids of other frameworks' skills lead that are not among ``ids``: to the skill that is
    exactly that one, also through further ones, else to one that is close; of several the first.
    """
    rows = {id_: row for row, id_ in enumerate(ids)}
    linked: dict[str, dict[str, list[str]]] = {"exact": {}, "close": {}}
    for skill, other, kind in crosswalk.select("skill", "other", "kind").rows():
        if kind in linked:
            linked[kind].setdefault(skill, []).append(other)
            linked[kind].setdefault(other, []).append(skill)
    found: dict[str, Match] = {}
    for id_ in (linked["exact"].keys() | linked["close"].keys()) - rows.keys():
        same = _reached(linked["exact"], id_)
        close = [each for one in same for each in linked["close"].get(one, ())]
        for ways, score in ((same, 1.0), (close, NEAR_CREDIT)):
            if known := [rows[each] for each in ways if each in rows]:
                found.setdefault(id_, Match(min(known), score))
    return found


def _reached(linked: Mapping[str, list[str]], start: str) -> list[str]:
    seen, waiting = {start}, [start]
    for at in waiting:
        fresh = [each for each in linked.get(at, ()) if each not in seen]
        seen.update(fresh)
        waiting += fresh
    return waiting


def pairs(crosswalk: pl.DataFrame, row: Callable[[str], int | None]) -> Iterator[Pair]:
    """How far skills count for each other: (held, required, credit 0..1), by ``row`` of an id. What
    meaning tells counts by its score.
    """
    for skill, other, kind, origin, score in crosswalk.rows():
        a, b = row(skill), row(other)
        if a is None or b is None or a == b or kind not in CREDITS:
            continue
        there, back = CREDITS[kind]
        if origin == MEANING:
            there = back = score or 0.0
        yield a, b, there
        yield b, a, back
