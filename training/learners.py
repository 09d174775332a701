"""Learners of a data set as rows, and the questions they would have asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models.bundle import Bundle
from models.domain import Event, HeldSkill, Kind, Learner, ResolvedRole
from models.ids import IdMap
from models.query import Query, higher, role_target, with_learnt
from models.walk import Walk
from training.interactions import DISMISS, KINDS, Interactions
from training.tables import Dataset


@dataclass(frozen=True, slots=True)
class Declared:
    """Skills as learners declared them: rows and levels (NaN unknown) end to end ``(m,)``, and
    where each learner's begin, ``indptr`` ``(n + 1,)``.
    """

    indptr: NDArray[np.int64]
    skill: NDArray[np.int32]
    level: NDArray[np.float64]

    @classmethod
    def of(cls, stated: pl.DataFrame, n: int, skill_rows: Mapping[str, int]) -> Declared:
        """From ``row`` (a learner's) and ``skills`` of the contract."""
        listed = stated.select("row", "skills").filter(pl.col("skills").list.len() > 0)
        flat = listed.sort("row", maintain_order=True).explode("skills").unnest("skills")
        texts = pl.Series(list(skill_rows), dtype=pl.String)
        rows = list(skill_rows.values())
        return cls(
            np.searchsorted(flat["row"].to_numpy(), np.arange(n + 1)),
            flat["skill"].replace_strict(texts, rows, return_dtype=pl.Int32).to_numpy(),
            flat["level"].fill_null(np.nan).to_numpy(),
        )

    @classmethod
    def listed(cls, skills: Mapping[int, Mapping[int, float]], n: int) -> Self:
        """From the skills (row → level) of some of ``n`` learners, by their rows in order."""
        counts = np.zeros(n + 1, np.int64)
        counts[[learner + 1 for learner in skills]] = [len(each) for each in skills.values()]
        return cls(
            np.cumsum(counts),
            np.array([skill for each in skills.values() for skill in each], np.int32),
            np.array([level for each in skills.values() for level in each.values()], np.float64),
        )

    def __getitem__(self, learner: int) -> dict[int, float]:
        """Row of the skill → level; of a skill named twice the higher one."""
        cut = slice(int(self.indptr[learner]), int(self.indptr[learner + 1]))
        declared: dict[int, float] = {}
        for skill, level in zip(self.skill[cut].tolist(), self.level[cut].tolist(), strict=True):
            declared[skill] = higher(declared.get(skill), level)
        return declared


@dataclass(frozen=True, slots=True)
class Learners:
    """Everyone in the interactions or the learners' table. ``ids`` in row order;
    ``roles`` ``(n,)`` the target role's row or -1; ``skills`` what each declared.
    """

    ids: IdMap
    roles: NDArray[np.int32]
    skills: Declared

    @classmethod
    def of(cls, data: Dataset, roles: IdMap, skill_rows: Mapping[str, int]) -> Learners:
        """Collect the learners; a target role that is no role of the data is unknown."""
        frames = [data.acts.select("learner_id"), data.learners.lazy().select(learner_id="id")]
        if data.test_interactions is not None:
            frames.append(data.test_interactions.lazy().select("learner_id"))
        known = pl.concat(frames).unique().collect(engine="streaming")["learner_id"].sort()
        stated = data.learners.join(known.alias("id").to_frame().with_row_index("row"), on="id")
        aims = pl.DataFrame(
            {"target_role": list(roles), "role": range(len(roles))},
            schema={"target_role": pl.String(), "role": pl.Int32()},
        )
        aiming = stated.select("row", "target_role").join(aims, on="target_role")
        target = np.full(len(known), -1, np.int32)
        target[aiming["row"].to_numpy()] = aiming["role"].to_numpy()
        declared = Declared.of(stated, len(known), skill_rows)
        return cls(IdMap(known.to_list()), target, declared)


def interactions(
    table: pl.LazyFrame, learners: IdMap, credentials: IdMap, *, dated: bool
) -> Interactions:
    """A table of interactions as arrays."""
    found = Rows.of(learners, credentials).to(table)
    return Interactions.build(
        **{name: found[name].to_numpy() for name in found.columns},
        n_learners=len(learners),
        n_credentials=len(credentials),
        dated=dated,
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """What turns ids into rows, made once for many tables."""

    learners: pl.LazyFrame
    credentials: pl.LazyFrame

    @classmethod
    def of(cls, learners: IdMap, credentials: IdMap) -> Self:
        """All ids that there may be."""
        return cls(
            numbered("learner_id", learners, "learner"),
            numbered("credential_id", credentials, "credential"),
        )

    def to(self, table: pl.LazyFrame) -> pl.DataFrame:
        """The columns that ``Interactions.build`` takes, in the order of the table."""
        kinds = [kind.value for kind in KINDS]
        return (
            table.join(self.learners, on="learner_id", how="left", maintain_order="left")
            .join(self.credentials, on="credential_id", how="left", maintain_order="left")
            .select(
                "learner",
                "credential",
                at=pl.col("occurred_at").cast(pl.Float64),
                kind=pl.col("kind").replace_strict(kinds, range(len(kinds)), return_dtype=pl.UInt8),
                value=pl.col("value").cast(pl.Float32).fill_null(np.nan),
            )
            .collect()
        )


def numbered(column: str, ids: IdMap, name: str) -> pl.LazyFrame:
    """The ids as ``column``, and their rows (Int32) as ``name``."""
    known = pl.DataFrame({column: list(ids)}, schema={column: pl.String})
    return known.with_row_index(name).cast({name: pl.Int32}).lazy()


def row_of(table: pl.LazyFrame, column: str, ids: IdMap) -> NDArray[np.int32]:
    """The row of each of a column's ids, all of which must be known, ``(rows,)``."""
    rows = table.select(column).join(
        numbered(column, ids, "row"), on=column, how="left", maintain_order="left"
    )
    return rows.select("row").collect()["row"].to_numpy()


def held_kinds(known: Interactions) -> tuple[Kind, ...]:
    """Kinds by which a credential is held: completions where there are any, else all but
    dismissals, since then the other kinds are all that a platform tells.
    """
    if (known.kind == KINDS.index(Kind.COMPLETE)).any():
        return (Kind.COMPLETE,)
    return tuple(kind for kind in KINDS if kind not in (Kind.DISMISS, Kind.RETRACT))


def kind_weights(weights: Mapping[Kind, float], known: Interactions) -> dict[Kind, float]:
    """Weights of the kinds, scaled so that the weightiest kind in the data weighs one."""
    there = [KINDS[position] for position in np.unique(known.kind) if position != DISMISS]
    most = max((weights.get(kind, 1.0) for kind in there), default=1.0)
    return {kind: min(1.0, weight / most) for kind, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class Asker:
    """Makes the question that a learner would have asked at a moment.

    ``known`` holds the interactions that the questions may draw on, ``kinds`` those by
    which a credential is held.
    """

    known: Interactions
    learners: Learners
    kinds: tuple[Kind, ...]

    def ask(self, bundle: Bundle, learner: int, end: int, at: float, *, limit: int = 10) -> Query:
        """The question of ``learner`` at ``at`` with ``known[…:end]`` as their past.

        All they ever met is closed, since what is asked for is something new.
        """
        start = int(self.known.indptr[learner])
        past = slice(start, end)
        credential, kind = self.known.credential[past], self.known.kind[past]
        met = kind != DISMISS
        walk = Walk.of(credential[met], self.known.at[past][met], self._weights(bundle)[kind[met]])
        held = np.unique(credential[np.isin(kind, [KINDS.index(each) for each in self.kinds])])
        skills, levels = with_learnt(bundle, self.learners.skills[learner], held)
        role, requirement = None, None
        if self.learners.roles[learner] >= 0:
            row = int(self.learners.roles[learner])
            role, requirement = role_target(bundle, ResolvedRole(row, bundle.roles.titles[row]), [])
        return Query(
            at=at if self.known.dated else np.nan,
            walk=walk,
            held=held,
            closed=np.unique(credential),
            dismissed=np.unique(credential[kind == DISMISS]),
            skills=skills,
            levels=levels,
            role=role,
            requirement=requirement,
            limit=limit,
            floors=bundle.floors,
            explain=False,
        )

    def told(self, bundle: Bundle, learner: int, end: int) -> Learner:
        """The same ``learner`` with ``known[…:end]`` as their past, in the ids of ``bundle``."""
        past = slice(int(self.known.indptr[learner]), end)
        acts = zip(
            self.known.credential[past].tolist(),
            self.known.kind[past].tolist(),
            self.known.at[past].tolist(),
            strict=True,
        )
        role = int(self.learners.roles[learner])
        return Learner(
            skills=tuple(
                HeldSkill(bundle.skills.ids[skill], None if np.isnan(level) else level)
                for skill, level in self.learners.skills[learner].items()
            ),
            history=tuple(
                Event(bundle.credentials.ids[c], KINDS[kind], at) for c, kind, at in acts
            ),
            target_role=None if role < 0 else bundle.roles.ids[role],
        )

    def _weights(self, bundle: Bundle) -> NDArray[np.float32]:
        """Weight of each kind, in the order of ``KINDS``."""
        return np.array([bundle.manifest.kind_weights.get(kind, 1.0) for kind in KINDS], np.float32)
