"""What the catalogue, the skills and the roles say, turned into a bundle's tables and arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.columns import Columns
from models.conditions import Conditions
from models.cues import onward
from models.domain import ASSUMED_LEVEL
from models.ids import IdMap
from models.index import VectorIndex
from models.prerequisites import Leaf, NeedsSkill, parse, replaced
from models.sparse import Csr
from models.tables import CREDENTIAL_COLUMNS, ROLE_COLUMNS, SKILL_COLUMNS
from training import crosswalk, skill_matching
from training.embedder import Embedder
from training.framework import Framework
from training.matching import (
    INFER_SIMILARITY,
    INFERRED,
    Match,
    Matcher,
    Names,
    from_pairs,
    near_skills,
)
from training.progress import Progress
from training.stacks import stacks
from training.tables import Dataset
from training.vectors import Vectors

TEXT_CHARACTERS: Final = 400
"""So much of a title and description goes into a credential's vector."""

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A bundle's parts that do not depend on what learners did. ``skill_rows`` leads from a
    skill's id or text in the data to its row.
    """

    arrays: Arrays
    tables: dict[str, Columns]
    indexes: dict[str, VectorIndex]
    skill_rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Named:
    """One skill named by an owner (a row); ``inferred`` when read out of a description."""

    owner: int
    match: Match
    level: float
    importance: float = float("nan")
    inferred: bool = False


def build(data: Dataset, embedder: Embedder | None, progress: Progress) -> Catalogue:
    """Match skills, embed texts, relate skills and compile prerequisites.

    Without an embedder nothing is compared by meaning: texts that are no known skill's
    label become skills of their own, and there are no vectors.
    """
    credentials, skills, roles = data.credentials, data.skills, data.roles
    labels = skills["label"].fill_null(skills["id"]).to_list()
    titles = roles["title"].fill_null(roles["id"]).to_list()
    aligned = crosswalk.resolved(data.crosswalk, skills["id"].to_list())
    known = Names.of(skills["id"].to_list(), labels, _json(skills["aliases"]), aligned)
    wanted = _skill_texts(data)
    unnamed = [text for text in wanted if known.find(text) is None]
    vectors = Vectors(embedder, progress, labels, titles, unnamed, _texts(credentials))
    matcher = Matcher.build(known, wanted, vectors.unnamed, vectors.skills)
    all_labels = [*labels, *matcher.texts]
    skill_vectors = vectors.with_texts(matcher.texts)
    ids = IdMap([*skills["id"].to_list(), *matcher.texts])
    beside = crosswalk.pairs(data.crosswalk, ids.row)
    near = near_skills(skill_vectors, len(ids), _broader(skills, ids), beside)
    taught = list(_taught(credentials, matcher, vectors.credentials, skill_vectors, len(labels)))
    required = [
        _Named(row, matcher.found[e["skill"]], _number(e["level"]), _number(e["importance"]))
        for row, entries in enumerate(roles["requirements"].to_list())
        for e in entries or ()
    ]
    credential_ids = IdMap(credentials["id"].to_list())
    arrays = {
        "text_vectors": vectors.credentials,
        "onward": onward(credentials["title"].to_list(), vectors.credentials),
    }
    arrays |= _links("teaches", taught, credentials.height)
    arrays |= _links("requires", required, roles.height, weighed=True)
    arrays |= _csr("near", near)
    arrays |= _closers(near, arrays, credentials.height)
    into, parts = stacks(credentials, credential_ids)
    arrays |= _csr("stacks", into) | _csr("stack_parts", parts)
    arrays |= _conditions(credentials, credential_ids, ids, aligned)
    skill_table = _skills(data, all_labels, matcher.texts)
    framework = Framework(
        ids=list(ids),
        labels=all_labels,
        aliases=list(skill_table["aliases"]),
        descriptions=list(skill_table["description"]),
        asked=np.bincount(arrays["requires.indices"], minlength=len(ids)),
    )
    arrays |= skill_matching.fit(framework, skill_vectors, embedder, progress)
    return Catalogue(
        arrays=arrays,
        tables=_tables(data, titles) | {"skills": skill_table},
        indexes=vectors.indexes(skill_vectors),
        skill_rows={text: match.row for text, match in matcher.found.items()},
    )


def _skill_texts(data: Dataset) -> list[str]:
    """Every way a skill is named in the data, each once, in order."""
    named = [
        column.filter(column.list.len() > 0).explode().struct.field("skill")
        for column in (
            data.credentials["skills"],
            data.roles["requirements"],
            data.learners["skills"],
        )
    ]
    return pl.concat(named).unique(maintain_order=True).to_list()


def _texts(credentials: pl.DataFrame) -> list[str]:
    pairs = zip(credentials["title"], credentials["description"], strict=True)
    return [f"{title}. {text or ''}".strip()[:TEXT_CHARACTERS] for title, text in pairs]


def _taught(
    credentials: pl.DataFrame,
    matcher: Matcher,
    texts: NDArray[np.float32],
    skills: NDArray[np.float32],
    n_taxonomy: int,
) -> Iterator[_Named]:
    """Skills as stated, and inferred ones where none is stated that the taxonomy knows.

    A skill stated without a level is taught at the credential's own level.
    """
    index = VectorIndex.build(skills[:n_taxonomy]) if n_taxonomy and texts.shape[1] else None
    levels = credentials["level"].to_list()
    for row, entries in enumerate(credentials["skills"].to_list()):
        own = _number(levels[row])
        best: dict[int, _Named] = {}
        for entry in entries or ():
            match, score = matcher.found[entry["skill"]], entry["inferred"]
            if score is not None:
                match = Match(match.row, score)
            level = own if entry["level"] is None else entry["level"]
            before = best.get(match.row)
            if before is None or np.nan_to_num(level) > np.nan_to_num(before.level):
                best[match.row] = _Named(row, match, level, inferred=score is not None)
        if index is not None and not any(skill < n_taxonomy for skill in best):
            rows, scores = index.search(texts[row][None], INFERRED)
            for skill, score in zip(rows[0].tolist(), scores[0].tolist(), strict=True):
                if score >= INFER_SIMILARITY:
                    best[skill] = _Named(row, Match(skill, score), own, inferred=True)
        yield from best.values()


def _links(name: str, named: list[_Named], n_owners: int, *, weighed: bool = False) -> Arrays:
    """Arrays of ``models.tables.SkillLinks``; a skill named twice by one owner counts once."""
    distinct = {(each.owner, each.match.row): each for each in reversed(named)}
    kept = [distinct[key] for key in sorted(distinct)]
    links = from_pairs(
        np.array([each.owner for each in kept], np.int64),
        np.array([each.match.row for each in kept], np.int64),
        np.array([each.level for each in kept], np.float64),
        n_owners,
    )
    arrays = _csr(name, links) | {
        f"{name}.match": np.array([each.match.score for each in kept], np.float32),
        f"{name}.inferred": np.array([each.inferred for each in kept], np.bool_),
    }
    if weighed:
        arrays[f"{name}.importance"] = np.array([each.importance for each in kept], np.float32)
    return arrays


def _closers(near: Csr, arrays: Arrays, n_credentials: int) -> Arrays:
    """By skill, who teaches it or a near one, by level and nearness.

    Of a credential's ways to a skill those are kept that lead higher than any nearer one.
    """
    teaches = Csr(*(arrays[f"teaches.{part}"] for part in ("indptr", "indices", "values")))
    owner = np.repeat(np.arange(n_credentials), np.diff(teaches.indptr))
    at, origin = near.entries(teaches.indices)
    frame = pl.DataFrame(
        {
            "skill": near.indices[at].astype(np.int64),
            "credential": owner[origin],
            "level": teaches.values[origin],
            "credit": near.values[at],
        },
        schema_overrides={"skill": pl.Int64, "credential": pl.Int64},
    )
    order = ["skill", "credential", "credit", "reach"]
    frame = frame.with_columns(reach=pl.col("level").fill_nan(ASSUMED_LEVEL)).sort(
        order, descending=[False, False, True, True]
    )
    nearer = pl.col("reach").cum_max().shift().over("skill", "credential")
    best = frame.filter(nearer.is_null() | (pl.col("reach") > nearer))
    closers = from_pairs(
        best["skill"].to_numpy(),
        best["credential"].to_numpy(),
        best["level"].to_numpy().astype(np.float64),
        near.n_rows,
    )
    return _csr("closers", closers) | {"closers.credit": best["credit"].to_numpy()}


def _conditions(
    credentials: pl.DataFrame, ids: IdMap, skills: IdMap, aligned: Mapping[str, Match]
) -> Arrays:
    def own(leaf: Leaf) -> Leaf:
        """The leaf with the skill that another framework's id leads to."""
        if isinstance(leaf, NeedsSkill) and leaf.id in aligned:
            return NeedsSkill(skills[aligned[leaf.id].row], leaf.level)
        return leaf

    trees = {
        row: replaced(parse(json.loads(text)), own)
        for row, text in enumerate(credentials["prerequisites"])
        if text is not None
    }
    compiled = Conditions.compile(trees, ids, skills)
    return {f"conditions.{name}": getattr(compiled, name) for name in compiled.__slots__}


