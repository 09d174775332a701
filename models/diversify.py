"""From scores to a list: what repeats gives way, and variety where it is asked for."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models import gap
from models.bundle import Bundle
from models.exposure import Places
from models.gap import GapState
from models.kernels import lists
from models.query import Query

NEAR_DUPLICATE: Final = 0.97
"""Cosine of two texts from which two credentials are taken for the same thing."""

REPEATED: Final = 0.5
"""What the score of a near duplicate of a better item keeps."""

UNWANTED: Final = 0.8
"""A credential loses score for its likeness to a dismissed one from this cosine on, evenly,
until nothing is left at cosine one."""

SMOOTHING: Final = 0.01
"""Share of the wanted distribution mixed into the list's, so that none of it is zero."""


def without_unwanted(
    bundle: Bundle, query: Query, rows: NDArray[np.int32], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scores ``(m,)``, lowered where a text is like that of a dismissed credential."""
    vectors = bundle.knowledge.text_vectors
    if not len(query.dismissed) or not vectors.shape[1] or not len(rows):
        return scores
    like = (vectors[rows] @ vectors[query.dismissed].T).max(1)
    return np.asarray(scores * np.clip((1.0 - like) / (1.0 - UNWANTED), 0.0, 1.0))


def without_repeats(
    bundle: Bundle, rows: NDArray[np.int32], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Scores ``(m,)`` of ``rows`` (best first), lowered where a text nearly repeats that of a
    better item which is not itself a repetition.
    """
    vectors = bundle.knowledge.text_vectors
    toned = scores.copy()
    if not vectors.shape[1]:
        return toned
    repeats = np.empty(len(rows), np.bool_)
    lists.mark_repeats(vectors[rows], NEAR_DUPLICATE, repeats)
    toned[repeats] *= REPEATED
    return toned


def without_overlap(
    query: Query,
    state: GapState | None,
    rows: NDArray[np.int32],
    scores: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Scores ``(m,)`` of ``rows`` (best first), lowered by what better items already close.

    The list is built item by item, pinned ones first; each next item counts only for the
    part of the gap that the items before it leave open, so that a list does not close the
    same skill again and again.
    """
    if state is None or not query.goal_weight > 0 or not state.most > 0:
        return scores
    toned = np.empty(len(rows))
    lists.tone_overlap(
        gap.reached(state, rows),
        state.weight,
        state.coverage.copy(),
        query.goal_weight / state.most,
        np.array([p for r in query.pinned for p in np.flatnonzero(rows == r)], np.int64),
        query.limit,
        scores,
        toned,
    )
    return toned


def choose(
    bundle: Bundle, query: Query, rows: NDArray[np.int32], scores: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Places in ``rows`` (best first) of the list to show, best first: pinned ones, then the
    best by score and variety, no issuer more often than the query allows, and each floor of the
    bundle's policy with its share.
    """
    pinned = [place for row in query.pinned for place in np.flatnonzero(rows == row).tolist()]
    rest = np.arange(len(rows))
    if pinned:
        rest = np.delete(rest, pinned)
    if query.diversity > 0:
        rest = rest[_calibrated(bundle, query, rows[rest], scores[rest])]
    places = Places.of(query.floors, bundle.credentials, rows, query.limit)
    kept = pinned[: query.limit]
    count = Counter(bundle.credentials.issuer[rows[place]] for place in kept)
    queue = rest.tolist()
    while queue and len(kept) < query.limit:
        place = queue.pop(places.next(kept, queue))
        issuer = bundle.credentials.issuer[rows[place]]
        if query.max_per_issuer is not None and issuer and count[issuer] >= query.max_per_issuer:
            continue
        count[issuer] += 1
        kept.append(place)
    return np.array(kept, np.int64)


def _calibrated(
    bundle: Bundle, query: Query, rows: NDArray[np.int32], scores: NDArray[np.float64]
) -> NDArray[np.int64]:
    """An order that trades score against calibration, for as many as are to be shown.

    Greedy maximisation of ``(1 − λ) · Σ score − λ · KL(p ‖ q)`` with λ the query's diversity,
    ``p`` the spread of skills over what the learner did (or, for a new one, over all
    candidates) and ``q`` that over the list (Steck, Calibrated recommendations, RecSys 2018).
    """
    skills = _skill_shares(bundle, rows)
    history = query.walk.history
    wanted = (_skill_shares(bundle, history) if len(history) else skills).sum(0)
    if not wanted.sum() > 0:
        return np.arange(len(rows))
    wanted = wanted / wanted.sum()
    order: list[int] = []
    covered = np.zeros(skills.shape[1])
    left = list(range(len(rows)))
    while left and len(order) < query.limit:
        listed = (covered + skills[left]) / (len(order) + 1)
        mixed = (1 - SMOOTHING) * listed + SMOOTHING * wanted
        there = wanted > 0
        divergence = (wanted[there] * np.log(wanted[there] / mixed[:, there])).sum(1)
        value = (1 - query.diversity) * scores[left] - query.diversity * divergence
        best = left.pop(int(value.argmax()))
        covered += skills[best]
        order.append(best)
    return np.array(order + left, np.int64)


def _skill_shares(bundle: Bundle, rows: NDArray[np.int32]) -> NDArray[np.float64]:
    """Each credential's skills with equal shares that sum to one, ``(len(rows), skills)``."""
    links = bundle.credentials.teaches.links
    at, owner = links.entries(rows)
    shares = np.zeros((len(rows), len(bundle.skills.ids)))
    shares[owner, links.indices[at]] = 1.0
    total = shares.sum(1, keepdims=True)
    return np.asarray(np.divide(shares, total, out=shares, where=total > 0))
