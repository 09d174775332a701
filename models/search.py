"""Search of credentials, roles and skills, by word and by meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from models.bundle import Bundle
from models.resolve import nearest

Table = Literal["credentials", "roles", "skills"]

INDEX: Final[dict[Table, str]] = {"credentials": "text", "roles": "roles", "skills": "skills"}
BY_MEANING: Final = 100
"""So many rows are found by meaning beyond those that contain the words."""

MIN_SIMILARITY: Final = 0.3


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search: ``rows`` and ``scores`` best first, of ``total`` found."""

    rows: tuple[int, ...]
    scores: tuple[float, ...]
    total: int


def search(bundle: Bundle, table: Table, text: str, limit: int, offset: int = 0) -> SearchPage:
    """Rows whose title or label is, begins with or contains the text, then rows near in meaning.

    An empty text lists everything in row order, with score 0. Scores: 3 equal, 2 begins
    with, 1 contains, below 1 the cosine.
    """
    wanted = text.strip().lower()
    titles = bundle.skills.labels if table == "skills" else getattr(bundle, table).titles
    shown = bundle.credentials.shown if table == "credentials" else np.ones(len(titles), np.bool_)
    if not wanted:
        listed = np.flatnonzero(shown)
        rows = listed[offset : offset + limit].tolist()
        return SearchPage(tuple(rows), (0.0,) * len(rows), len(listed))
    found = {
        row: score
        for row, title in enumerate(titles)
        if (score := _match(title, wanted)) and shown[row]
    }
    near_rows, near_scores = nearest(bundle, INDEX[table], text, BY_MEANING, shown)
    for row, score in zip(near_rows.tolist(), near_scores.tolist(), strict=True):
        if row >= 0 and score >= MIN_SIMILARITY:
            found.setdefault(row, min(score, 0.999999))
    order = sorted(found, key=lambda row: (-found[row], row))
    page = order[offset : offset + limit]
    return SearchPage(tuple(page), tuple(round(found[row], 6) for row in page), len(order))


def _match(title: str, wanted: str) -> float:
    title = title.lower()
    if title == wanted:
        return 3.0
    return 2.0 if title.startswith(wanted) else 1.0 if wanted in title else 0.0
