"""O*NET: occupations with the skills, knowledge and technologies they need.

Importance (scale IM, 1..5) and level (scale LV, 0..7) become 0..1. A rating that O*NET
recommends to suppress is not used; an element not relevant to an occupation is no
requirement of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import polars as pl

from training.importers.source import Imported, Source, Tables, numbers, slug
from training.schema import REQUIREMENT

LOWEST_IMPORTANCE: Final = 0.5
"""Elements under it (3 of 5, "important") are not taken as required."""

IN_DEMAND: Final = 0.8
"""Importance of a technology employers often ask for in this occupation."""

HOT: Final = 0.6
"""Importance of a technology often asked for in general, and used in this occupation."""

SOURCE: Final = "O*NET"
RELEASED: Final = {
    "28.0": "2023-08", "28.1": "2023-11", "28.2": "2024-02", "28.3": "2024-05", "29.0": "2024-08",
    "29.1": "2024-11", "29.2": "2025-02", "29.3": "2025-05", "30.0": "2025-08",
}  # fmt: skip
"""Editions of the database and the months in which they were released; its files do not tell."""

_SOC: Final = "O*NET-SOC Code"
_RATED: Final = (
    _SOC,
    "Element ID",
    "Element Name",
    "Scale ID",
    "Data Value",
    "Recommend Suppress",
    "Not Relevant",
)


def read(path: Path, existing: Tables) -> Imported:
    """The database as text, tab-separated or Excel files; titles are optional."""
    source = Source(path)
    occupations = _table(source, "Occupation Data", (_SOC, "Title", "Description"))
    reference = _table(source, "Content Model Reference", ("Element ID", "Description"))
    rated = pl.concat([_rated(source, "Skills"), _rated(source, "Knowledge")])
    technologies = _table(
        source,
        "Technology Skills",
        (_SOC, "Example", "Commodity Title", "Hot Technology", "In Demand"),
    ).with_columns(
        skill="onet:tech:" + pl.col("Example").map_elements(slug, return_dtype=pl.String)
    )
    requirements = (
        pl.concat([_elements(rated), _demanded(technologies)])
        .group_by(_SOC, maintain_order=True)
        .agg(requirements=pl.struct("skill", "importance", "level").cast(REQUIREMENT))
    )
    demand = _flags(technologies)
    roles = occupations.join(requirements, on=_SOC, how="left", maintain_order="left").join(
        _aliases(source), on=_SOC, how="left", maintain_order="left"
    )
    roles = roles.join(demand, on=_SOC, how="left", maintain_order="left")
    edition, released = _edition(path)
    flagged = pl.col("hot").is_not_null()
    tables = {
        "skills": pl.concat([_element_skills(rated, reference), _technologies(technologies)]),
        "roles": roles.select(
            ("onet:" + pl.col(_SOC)).alias("id"),
            pl.col("Title").alias("title"),
            pl.col("aliases").list.set_difference(pl.concat_list("Title")).list.sort(),
            pl.col("Description").alias("description"),
            "requirements",
            "in_demand",
            "hot",
            demand_source=pl.when(flagged).then(pl.lit(edition)),
            demand_date=pl.when(flagged).then(pl.lit(released, pl.String())),
        ),
    }
    unrated = roles["requirements"].null_count()
    notes = [f"{unrated} occupations have no rated requirements"] if unrated else []
    if released is None:
        told = "the path names no edition whose release is known, such as db_29_2"
        notes.append(f"{told}: what is in demand has no date, and is shown but not used")
    return Imported(tables, tuple(notes))


def _edition(path: Path) -> tuple[str, str | None]:
    """Which database it is, by the name of its folder or archives, and the month of its release."""
    names = [path.resolve().name, *(each.name for each in path.glob("*"))]
    found = re.search(r"(?:onet|db)_(\d+)_(\d)", " ".join(names), re.IGNORECASE)
    if found is None:
        return SOURCE, None
    edition = ".".join(found.groups())
    return f"{SOURCE} {edition}", RELEASED.get(edition)


def _flags(technologies: pl.DataFrame) -> pl.DataFrame:
    """By occupation whose technologies are known, those in demand and those only hot; of none of
    them is an empty list.
    """
    wanted, hot = pl.col("In Demand"), pl.col("Hot Technology")
    each = technologies.group_by(_SOC, "skill", maintain_order=True)
    return (
        each.agg((wanted == "Y").any(), (hot == "Y").any())
        .group_by(_SOC, maintain_order=True)
        .agg(in_demand=pl.col("skill").filter(wanted), hot=pl.col("skill").filter(hot & ~wanted))
    )


def _table(source: Source, name: str, columns: tuple[str, ...]) -> pl.DataFrame:
    return source.table(rf"{name}\.(txt|tsv|xlsx)", columns, f"{name}.txt (or .tsv, .xlsx)")


def _rated(source: Source, name: str) -> pl.DataFrame:
    return numbers(_table(source, name, _RATED).select(_RATED), ("Data Value",), name)


def _elements(rated: pl.DataFrame) -> pl.DataFrame:
    key = [_SOC, "Element ID"]
    usable = pl.col("Recommend Suppress").fill_null("N") != "Y"
    irrelevant = rated.filter(pl.col("Not Relevant") == "Y")
    importance = rated.filter(usable, pl.col("Scale ID") == "IM").select(
        *key, importance=(pl.col("Data Value") - 1.0) / 4.0
    )
    level = rated.filter(usable, pl.col("Scale ID") == "LV").select(
        *key, level=pl.col("Data Value") / 7.0
    )
    return (
        importance.filter(pl.col("importance") >= LOWEST_IMPORTANCE)
        .join(irrelevant, on=key, how="anti", maintain_order="left")
        .join(level, on=key, how="left", maintain_order="left")
        .select(_SOC, skill="onet:" + pl.col("Element ID"), importance="importance", level="level")
    )


def _demanded(technologies: pl.DataFrame) -> pl.DataFrame:
    importance = (
        pl.when(pl.col("In Demand") == "Y").then(IN_DEMAND).when(pl.col("Hot Technology") == "Y")
    ).then(HOT)
    return (
        technologies.select(_SOC, "skill", importance=importance, level=pl.lit(None, pl.Float64))
        .drop_nulls("importance")
        .unique([_SOC, "skill"], keep="first", maintain_order=True)
    )


def _element_skills(rated: pl.DataFrame, reference: pl.DataFrame) -> pl.DataFrame:
    elements = rated.unique("Element ID", keep="first", maintain_order=True)
    return elements.join(reference, on="Element ID", how="left", maintain_order="left").select(
        id="onet:" + pl.col("Element ID"),
        label="Element Name",
        description="Description",
        taxonomy=pl.lit("onet"),
    )


def _technologies(technologies: pl.DataFrame) -> pl.DataFrame:
    """Technologies as skills; the class O*NET puts one in is all the description there is."""
    return technologies.unique("skill", keep="first", maintain_order=True).select(
        id="skill",
        label="Example",
        description="Commodity Title",
        taxonomy=pl.lit("onet-technology"),
    )


def _aliases(source: Source) -> pl.DataFrame:
    names = [pl.DataFrame(schema={_SOC: pl.String(), "alias": pl.String()})]
    for name, columns in (
        ("Alternate Titles", ("Alternate Title", "Short Title")),
        ("Sample of Reported Titles", ("Reported Job Title",)),
    ):
        if source.find(rf"{name}\.(txt|tsv|xlsx)"):
            frame = _table(source, name, (_SOC, *columns))
            names += [frame.select(_SOC, alias=column) for column in columns]
    together = pl.concat(names).drop_nulls()
    return together.group_by(_SOC, maintain_order=True).agg(aliases=pl.col("alias").unique())
