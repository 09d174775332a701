"""Histories for a given catalogue: each role's learners walk together, in bounded batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from training.interactions import KINDS
from training.schema import SKILL, STAMP
from training.simulation.behaviour import Behaviour
from training.simulation.catalogue import Catalogue, Floats
from training.simulation.shelf import Shelf, build_shelf
from training.simulation.walk import Log, arrive, best_next, walk

BATCH = 4096
"""Learners who walk at once: bounds the memory, and is part of what a seed means."""

TRUTH = {
    "learner_id": pl.String(),
    "target_role": pl.String(),
    "credential_ids": pl.List(pl.String()),
    "utilities": pl.List(pl.Float64()),
}
Names: TypeAlias = NDArray[np.str_]

REGIONS = ("north", "east", "south", "west")
EXPERIENCE = ("starting", "changing", "returning")


@dataclass(frozen=True, slots=True)
class Histories:
    """``learners`` and ``interactions`` in the data contract's columns, and the truth.

    ``truth`` has one row per learner: ``learner_id``, ``target_role``, and the best next
    credentials (``credential_ids``, up to ten) by true ``utilities`` as the window ends.
    """

    learners: pl.DataFrame
    interactions: pl.DataFrame
    truth: pl.DataFrame


def draw(
    catalogue: Catalogue,
    n_learners: int,
    seed: int,
    start: datetime,
    days: int,
    behaviour: Behaviour,
) -> Histories:
    """Simulate ``n_learners`` between ``start`` and ``days`` later."""
    rng = np.random.default_rng(seed)
    appeal = rng.standard_normal(len(catalogue.ids))
    shares = rng.dirichlet(np.full(len(catalogue.roles), 4.0))
    role_of = np.sort(rng.choice(len(catalogue.roles), n_learners, p=shares))
    numbers = rng.permutation(n_learners)  # so that ids tell nothing of the role
    width = len(str(n_learners))
    names = np.array([f"learner-{number + 1:0{width}d}" for number in numbers], dtype=np.str_)
    window = (start.timestamp(), (start + timedelta(days=days)).timestamp())
    by_skill = catalogue.teaches.tocsc()
    batches: list[Histories] = []
    for role in range(len(catalogue.roles)):
        members = np.flatnonzero(role_of == role)
        if not len(members):
            continue
        shelf = build_shelf(catalogue, by_skill, appeal, catalogue.needs[role], behaviour)
        for first in range(0, len(members), BATCH):
            ids = names[members[first : first + BATCH]]
            crowd = arrive(catalogue, shelf, behaviour, len(ids), window, rng)
            learners = _learners(catalogue, shelf, role, ids, crowd.level, behaviour, rng)
            log = walk(catalogue, shelf, appeal, behaviour, crowd, window[1], rng)
            crowd.now[:] = window[1]
            best = best_next(catalogue, shelf, appeal, behaviour, crowd)
            batches.append(
                Histories(
                    learners,
                    _interactions(catalogue, shelf, ids, log),
                    _truth(catalogue, shelf, role, ids, *best),
                )
            )
    return Histories(
        pl.concat([each.learners for each in batches]).sort("id"),
        pl.concat([each.interactions for each in batches]).sort(
            "occurred_at", "learner_id", maintain_order=True
        ),
        pl.concat([each.truth for each in batches]).sort("learner_id"),
    )


def _learners(
    catalogue: Catalogue,
    shelf: Shelf,
    role: int,
    ids: Names,
    level: Floats,
    behaviour: Behaviour,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Profiles as stated: some without skills, some without a target role."""
    says_skills, says_role = rng.random((2, len(ids))) >= behaviour.undeclared
    attributes = [
        orjson.dumps({"experience": experience, "region": region}).decode()
        for region in REGIONS
        for experience in EXPERIENCE
    ]
    drawn = rng.integers(len(attributes), size=len(ids))
    owner, skill = np.nonzero((level > 0) & says_skills[:, None])
    held = pl.DataFrame(
        {
            "id": ids[owner],
            "skill": np.array(catalogue.skills, dtype=np.str_)[shelf.skills[skill]],
            "level": level[owner, skill],
        },
        schema={"id": pl.String(), "skill": pl.String(), "level": pl.Float64()},
    )
    skills = held.group_by("id", maintain_order=True).agg(skills=pl.struct("skill", "level"))
    title = catalogue.roles[role]
    return (
        pl.DataFrame({"id": ids}, schema={"id": pl.String()})
        .join(skills, on="id", how="left", maintain_order="left")
        .with_columns(
            pl.col("skills").cast(pl.List(SKILL)),
            target_role=pl.Series([title if says else None for says in says_role], dtype=pl.String),
            attributes=pl.Series([attributes[which] for which in drawn], dtype=pl.String),
        )
    )


def _interactions(catalogue: Catalogue, shelf: Shelf, ids: Names, log: Log) -> pl.DataFrame:
    credentials = pl.Series([catalogue.ids[row] for row in shelf.rows], dtype=pl.String)
    kinds = pl.Series([kind.value for kind in KINDS], dtype=pl.String)
    learner, credential, kind, at = (
        np.concatenate([*columns, np.zeros(0, columns[0].dtype if columns else np.int64)])
        for columns in (log.learner, log.credential, log.kind, log.at)
    )
    return pl.DataFrame(
        {
            "learner_id": pl.Series(ids, dtype=pl.String).gather(learner),
            "credential_id": credentials.gather(credential),
            "kind": kinds.gather(kind),
            "occurred_at": pl.Series(at * 1e6).cast(pl.Int64).cast(STAMP),
            "value": pl.Series([None], dtype=pl.Float64).new_from_index(0, len(at)),
        }
    )


def _truth(
    catalogue: Catalogue,
    shelf: Shelf,
    role: int,
    ids: Names,
    best: NDArray[np.intp],
    utilities: Floats,
) -> pl.DataFrame:
    names = [catalogue.ids[row] for row in shelf.rows]
    counts = np.isfinite(utilities).sum(axis=1).tolist()
    return pl.DataFrame(
        {
            "learner_id": ids,
            "target_role": [catalogue.roles[role]] * len(ids),
            "credential_ids": [
                [names[column] for column in row[:count]]
                for row, count in zip(best.tolist(), counts, strict=True)
            ],
            "utilities": [
                row[:count] for row, count in zip(utilities.tolist(), counts, strict=True)
            ],
        },
        schema=TRUTH,
    )
