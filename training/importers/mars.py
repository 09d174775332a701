"""MARS: a corporate learning platform for office software, with dated views and ratings.

What is left out, and why: ``nb_views`` counts views over the whole period, so it would tell
the future; an item's ``created_at`` is only a year, so ``available_from`` stays unknown; a
learner's job is an attribute for audits, never a feature.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import polars as pl

from models.domain import LEVELS
from models.errors import DataError, Fault
from training.importers.source import Imported, Source, Tables, literals, numbers
from training.schema import SKILL
from training.timestamps import read_from

SECONDS_PER_HOUR: Final = 3600.0
"""An item's duration is its running time in seconds."""

_ITEMS: Final = (
    "item_id",
    "language",
    "name",
    "description",
    "Difficulty",
    "Job",
    "Software",
    "Theme",
    "duration",
)


def read(path: Path, existing: Tables) -> Imported:
    """Items, views and, where there, ratings and learners."""
    source = Source(path)
    items = source.table(r"items(_\w+)?\.csv", _ITEMS, "items_en.csv")
    views = source.table(
        r"implicit_ratings(_\w+)?\.csv",
        ("item_id", "user_id", "created_at"),
        "implicit_ratings_en.csv",
    )
    interactions = [_interactions(views, "view", "implicit_ratings")]
    notes = []
    if source.find(r"explicit_ratings(_\w+)?\.csv"):
        columns = ("item_id", "user_id", "created_at", "rating")
        ratings = source.table(r"explicit_ratings(_\w+)?\.csv", columns, "explicit_ratings_en.csv")
        ratings = numbers(ratings, ("rating",), "explicit_ratings")
        interactions.append(_interactions(ratings, "rate", "explicit_ratings"))
    else:
        notes.append("explicit_ratings_en.csv not found: no ratings imported")
    tags = items.select("item_id", *(literals(column) for column in ("Job", "Software", "Theme")))
    tables = {
        "credentials": _credentials(items, tags),
        "roles": _roles(tags),
        "interactions": pl.concat(interactions),
    }
    if source.find(r"users(_\w+)?\.csv"):
        tables["learners"] = _learners(
            source.table(r"users(_\w+)?\.csv", ("user_id", "job"), "users_en.csv")
        )
    else:
        notes.append("users_en.csv not found: no learners imported")
    return Imported(tables, tuple(notes))


def _credentials(items: pl.DataFrame, tags: pl.DataFrame) -> pl.DataFrame:
    items = numbers(items, ("duration",), "items")
    skills = tags.select(
        "item_id",
        skills=pl.concat_list("Software", "Theme")
        .list.unique(maintain_order=True)
        .list.eval(pl.struct(skill=pl.element(), level=pl.lit(None, pl.Float64)))
        .cast(pl.List(SKILL)),
    )
    return items.join(skills, on="item_id", how="left", maintain_order="left").select(
        pl.col("item_id").alias("id"),
        pl.col("name").alias("title"),
        "description",
        pl.when(pl.col("skills").list.len() > 0).then("skills").alias("skills"),
        pl.col("Difficulty")
        .str.to_lowercase()
        .replace_strict(LEVELS, default=None, return_dtype=pl.Float64)
        .alias("level"),
        (pl.col("duration") / SECONDS_PER_HOUR).alias("hours"),
        "language",
        pl.lit("online").alias("delivery"),
    )


def _roles(tags: pl.DataFrame) -> pl.DataFrame:
    """One role for each job that items are tagged with; its requirements are unknown."""
    jobs = tags["Job"].explode().drop_nulls().unique().sort()
    return pl.DataFrame({"id": "mars-job:" + jobs, "title": jobs})


def _learners(users: pl.DataFrame) -> pl.DataFrame:
    jobs = users["job"].unique().drop_nulls().to_list()
    attributes = {
        job: json.dumps({"job": job}, ensure_ascii=False, separators=(",", ":"))
        for job in jobs
        if job != "N/A"
    }
    return users.select(
        pl.col("user_id").alias("id"),
        pl.col("job")
        .replace_strict(attributes, default=None, return_dtype=pl.String)
        .alias("attributes"),
    )


def _interactions(frame: pl.DataFrame, kind: str, file: str) -> pl.DataFrame:
    when = read_from(frame["created_at"])
    if when.faults:
        raise DataError(
            [Fault(file, at + 1, "created_at", value, why) for at, value, why in when.faults]
        )
    return frame.select(
        pl.col("user_id").alias("learner_id"),
        pl.col("item_id").alias("credential_id"),
        pl.lit(kind).alias("kind"),
        when.values.alias("occurred_at"),
        (pl.col("rating") if "rating" in frame.columns else pl.lit(None, pl.Float64)).alias(
            "value"
        ),
    )
