"""Open edX: tracking logs, the tables of certificates and enrolments, and reports of grades.

Learners are the platform's numbers of users, credentials its courses. Names, addresses and
grades are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl
from pydantic import TypeAdapter, ValidationError

from models.domain import Kind
from models.errors import DataError, Fault, UsageError
from models.fields import Moment
from models.records.record import Record
from training.importers.acts import dated, imported
from training.importers.documents import FILES, Document, documents
from training.importers.source import Imported, Source, Tables

EVENTS: Final[Mapping[str, Kind]] = {
    "edx.course.enrollment.activated": Kind.ENROL,
    "edx.course.grade.passed.first_time": Kind.COMPLETE,
    "edx.certificate.created": Kind.COMPLETE,
}
"""Tracking logs: the event's name."""

REPORT: Final = r"(.+)(?<!_problem)_grade_report_(\d{4}-\d\d-\d\d)-(\d\d)(\d\d)\.csv"
"""A report's file name: organisation, course and run, then when it was made, UTC. That of problems
tells of no certificates.
"""

CERTIFICATES: Final = r".*certificates_generatedcertificate.*\.(csv|tsv|txt|sql)"
ENROLMENTS: Final = r".*student_courseenrollment.*\.(csv|tsv|txt|sql)"
KEY: Final = "course-v1:"
PARTS: Final = 3
"""Organisation, course and run."""

ISSUED: Final = "downloadable"
"""The status of a certificate that a learner has."""

MOMENT: Final = TypeAdapter[datetime](Moment)
_EXPECTED: Final = "tracking logs, grade reports or tables of certificates or enrolments"


def read(path: Path, existing: Tables) -> Imported:
    """Whatever of them is there."""
    source = Source(path)
    faults: list[Fault] = []
    records: list[Record] = []
    reports = source.names(REPORT)
    if source.names(FILES):
        for at in documents(source, _EXPECTED, faults):
            records += _logged(at, faults)
    elif not (reports or source.find(CERTIFICATES) or source.find(ENROLMENTS)):
        raise UsageError(f"{path}: {_EXPECTED} not found there, nor in a zip archive there")
    if faults:
        raise DataError(faults)
    if name := source.find(CERTIFICATES):
        columns = ("user_id", "course_id", "status", "created_date")
        frame = source.table(CERTIFICATES, columns, name).filter(pl.col("status") == ISSUED)
        records += _rows(name, frame, Kind.COMPLETE, "created_date")
    if name := source.find(ENROLMENTS):
        frame = source.table(ENROLMENTS, ("user_id", "course_id", "created"), name)
        records += _rows(name, frame, Kind.ENROL, "created")
    for name in reports:
        records += _graded(source, name, existing)
    note = "grade reports tell no dates: certificates in them are dated like the report"
    return imported(records, existing, grows=True, notes=(note,) if reports else ())


def _logged(at: Document, faults: list[Fault]) -> Iterator[Record]:
    if not isinstance(at.value, dict):
        faults.append(Fault(at.file, at.row, None, None, "expected an event, a JSON object"))
        return
    name, time = at.value.get("event_type"), at.value.get("time")
    if not isinstance(name, str) or name not in EVENTS:
        return
    event, context = _object(at.value.get("event")), _object(at.value.get("context"))
    # Whom somebody else enrols is told in the event; the context tells who did it.
    user = event.get("user_id") or context.get("user_id")
    course = event.get("course_id") or context.get("course_id")
    told = {"event/user_id": user, "event/course_id": course}
    missing = [column for column, value in told.items() if not isinstance(value, str | int)]
    if missing:
        faults += [Fault(at.file, at.row, each, None, "expected an id") for each in missing]
        return
    try:
        moment = MOMENT.validate_python(time)
    except ValidationError as error:
        faults.append(Fault(at.file, at.row, "time", str(time), error.errors()[0]["msg"]))
        return
    yield Record(
        id=f"openedx:{name}:{course}:{user}:{time}",
        learner=str(user),
        thing=str(course),
        kind=EVENTS[name],
        at=moment.timestamp(),
    )


def _object(value: object) -> dict[str, Any]:
    """An object, or one written as text within the event, as browsers send it."""
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return {}
    return value if isinstance(value, dict) else {}


def _rows(name: str, frame: pl.DataFrame, kind: Kind, when: str) -> list[Record]:
    frame = frame.drop_nulls(["user_id", "course_id"]).with_columns(at=dated(frame, when, name))
    return [
        Record(f"openedx:{name}:{kind}:{course}:{user}", user, course, kind, at)
        for user, course, at in frame.select("user_id", "course_id", "at").drop_nulls("at").rows()
    ]


def _graded(source: Source, name: str, existing: Tables) -> list[Record]:
    """Who got a certificate by the day of the report."""
    columns = ("Student ID", "Certificate Delivered")
    frame = source.table(re.escape(name), columns, name).filter(
        pl.col("Certificate Delivered") == "Y"
    )
    prefix, day, hour, minute = re.findall(f"^{REPORT}$", name, re.IGNORECASE)[0]
    course = _course(prefix, existing)
    if course is None:
        reason = "expected ORGANISATION_COURSE_RUN before _grade_report"
        raise DataError([Fault(name, None, None, prefix, reason)])
    at = datetime.fromisoformat(f"{day}T{hour}:{minute}:00+00:00").timestamp()
    return [
        Record(f"openedx:report:{course}:{user}", user, course, Kind.COMPLETE, at)
        for user in frame["Student ID"].drop_nulls()
    ]


def _course(prefix: str, existing: Tables) -> str | None:
    """The course whose parts, joined, begin a report's name: a known one, or as it is told."""
    credentials = existing.get("credentials")
    ids = [] if credentials is None else credentials["id"].to_list()
    known = (each for each in ids if re.sub(r"[+/]", "_", each.removeprefix(KEY)) == prefix)
    parts = prefix.split("_")
    told = KEY + "+".join(parts) if len(parts) == PARTS else None
    return next(known, told)
