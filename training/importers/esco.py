"""ESCO: skills, and occupations with the skills they need.

Only links between skills become ``broader``: skill groups are headings of the classification
rather than skills, and as rows they would attract free text ("languages") that should match
a skill. ESCO gives no levels, so they stay unknown.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from training.importers.source import Imported, Source, Tables
from training.schema import REQUIREMENT

IMPORTANCE: Final = {"essential": 1.0, "optional": 0.5}
"""ESCO says only essential or optional; an optional skill counts half."""

_CONCEPT: Final = ("conceptUri", "preferredLabel", "altLabels", "description")


def read(path: Path, existing: Tables) -> Imported:
    """The English classification and its relations, from one or several archives."""
    source = Source(path)
    skills = source.table(r"skills_en\.csv", _CONCEPT, "skills_en.csv")
    occupations = source.table(r"occupations_en\.csv", _CONCEPT, "occupations_en.csv")
    needs = source.table(
        r"occupationSkillRelations(_en)?\.csv",
        ("occupationUri", "relationType", "skillUri"),
        "occupationSkillRelations.csv",
    )
    links = source.table(
        r"broaderRelationsSkillPillar(_en)?\.csv",
        ("conceptUri", "broaderUri"),
        "broaderRelationsSkillPillar.csv",
    )
    known = needs.join(
        occupations, left_on="occupationUri", right_on="conceptUri", how="semi"
    ).join(skills, left_on="skillUri", right_on="conceptUri", how="semi")
    notes = []
    if dropped := needs.height - known.height:
        notes.append(
            f"{dropped} relations left out: their occupation or skill is not in the classification"
        )
    tables = {"skills": _skills(skills, links), "roles": _roles(occupations, known)}
    return Imported(tables, tuple(notes))


def _skills(skills: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    uris = skills.select(broaderUri="conceptUri")
    broader = (
        links.join(uris, on="broaderUri", how="semi")
        .group_by("conceptUri", maintain_order=True)
        .agg(broader=pl.col("broaderUri").unique(maintain_order=True))
    )
    return skills.join(broader, on="conceptUri", how="left", maintain_order="left").select(
        pl.col("conceptUri").alias("id"),
        pl.col("preferredLabel").alias("label"),
        _aliases().alias("aliases"),
        "description",
        pl.lit("esco").alias("taxonomy"),
        "broader",
    )


def _roles(occupations: pl.DataFrame, needs: pl.DataFrame) -> pl.DataFrame:
    requirement = pl.struct(
        skill="skillUri",
        importance=pl.col("relationType").replace_strict(
            IMPORTANCE, default=None, return_dtype=pl.Float64
        ),
        level=pl.lit(None, pl.Float64),
    ).cast(REQUIREMENT)
    requirements = needs.group_by(
        pl.col("occupationUri").alias("conceptUri"), maintain_order=True
    ).agg(requirements=requirement)
    return occupations.join(
        requirements, on="conceptUri", how="left", maintain_order="left"
    ).select(
        pl.col("conceptUri").alias("id"),
        pl.col("preferredLabel").alias("title"),
        _aliases().alias("aliases"),
        "description",
        "requirements",
    )


def _aliases() -> pl.Expr:
    """Other names, one a line, without the label itself; null when there are none."""
    names = pl.col("altLabels").str.split("\n").list.eval(pl.element().str.strip_chars())
    others = names.list.set_difference(pl.concat_list("preferredLabel", pl.lit(""))).list.sort()
    return pl.when(others.list.len() > 0).then(others)
