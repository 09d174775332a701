"""Synthetic catalogues of any size: topics, skills, roles, credentials that build on each other.

Credentials stand ordered by topic and then by band (1 to 4, from introduction to mastery);
what one builds on stands before it in its topic with a lower band, so that prerequisites
and stacks cannot form a cycle.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from training.schema import REQUIREMENT, complete
from training.simulation.courses import Outline, courses
from training.simulation.words import (
    ACTIVITIES,
    BRANCHES,
    FIELDS,
    JOBS,
    PER_TOPIC,
    numbered,
    topics,
)

BAND_SHARES: Final = (0.35, 0.35, 0.22, 0.08)
"""Of bands 1 to 4."""


def build_world(n_credentials: int, rng: np.random.Generator) -> dict[str, pl.DataFrame]:
    """The tables ``credentials``, ``skills`` and ``roles``; the catalogue decides their size."""
    outline = _outline(n_credentials, rng)
    return {
        "credentials": courses(outline, rng),
        "skills": _skills(outline.n_topics),
        "roles": _roles(outline.n_topics, rng),
    }


def _outline(n: int, rng: np.random.Generator) -> Outline:
    n_topics = min(max(round(0.3 * n**0.5), 2), len(FIELDS) * len(BRANCHES))
    topic = np.sort(rng.choice(n_topics, n, p=rng.dirichlet(np.full(n_topics, 8.0))))
    band = rng.choice(4, n, p=BAND_SHARES) + 1
    band = band[np.lexsort((band, topic))]
    key = topic * 8 + band
    base = np.searchsorted(topic, topic)
    return Outline(n_topics, topic, band, base, np.searchsorted(key, key) - base)


def _skills(n_topics: int) -> pl.DataFrame:
    pairs = [(name, activity) for name in topics(n_topics) for activity in ACTIVITIES]
    frame = pl.DataFrame(
        {
            "id": numbered("skill", len(pairs)),
            "label": [f"{name}: {activity}" for name, activity in pairs],
            "description": [f"The {activity} that {name} call for." for name, activity in pairs],
            "taxonomy": ["simulated"] * len(pairs),
        }
    )
    return complete("skills", frame)


def _roles(n_topics: int, rng: np.random.Generator) -> pl.DataFrame:
    """Three roles per topic: eight of its skills, two of the next topic's."""
    rows: list[dict[str, object]] = []
    skill = numbered("skill", n_topics * PER_TOPIC)
    for topic, name in enumerate(topics(n_topics)):
        for rank, job in enumerate(JOBS):
            own = topic * PER_TOPIC + rng.permutation(PER_TOPIC)[:8]
            near = (topic + 1) % n_topics * PER_TOPIC + rng.permutation(PER_TOPIC)[:2]
            wanted = np.concatenate([own, near]).tolist()
            importance = rng.uniform(0.3, 1.0, 10).round(2).tolist()
            level = (0.25 * (rng.integers(1, 3, 10) + rank)).tolist()
            requirements = [
                {"skill": skill[s], "importance": i, "level": lv}
                for s, i, lv in zip(wanted, importance, level, strict=True)
            ]
            rows.append(
                {
                    "title": f"{name.capitalize()} {job}",
                    "description": f"Works as {job} in {name}.",
                    "requirements": requirements,
                }
            )
    schema = {
        "title": pl.String(),
        "description": pl.String(),
        "requirements": pl.List(REQUIREMENT),
    }
    frame = pl.DataFrame(rows, schema=schema)
    return complete("roles", frame.with_columns(id=numbered("role", len(rows))))
