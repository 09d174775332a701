"""Skills as the catalogue names them, matched to skills as the taxonomy knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.index import VectorIndex
from models.sparse import Csr
from models.tables import names

MATCH_SIMILARITY: Final = 0.65
"""Cosine from which a free text in the data is read as a skill of the taxonomy; a text
below it becomes a skill of its own, and near ones still count for each other."""

INFER_SIMILARITY: Final = 0.4
INFERRED: Final = 3
"""A credential without skills gets up to so many, each at least so similar to its text."""

NEAR_SIMILARITY: Final = 0.6
NEAR_CREDIT: Final = 0.8
NEAREST: Final = 10
"""Skills count for each other from the first cosine on, rising evenly to the credit at
cosine one, each for its nearest few."""

BROADER_CREDIT: Final = 0.6
NARROWER_CREDIT: Final = 0.3
"""Holding a skill counts so much as its broader one; holding the broader one, less."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a name leads: ``row`` of a skill and ``score`` 0..1, NaN when it is an id."""

    row: int
    score: float


@dataclass(frozen=True, slots=True)
class Names:
    """The taxonomy's ids, labels and aliases, each with its row; and where ids of other
    frameworks' skills lead.
    """

    by_id: Mapping[str, int]
    by_name: Mapping[str, int]
    aligned: Mapping[str, Match] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        ids: Sequence[str],
        labels: Sequence[str],
        aliases: Sequence[str | None],
        aligned: Mapping[str, Match] | None = None,
    ) -> Names:
        by_id = {external: row for row, external in enumerate(ids)}
        return cls(by_id, names(labels, aliases), aligned or {})

    def find(self, text: str) -> Match | None:
        """The skill that a text names: by id, by the id of one aligned with it, then by label or
        alias, whatever its case.
        """
        row = self.by_id.get(text.strip())
        if row is not None:
            return Match(row, float("nan"))
        if (aligned := self.aligned.get(text.strip())) is not None:
            return aligned
        row = self.by_name.get(text.strip().lower())
        return None if row is None else Match(row, 1.0)


@dataclass(frozen=True, slots=True)
class Matcher:
    """Resolves ids and free texts. ``texts`` are the new skills' labels, in row order after
    the taxonomy's.
    """

    found: Mapping[str, Match]
    texts: tuple[str, ...]

    @classmethod
    def build(
        cls,
        known: Names,
        wanted: Iterable[str],
        embedded: Mapping[str, NDArray[np.float32]],
        vectors: NDArray[np.float32],
    ) -> Matcher:
        """Match every text ``wanted``: as one of the names ``known``, else by meaning.

        ``embedded`` holds the unit vector of each text that is no known name, ``vectors``
        ``(s, d)`` the taxonomy's; both may be empty, when only words count.
        """
        index = VectorIndex.build(vectors) if len(vectors) and embedded else None
        found: dict[str, Match] = {}
        texts: dict[str, int] = {}
        spelled: list[str] = []
        for text in wanted:
            named = known.find(text)
            if named is not None:
                found[text] = named
            else:
                key = text.strip().lower()
                rows, scores = (
                    ([[-1]], [[0.0]]) if index is None else index.search(embedded[text][None], 1)
                )
                if scores[0][0] >= MATCH_SIMILARITY:
                    found[text] = Match(int(rows[0][0]), float(scores[0][0]))
                else:
                    if key not in texts:
                        texts[key] = len(known.by_id) + len(texts)
                        spelled.append(text.strip())
                    found[text] = Match(texts[key], float("nan"))
        return cls(found, tuple(spelled))


def near_skills(
    vectors: NDArray[np.float32],
    n_skills: int,
    broader: Iterable[tuple[int, int]],
    aligned: Iterable[tuple[int, int, float]] = (),
) -> Csr:
    """How far holding one skill counts as another, ``(s, s)``, itself included at 1.

    From the ``broader`` links (narrow row, broad row) and, where ``vectors`` ``(s, d)`` are
    given, from similarity (``similarity_credit``), and from what is ``aligned`` between frameworks
    (held, required, credit). Where several speak the largest counts.
    """
    credit_of: dict[tuple[int, int], float] = {}
    if len(vectors):
        rows, scores = VectorIndex.build(vectors).search(vectors, NEAREST)
        origin, place = np.nonzero(scores > NEAR_SIMILARITY)
        credit = similarity_credit(scores)
        for i, j in zip(origin.tolist(), place.tolist(), strict=True):
            credit_of[i, int(rows[i, j])] = float(credit[i, j])
    for narrow, broad in broader:
        for pair, value in (((narrow, broad), BROADER_CREDIT), ((broad, narrow), NARROWER_CREDIT)):
            credit_of[pair] = max(credit_of.get(pair, 0.0), value)
    for held, required, value in aligned:
        credit_of[held, required] = max(credit_of.get((held, required), 0.0), value)
    credit_of.update({(i, i): 1.0 for i in range(n_skills)})
    pairs = np.array(sorted(credit_of), np.int64).reshape(-1, 2)
    return from_pairs(
        pairs[:, 0], pairs[:, 1], np.array([credit_of[i, j] for i, j in pairs.tolist()]), n_skills
    )


def similarity_credit(cosine: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far two skills of this likeness count for each other, 0..``NEAR_CREDIT``; how these
    figures were set is in ``docs/data-contract.md``, and ``training.nearness`` measures it.
    """
    rising = (cosine - NEAR_SIMILARITY) / (1 - NEAR_SIMILARITY)
    return np.asarray(NEAR_CREDIT * np.clip(rising, 0.0, 1.0), np.float32)


def from_pairs(
    rows: NDArray[np.int64], columns: NDArray[np.int64], values: NDArray[np.float64], n_rows: int
) -> Csr:
    """A sparse matrix from entries sorted by row, each ``(m,)``."""
    indptr = np.searchsorted(rows, np.arange(n_rows + 1)).astype(np.int64)
    return Csr(indptr, columns.astype(np.int32), values.astype(np.float32))
