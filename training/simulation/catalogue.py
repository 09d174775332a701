"""The tables of a catalogue as arrays, the form in which simulated learners see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

from models.domain import ASSUMED_LEVEL
from models.prerequisites import Condition, parse
from training.schema import complete

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RoleNeeds:
    """What a role requires: ``skill`` rows, ``importance`` and ``level`` 0..1, parallel."""

    skill: Ints
    importance: Floats
    level: Floats


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Credentials by row, with the skills they teach and what limits them.

    ``teaches`` is (credentials × skills) with levels 0..1; ``hours`` and ``cost`` are NaN
    where unknown, ``cost`` also in another currency than the most frequent one.
    ``language`` codes the languages by falling frequency, -1 for unknown. ``opens`` and
    ``closes`` are seconds since the epoch, infinite without a limit. ``stacks`` holds pairs
    (part, stack) of rows. ``prerequisites`` is JSON text or ``None``, parsed when needed.
    """

    ids: list[str]
    rows: Mapping[str, int]
    skills: list[str]
    skill_rows: Mapping[str, int]
    roles: list[str]
    needs: list[RoleNeeds]
    teaches: csr_array
    hours: Floats
    cost: Floats
    language: Ints
    n_languages: int
    opens: Floats
    closes: Floats
    stacks: Ints
    prerequisites: list[str | None]

    def condition(self, row: int) -> Condition | None:
        """The prerequisites of one credential."""
        text = self.prerequisites[row]
        return None if text is None else parse(orjson.loads(text))


def compile_catalogue(
    credentials: pl.DataFrame, skills: pl.DataFrame, roles: pl.DataFrame
) -> Catalogue:
    """Read tables in contract types; columns that are missing are unknown.

    A skill named by a label or an alias counts as that skill, any other text as a skill of
    its own. An unknown level counts as ``ASSUMED_LEVEL``, an unknown importance as 1.
    """
    credentials = complete("credentials", credentials)
    roles = complete("roles", roles)
    known = _names(complete("skills", skills))
    taught = _resolved(credentials.with_row_index("row"), "skills", known)
    needed = _resolved(roles.with_row_index("row"), "requirements", known)
    universe = sorted({*taught["skill"], *needed["skill"]})
    skill_rows = {name: row for row, name in enumerate(universe)}
    ids = credentials["id"].to_list()
    rows = {name: row for row, name in enumerate(ids)}
    stacks = credentials.select("id", "stacks_into").explode("stacks_into").drop_nulls()
    price = _price(credentials)
    languages = _by_frequency(credentials["language"])
    return Catalogue(
        ids=ids,
        rows=rows,
        skills=universe,
        skill_rows=skill_rows | {n: skill_rows[s] for n, s in known.rows() if s in skill_rows},
        roles=roles["id"].to_list(),
        needs=_needs(needed, skill_rows, roles.height),
        teaches=_matrix(taught, skill_rows, len(ids)),
        hours=_numbers(credentials["hours"], np.nan),
        cost=_numbers(price, np.nan),
        language=np.array([languages.get(code, -1) for code in credentials["language"]], np.int64),
        n_languages=len(languages),
        opens=_numbers(credentials["available_from"].dt.epoch("s"), -np.inf),
        closes=_numbers(credentials["available_until"].dt.epoch("s"), np.inf),
        stacks=np.array(
            [(rows[part], rows[whole]) for part, whole in stacks.rows() if whole in rows], np.int64
        ).reshape(-1, 2),
        prerequisites=credentials["prerequisites"].to_list(),
    )


def _names(skills: pl.DataFrame) -> pl.DataFrame:
    """Every way to write a skill in lower case, with its id; ids win over labels and aliases."""
    ways = (pl.col("id"), pl.col("label"), pl.col("aliases"))
    frames = [skills.select(name=way, skill=pl.col("id")) for way in ways[:2]]
    frames.append(skills.select(name=ways[2], skill=pl.col("id")).explode("name"))
    names = pl.concat(frames).drop_nulls().with_columns(pl.col("name").str.to_lowercase())
    return names.unique("name", keep="first", maintain_order=True)


def _resolved(frame: pl.DataFrame, column: str, known: pl.DataFrame) -> pl.DataFrame:
    entries = frame.select("row", column).explode(column).drop_nulls(column).unnest(column)
    entries = entries.with_columns(name=pl.col("skill").str.to_lowercase())
    entries = entries.join(known, on="name", how="left", suffix="_known", maintain_order="left")
    return entries.with_columns(
        pl.coalesce("skill_known", "skill").alias("skill"),
        pl.col("level").fill_null(ASSUMED_LEVEL),
    ).unique(["row", "skill"], keep="first", maintain_order=True)


def _matrix(taught: pl.DataFrame, skill_rows: Mapping[str, int], n: int) -> csr_array:
    columns = np.array([skill_rows[name] for name in taught["skill"]], np.int64)
    values = taught["level"].to_numpy().astype(np.float64)
    return csr_array((values, (taught["row"].to_numpy(), columns)), shape=(n, len(skill_rows)))


def _needs(needed: pl.DataFrame, skill_rows: Mapping[str, int], n: int) -> list[RoleNeeds]:
    # a requirement of level 0 asks for nothing, and nothing can be a share of it
    needed = needed.filter(pl.col("level") > 0)
    owner = needed["row"].to_numpy()
    skill = np.array([skill_rows[name] for name in needed["skill"]], np.int64)
    importance = needed["importance"].fill_null(1.0).to_numpy()
    level = needed["level"].to_numpy()
    mine = [np.flatnonzero(owner == role) for role in range(n)]
    return [RoleNeeds(skill[at], importance[at], level[at]) for at in mine]


def _price(credentials: pl.DataFrame) -> pl.Series:
    currencies = list(_by_frequency(credentials["currency"]))
    main = currencies[0] if currencies else None
    return credentials.select(
        pl.when(pl.col("currency") == pl.lit(main, pl.String())).then("cost")
    ).to_series()


def _by_frequency(series: pl.Series) -> dict[str, int]:
    counted = (
        series.drop_nulls().value_counts().sort("count", series.name, descending=[True, False])
    )
    return {value: code for code, value in enumerate(counted[series.name])}


def _numbers(series: pl.Series, unknown: float) -> Floats:
    return series.cast(pl.Float64).fill_null(unknown).to_numpy()
