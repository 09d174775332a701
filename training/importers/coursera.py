"""Coursera programmes: specialisations and certificates, and the courses stacking into them.

The order of a programme's courses is advice, not a condition, so it becomes
``recommended_after`` and never ``prerequisites``. Duration bands are calendar time rather
than effort: ``hours`` stay unknown, as do cost and language.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from models.domain import LEVELS
from training.importers.source import Imported, Source, Tables, literals, numbers, slug
from training.schema import SKILL

_PROGRAMS: Final = (
    "prog_title",
    "org",
    "difficulty",
    "prog_lo_skills",
    "prog_description",
    "url",
)
_COURSES: Final = (
    "program_id",
    "org",
    "difficulty",
    "position",
    "course_title",
    "learning_outcomes",
    "skills",
)
_CACHE: Final = (
    "course_title",
    "course_organization",
    "course_difficulty",
    "course_url",
    "course_skills",
    "course_description",
)
_KIND: Final = r"\s+(specialization|professional certificate)$"


def read(path: Path, existing: Tables) -> Imported:
    """Programmes, their courses and, where the file is there, further single items."""
    source = Source(path)
    scraped = source.table(r"prog_scraped\.csv", _PROGRAMS, "prog_scraped.csv")
    pages = source.table(r"program_courses_derived\.csv", _COURSES, "program_courses_derived.csv")
    programs = _programs(scraped)
    rows = _mend(pages)
    courses = _courses(rows)
    notes = []
    if unnamed := pages.height - rows.height:
        notes.append(f"{unnamed} courses left out: the page gave no title")
    tables = [programs, courses]
    if source.find(r"cache_coursera_courses\.csv"):
        items = source.table(r"cache_coursera_courses\.csv", _CACHE, "cache_coursera_courses.csv")
        fresh = _unseen(_items(items), pl.concat(tables, how="diagonal"))
        notes.append(f"{items.height - fresh.height} single items are already among the others")
        tables.append(fresh)
    return Imported({"credentials": pl.concat(tables, how="diagonal")}, tuple(notes))


def declared_order(path: Path) -> dict[str, list[str]]:
    """By programme, the ids of its courses in its own order: what an order is judged by."""
    rows = _mend(Source(path).table(r"program_courses_derived\.csv", _COURSES, "courses"))
    found: dict[str, list[str]] = {}
    for program, course in rows.select("program", "id").unique(maintain_order=True).iter_rows():
        found.setdefault(program, []).append(course)
    return found


def enrolments(path: Path) -> dict[str, float]:
    """How many learners are enrolled in each course that is also listed as a single item."""
    source = Source(path)
    columns = (*_CACHE, "course_students_enrolled")
    items = source.table(r"cache_coursera_courses\.csv", columns, "cache_coursera_courses.csv")
    rows = _mend(source.table(r"program_courses_derived\.csv", _COURSES, "courses"))
    named = items.select(
        title=pl.col("course_title").str.to_lowercase(),
        issuer=pl.col("course_organization").str.to_lowercase(),
        enrolled=pl.col("course_students_enrolled").str.replace_all(",", "").cast(pl.Float64),
    ).drop_nulls()
    title, issuer = pl.col("course_title"), pl.col("org")
    found = rows.select("id", title=title.str.to_lowercase(), issuer=issuer.str.to_lowercase())
    joined = found.join(named, on=["title", "issuer"])
    return dict(joined.group_by("id").agg(pl.col("enrolled").max()).iter_rows())


def _programs(scraped: pl.DataFrame) -> pl.DataFrame:
    return scraped.select(
        id="coursera:program:" + pl.col(scraped.columns[0]),
        title="prog_title",
        description="prog_description",
        issuer="org",
        skills=_skills(pl.col("prog_lo_skills").str.split(";")),
        level=_level("difficulty"),
        delivery=pl.lit("online"),
        url="url",
    )


def _mend(pages: pl.DataFrame) -> pl.DataFrame:
    """Rows without a title are shifted by one column: the title lies under the outcomes, the
    outcomes lie under the skills, and the skills are lost.
    """
    shifted = pl.col("course_title").is_null()
    return (
        numbers(pages, ("position",), "program_courses_derived.csv")
        .with_columns(
            course_title=pl.coalesce("course_title", "learning_outcomes"),
            learning_outcomes=pl.when(shifted).then("skills").otherwise("learning_outcomes"),
            skills=pl.when(~shifted).then("skills"),
        )
        .drop_nulls("course_title")
        .with_columns(
            id="coursera:course:"
            + pl.col("org").fill_null("").map_elements(slug, return_dtype=pl.String)
            + ":"
            + pl.col("course_title").map_elements(slug, return_dtype=pl.String),
            program="coursera:program:" + pl.col("program_id"),
            level=_level("difficulty"),
        )
        .sort("program_id", "position", maintain_order=True)
    )


def _courses(rows: pl.DataFrame) -> pl.DataFrame:
    """One credential for each course, which may be part of several programmes.

    Its level is that of its programmes when they agree, else unknown.
    """
    before = pl.col("id").shift(1).over("program", order_by="position")
    other = pl.when(pl.col("before") != pl.col("id")).then("before")
    level = pl.col("level").drop_nulls()
    return (
        rows.with_columns(before=before)
        .with_columns(before=other)
        .group_by("id", maintain_order=True)
        .agg(
            title=pl.col("course_title").first(),
            description=pl.col("learning_outcomes").drop_nulls().first(),
            issuer=pl.col("org").first(),
            named=pl.col("skills").drop_nulls().str.join(";"),
            level=pl.when(level.n_unique() == 1).then(level.first()),
            recommended_after=pl.col("before").drop_nulls().unique(maintain_order=True),
            stacks_into=pl.col("program").unique(maintain_order=True),
        )
        .with_columns(
            skills=_skills(pl.col("named").str.split(";")),
            recommended_after=pl.when(pl.col("recommended_after").list.len() > 0).then(
                "recommended_after"
            ),
            delivery=pl.lit("online"),
        )
        .drop("named")
    )


def _items(items: pl.DataFrame) -> pl.DataFrame:
    address = pl.col("course_url").str.strip_chars_end("/").str.extract_groups(r"/([^/]+)/([^/]+)$")
    return items.select(
        id=pl.concat_str(
            pl.lit("coursera"),
            address.struct.field("1"),
            address.struct.field("2"),
            separator=":",
        ),
        title="course_title",
        description="course_description",
        issuer="course_organization",
        skills=_skills(literals("course_skills")),
        level=_level("course_difficulty"),
        delivery=pl.lit("online"),
        url="course_url",
    ).drop_nulls(["id", "title"])


def _unseen(items: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Items that are not there yet under their address, or their issuer and title."""
    title = pl.col("title").str.to_lowercase().str.replace(_KIND, "").alias("_title")
    issuer = pl.col("issuer").str.to_lowercase().alias("_issuer")
    names = known.select(title, issuer)
    addresses = known.select("url").drop_nulls()
    return (
        items.with_columns(title, issuer)
        .join(names, on=["_title", "_issuer"], how="anti", maintain_order="left")
        .join(addresses, on="url", how="anti", maintain_order="left")
        .drop("_title", "_issuer")
    )


def _level(column: str) -> pl.Expr:
    """Named levels; "Mixed", and times scraped into the wrong column, are unknown."""
    return (
        pl.col(column)
        .str.to_lowercase()
        .replace_strict(LEVELS, default=None, return_dtype=pl.Float64)
    )


def _skills(names: pl.Expr) -> pl.Expr:
    stripped = names.list.eval(pl.element().str.strip_chars()).list.unique(maintain_order=True)
    entries = stripped.list.eval(pl.element().filter(pl.element() != "")).list.eval(
        pl.struct(skill=pl.element(), level=pl.lit(None, pl.Float64))
    )
    return pl.when(entries.list.len() > 0).then(entries.cast(pl.List(SKILL)))
