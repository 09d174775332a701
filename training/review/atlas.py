"""Credentials and skills as points on a plane: alike is near.

The plane is that of the two directions in which the vectors differ most (principal components by
singular value decomposition). Vectors are those of texts where there are any, else those that the
collaborative model learned, with a skill in the middle of what teaches it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import LEVELS

MOST: Final = 600
"""So many credentials are drawn at most, and half as many skills."""

COLOURS: Final = 6
"""So many kinds are told apart by colour, the commonest; the others share one."""

OTHERS: Final = "others"

Vectors = NDArray[np.float32]


def drawn(bundle: Bundle, seed: int) -> dict[str, Any] | None:
    """The map, JSON-ready: ``credentials`` as ``[x, y, title, kind]`` and ``skills`` as
    ``[x, y, label]``, with x and y each from -1 to 1, what ``kinds`` there are and what they are
    of, and the share of the variance that the plane keeps. ``None`` where nothing can be placed.
    """
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.permutation(bundle.n)[:MOST])
    taught = np.unique(bundle.credentials.teaches.links.indices)
    skills = np.sort(rng.permutation(taught)[: MOST // 2])
    placed = _vectors(bundle, rows, skills)
    if placed is None or len(rows) < 3:
        return None
    credentials, at_skills = placed
    middle = credentials.mean(0)
    _, lengths, axes = np.linalg.svd(credentials - middle, full_matrices=False)
    plane = axes[:2] * np.sign(axes[:2][[0, 1], np.abs(axes[:2]).argmax(1)])[:, None]
    where, other = (credentials - middle) @ plane.T, (at_skills - middle) @ plane.T
    everything = np.concatenate([where, other])
    low, high = everything.min(0), everything.max(0)
    where, other = (2 * (part - low) / np.maximum(high - low, 1e-9) - 1 for part in (where, other))
    of, kinds = _kinds(bundle, rows)
    return {
        "credentials": [
            [round(x, 4), round(y, 4), bundle.credentials.titles[row], kind]
            for (x, y), row, kind in zip(where.tolist(), rows.tolist(), kinds, strict=True)
        ],
        "skills": [
            [round(x, 4), round(y, 4), bundle.skills.labels[skill]]
            for (x, y), skill in zip(other.tolist(), skills.tolist(), strict=True)
        ],
        "kinds": [*dict.fromkeys(sorted(set(kinds), key=lambda kind: (kind == OTHERS, kind)))],
        "of": of,
        "kept": float((lengths[:2] ** 2).sum() / max(1e-12, (lengths**2).sum())),
        "by": "texts" if bundle.knowledge.text_vectors.shape[1] else "behaviour",
        "all": {"credentials": bundle.n, "skills": len(taught)},
    }


def _vectors(
    bundle: Bundle, rows: NDArray[np.int64], skills: NDArray[np.int32]
) -> tuple[Vectors, Vectors] | None:
    """Vectors of the credentials and of the skills."""
    texts, factors = bundle.knowledge.text_vectors, bundle.behaviour.factors
    if texts.shape[1]:
        everything = texts
    elif factors is not None:
        everything = factors.vectors
    else:
        return None
    links = bundle.credentials.teaches.links
    owner = np.repeat(np.arange(bundle.n), np.diff(links.indptr))
    means = [everything[owner[links.indices == skill]].mean(0) for skill in skills.tolist()]
    return everything[rows], np.array(means, np.float32).reshape(len(skills), everything.shape[1])


def _kinds(bundle: Bundle, rows: NDArray[np.int64]) -> tuple[str, list[str]]:
    """What the colours are of, and the kind of each credential."""
    issuers = [bundle.credentials.issuer[row] for row in rows.tolist()]
    common = bundle.credentials.issuer.commonest()[:COLOURS]
    if len(common) > 1:
        return "issuer", [each if each in common else OTHERS for each in issuers]
    levels = bundle.credentials.level[rows]
    named = list(LEVELS.items())
    return "level", [
        OTHERS if np.isnan(level) else next(name for name, most in named if level <= most)
        for level in levels.tolist()
    ]
