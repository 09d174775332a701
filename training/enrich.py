"""Skills for credentials that name none, read out of their titles and descriptions."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final, NamedTuple

import polars as pl

from models.encoder import QUICK_FILE, TextEncoder
from models.errors import UsageError
from models.matching import Reader, match
from models.skill_matcher import SkillMatcher
from training import skill_matching
from training.embedder import Embedder
from training.framework import Framework
from training.progress import Progress
from training.schema import DTYPES, Form
from training.writing import existing, merge

SURE: Final = 0.5
"""By default a skill is inferred from this score on."""

MOST: Final = 10
"""So many are inferred for a credential at most."""


class Enriched(NamedTuple):
    """How many credentials named no skill, how many of them got some, and how many in all."""

    without: int
    enriched: int
    skills: int


def enrich(
    folder: Path,
    out: Path | None,
    embedder: Embedder,
    progress: Progress,
    threshold: float = SURE,
) -> Enriched:
    """Give the credentials of ``folder`` that name no skill those that their texts speak of, each
    with its score as ``inferred``; what is stated stays.

    Changes the table of credentials, or with ``out`` merges all tables into that folder. Raises
    ``DataError`` for faults in the data, ``UsageError`` without credentials or skills.
    """
    frames = existing(folder)
    credentials = frames.get("credentials")
    if credentials is None:
        raise UsageError(f"{folder}: there is no table of credentials")
    framework = Framework.of(frames)
    with tempfile.TemporaryDirectory() as scratch:
        reader = _reader(framework, embedder, Path(scratch), progress)
        bare = (pl.col("skills").list.len() == 0) | pl.col("skills").is_null()
        texts = credentials.filter(bare).select("id", "title", "description")
        inferred: dict[str, list[dict[str, Any]]] = {}
        with progress.stage("read credentials", texts.height) as advance:
            for id_, title, description in texts.iter_rows():
                found = match(reader, f"{title}\n{description or ''}", MOST, threshold)
                inferred[id_] = [
                    {"skill": framework.ids[row], "level": None, "inferred": round(score, 6)}
                    for row, score, _, _ in found
                ]
                advance(1)
    skills = pl.Series(
        "skills",
        [
            inferred.get(id_) or (None if stated is None else stated.to_list())
            for id_, stated in zip(credentials["id"], credentials["skills"], strict=True)
        ],
        DTYPES[Form.TAUGHT],
    )
    changed = {"credentials": credentials.with_columns(skills)}
    merge(folder if out is None else out, changed if out is None else frames | changed)
    given = [found for found in inferred.values() if found]
    return Enriched(len(inferred), len(given), sum(map(len, given)))


def _reader(framework: Framework, embedder: Embedder, scratch: Path, progress: Progress) -> Reader:
    with progress.stage("embed skills", len(set(framework.labels))) as advance:
        labels = embedder.encode(framework.labels, advance)
    matcher = SkillMatcher.mapped(skill_matching.fit(framework, labels, embedder, progress))
    assert matcher is not None  # noqa: S101 - there are skills and an embedder
    embedder.export(scratch)
    encoder = TextEncoder(scratch, graph=QUICK_FILE)
    return Reader(matcher, encoder, framework.labels, framework.aliases)