def _broader(skills: pl.DataFrame, ids: IdMap) -> list[tuple[int, int]]:
    return [
        (row, int(broad))
        for row, names in enumerate(skills["broader"].to_list())
        for broad in ids.rows(names or ())
    ]


def _skills(data: Dataset, labels: list[str], texts: tuple[str, ...]) -> Columns:
    """The table of skills: the taxonomy's, and after them those known only by their text."""
    own: dict[str, list[Any]] = {name: [None] * len(texts) for name in SKILL_COLUMNS}
    own["id"] = list(texts)
    taxonomy = {
        name: _json(data.skills[name]) + own[name] for name in SKILL_COLUMNS if name != "label"
    }
    return taxonomy | {"label": labels}


def _tables(data: Dataset, titles: list[str]) -> dict[str, Columns]:
    return {
        "credentials": {name: _json(data.credentials[name]) for name in CREDENTIAL_COLUMNS},
        "roles": {name: _json(data.roles[name]) for name in ROLE_COLUMNS} | {"title": titles},
    }


def _json(column: pl.Series) -> list[Any]:
    """A column as a bundle's table keeps it: lists as JSON, moments as seconds."""
    if isinstance(column.dtype, pl.List):
        cells = (None if cell is None else cell.to_list() for cell in column)
        return [None if cell is None else json.dumps(cell, ensure_ascii=False) for cell in cells]
    if isinstance(column.dtype, pl.Datetime):
        column = column.dt.epoch("us").cast(pl.Float64) / 1e6
    plain: list[Any] = column.to_list()
    return plain


def _csr(name: str, matrix: Csr) -> Arrays:
    return {
        f"{name}.indptr": matrix.indptr,
        f"{name}.indices": matrix.indices,
        f"{name}.values": matrix.values,
    }


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
