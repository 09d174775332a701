"""Moodle: tables of its database as files, and the reports of course completion.

Learners are the platform's numbers of users, credentials its numbers of courses. Names and
addresses are not used. A table's name may have any prefix, ``mdl_`` as a rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from models.domain import Kind
from models.errors import DataError, Fault, UsageError
from models.records.record import Record
from training.importers.acts import dated, imported
from training.importers.source import Imported, Source, Tables

COMPLETIONS: Final = r"\w*course_completions\.(csv|tsv|txt)"
LOG: Final = r"\w*logstore_standard_log\.(csv|tsv|txt)"
COURSES: Final = r"(\w*_)?course\.(csv|tsv|txt)"
REPORT: Final = r"completion-(.+?)(-\d{8}_\d{4})?(-comma_separated)?\.csv"
"""A report's file name: the course's short name."""

EVENTS: Final[Mapping[str, tuple[Kind, str]]] = {
    "\\core\\event\\course_viewed": (Kind.VIEW, "userid"),
    "\\core\\event\\user_enrolment_created": (Kind.ENROL, "relateduserid"),
    "\\core\\event\\course_completed": (Kind.COMPLETE, "relateduserid"),
}
"""The log: the event's name, and the column that says who learns."""

SHORT: Final = "%d/%m/%y, %H:%M"
"""A moment as reports in English have it."""

_EXPECTED: Final = "course_completions, logstore_standard_log or completion-COURSE.csv"


def read(path: Path, existing: Tables) -> Imported:
    """Whatever of them is there; the table ``course`` gives courses their names."""
    source = Source(path)
    reports = source.names(REPORT)
    if not (reports or source.find(COMPLETIONS) or source.find(LOG)):
        raise UsageError(f"{path}: {_EXPECTED} not found there, nor in a zip archive there")
    courses = _courses(source)
    titles = dict(courses.select("id", "fullname").rows())
    records = [*_completions(source, titles), *_log(source, titles)]
    for name in reports:
        records += _report(source, name, dict(courses.select("short", "id").rows()), titles)
    note = "reports of completion tell no time zone: their moments are taken for UTC"
    return imported(records, existing, grows=True, notes=(note,) if reports else ())


def _courses(source: Source) -> pl.DataFrame:
    """Number, full name, and short name as it stands in the name of a report."""
    if source.find(COURSES) is None:
        return pl.DataFrame(schema=dict.fromkeys(("id", "fullname", "short"), pl.String()))
    frame = source.table(COURSES, ("id", "fullname", "shortname"), "course")
    short = pl.col("shortname").str.to_lowercase().str.replace_all("[^a-z0-9-]", "_")
    return frame.drop_nulls("id").select("id", "fullname", short=short)


def _completions(source: Source, titles: Mapping[str, str]) -> list[Record]:
    name = source.find(COMPLETIONS)
    if name is None:
        return []
    columns = ("userid", "course", "timeenrolled", "timecompleted")
    frame = source.table(COMPLETIONS, columns, name).drop_nulls(["userid", "course"])
    found = []
    for kind, column in ((Kind.ENROL, "timeenrolled"), (Kind.COMPLETE, "timecompleted")):
        rows = frame.select("userid", "course", at=dated(frame, column, name)).drop_nulls("at")
        found += [_record(kind, user, course, at, titles) for user, course, at in rows.rows()]
    return found


def _log(source: Source, titles: Mapping[str, str]) -> list[Record]:
    name = source.find(LOG)
    if name is None:
        return []
    columns = ("eventname", "userid", "relateduserid", "courseid", "timecreated")
    frame = source.table(LOG, columns, name)
    frame = frame.with_columns(at=dated(frame, "timecreated", name))
    found = []
    for event, (kind, learner) in EVENTS.items():
        rows = frame.filter(pl.col("eventname") == event).select(learner, "courseid", "at")
        told = rows.drop_nulls().rows()
        found += [_record(kind, user, course, at, titles) for user, course, at in told]
    return found


def _report(
    source: Source, name: str, numbers: Mapping[str, str], titles: Mapping[str, str]
) -> list[Record]:
    """The completions of one course, which only the file's name tells."""
    frame = source.table(re.escape(name), ("ID", "Course complete"), name)
    when = frame["Course complete"]
    moments = when.str.to_datetime(SHORT, strict=False, time_unit="us", time_zone="UTC")
    bad = (when.is_not_null() & moments.is_null()).arg_true()
    if len(bad):
        reason = "expected DD/MM/YY, HH:MM, as a report in English has it"
        told = [Fault(name, row + 1, "Course complete", when[row], reason) for row in bad]
        raise DataError(told)
    short = re.findall(f"^{REPORT}$", name, re.IGNORECASE)[0][0]
    course = numbers.get(short, short)
    rows = pl.select(frame["ID"], at=moments.dt.epoch("us") / 1e6).drop_nulls().rows()
    return [_record(Kind.COMPLETE, user, course, at, titles) for user, at in rows]


def _record(kind: Kind, user: str, course: str, at: float, titles: Mapping[str, str]) -> Record:
    return Record(
        id=f"moodle:{kind}:{course}:{user}:{at:.0f}",
        learner=user,
        thing=course,
        kind=kind,
        at=at,
        title=titles.get(course),
    )
