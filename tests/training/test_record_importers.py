"""Exports of learning platforms: our own small ones, laid out as the platforms lay out theirs."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from folders import write_csv, write_jsonl

from models.errors import DataError, UsageError
from models.records.people import People
from training.importers import run
from training.importers import source as originals
from training.importers.moodle import EVENTS as MOODLE_EVENTS
from training.importers.openedx import EVENTS
from training.tables import load
from training.writing import existing

PEOPLE = People.of("acme", "s" * 32)
TIME = "2026-05-01T09:30:00+00:00"
ID = "0b2c6a4e-5d0f-4b5c-9b0c-00000000000{}"
COURSE = "course-v1:Org+SQL+2026"


def statement(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": ID.format(number),
        "actor": {"mbox": "mailto:lea@example.org"},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://lms.example/sql", "definition": {"name": {"en": "SQL"}}},
        "timestamp": TIME,
        **more,
    }


def voiding(number: int, voided: int) -> dict[str, Any]:
    ref = {"objectType": "StatementRef", "id": ID.format(voided)}
    return statement(number, verb={"id": "http://adlnet.gov/expapi/verbs/voided"}, object=ref)


def event(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"urn:uuid:{ID.format(number)}",
        "type": "ViewEvent",
        "actor": "mailto:lea@example.org",
        "action": "Viewed",
        "object": {"id": "https://lms.example/sql", "type": "CourseOffering", "name": "SQL"},
        "eventTime": TIME,
        **more,
    }


def logged(name: str, **more: Any) -> dict[str, Any]:
    event = {"course_id": COURSE, "user_id": 7}
    context = {"course_id": COURSE, "user_id": 1, "org_id": "Org"}
    return {"event_type": name, "time": TIME, "event": event, "context": context, **more}


def catalogue(out: Path, credentials: list[dict[str, str]]) -> Path:
    out.mkdir()
    write_csv(out / "credentials.csv", credentials)
    return out


def acts(out: Path) -> list[tuple[Any, ...]]:
    rows = existing(out)["interactions"].select("learner_id", "credential_id", "kind")
    return rows.rows()


def test_statements_come_in_under_pseudonyms_and_voided_ones_do_not(tmp_path: Path) -> None:
    answered = statement(3, verb={"id": "http://adlnet.gov/expapi/verbs/answered"})
    write_jsonl(tmp_path / "in.jsonl", [statement(1), statement(2), voiding(4, 2), answered])
    summary = run("xapi", tmp_path / "in.jsonl", tmp_path / "out", PEOPLE)
    assert acts(tmp_path / "out") == [
        (PEOPLE.mbox("mailto:lea@example.org"), "https://lms.example/sql", "complete")
    ]
    assert existing(tmp_path / "out")["credentials"]["title"].to_list() == ["SQL"]
    assert summary.notes == (
        "1 statements say nothing of a learner and a credential",
        "1 voided statements left out",
    )
    assert load(tmp_path / "out").interactions.height == 1
    once = load(tmp_path / "out").content_hash
    run("xapi", tmp_path / "in.jsonl", tmp_path / "out", PEOPLE)
    assert load(tmp_path / "out").content_hash == once


def test_in_a_catalogue_things_are_found_by_address_and_others_left_out(tmp_path: Path) -> None:
    credentials = [{"id": "sql", "title": "SQL", "url": "https://lms.example/sql/"}]
    out = catalogue(tmp_path / "out", credentials)
    video = statement(2, object={"id": "https://lms.example/video"})
    answer = {"statements": [statement(1), video], "more": ""}
    (tmp_path / "in.json").write_bytes(orjson.dumps(answer))
    summary = run("xapi", tmp_path / "in.json", out, PEOPLE)
    assert [row[1] for row in acts(out)] == ["sql"]
    assert summary.notes == (
        "1 records about 1 things that the catalogue lacks left out, "
        "such as https://lms.example/video",
    )


def test_envelopes_and_events_come_in_alike(tmp_path: Path) -> None:
    envelope = {
        "sensor": "https://lms.example",
        "sendTime": TIME,
        "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2",
        "data": [event(1), event(2, action="Paused")],
    }
    packed = gzip.compress(orjson.dumps(envelope) + b"\n" + orjson.dumps(event(3)))
    (tmp_path / "in.jsonl.gz").write_bytes(packed)
    summary = run("caliper", tmp_path / "in.jsonl.gz", tmp_path / "out", PEOPLE)
    who = PEOPLE.mbox("mailto:lea@example.org")
    assert acts(tmp_path / "out") == [(who, "https://lms.example/sql", "view")] * 2
    assert summary.notes == ("1 records say nothing of a learner and a credential",)


@pytest.mark.parametrize("name", sorted(EVENTS))
@pytest.mark.parametrize("browser", [False, True])
def test_tracking_logs_name_who_learns(name: str, browser: bool, tmp_path: Path) -> None:
    line = logged(name)
    if browser:
        line["event"] = orjson.dumps(line["event"]).decode()
    packed = gzip.compress(orjson.dumps(line) + b"\n" + orjson.dumps(logged("page_close")))
    (tmp_path / "tracking.log-20260502.gz").write_bytes(packed)
    run("openedx", tmp_path, tmp_path / "out")
    assert acts(tmp_path / "out") == [("7", COURSE, EVENTS[name].value)]
    assert existing(tmp_path / "out")["credentials"].select("id", "title").rows() == [
        (COURSE, COURSE)
    ]


def test_tables_and_reports_of_open_edx(tmp_path: Path) -> None:
    rows = [
        {"user_id": 7, "course_id": COURSE, "status": status, "created_date": "2026-05-01 10:00:00"}
        for status in ("downloadable", "notpassing")
    ]
    write_csv(tmp_path / "certificates_generatedcertificate.csv", rows)
    enrolled = "id\tuser_id\tcourse_id\tcreated\tis_active\tmode\n"
    enrolled += f"1\t8\t{COURSE}\t2026-04-01 10:00:00\t1\taudit\n"
    (tmp_path / "Org-SQL-2026-student_courseenrollment-prod-analytics.sql").write_text(enrolled)
    report = [
        {"Student ID": 9, "Email": "x@example.org", "Grade": 0.9, "Certificate Delivered": "Y"},
        {"Student ID": 8, "Email": "y@example.org", "Grade": 0.1, "Certificate Delivered": "N"},
    ]
    write_csv(tmp_path / "Org_SQL_2026_grade_report_2026-05-03-0930.csv", report)
    summary = run("openedx", tmp_path, tmp_path / "out")
    assert acts(tmp_path / "out") == [
        ("7", COURSE, "complete"), ("8", COURSE, "enrol"), ("9", COURSE, "complete"),
    ]  # fmt: skip
    days = existing(tmp_path / "out")["interactions"]["occurred_at"].dt.date().cast(pl.String())
    assert days.to_list() == ["2026-05-01", "2026-04-01", "2026-05-03"]
    assert "dated like the report" in summary.notes[0]
    assert b"example.org" not in b"".join(p.read_bytes() for p in (tmp_path / "out").iterdir())


def test_the_report_of_problems_beside_it_is_passed_over(tmp_path: Path) -> None:
    name = "Org_SQL_2026{}_grade_report_2026-05-03-0930.csv"
    report = [{"Student ID": 9, "Certificate Delivered": "Y"}]
    (tmp_path / "in").mkdir()
    write_csv(tmp_path / "in" / name.format(""), report)
    write_csv(tmp_path / "in" / name.format("_problem"), [{"Student ID": 9, "Quiz (Earned)": 1}])
    run("openedx", tmp_path / "in", tmp_path / "out")
    assert acts(tmp_path / "out") == [("9", COURSE, "complete")]


def test_logs_of_one_name_in_several_folders_are_all_read(tmp_path: Path) -> None:
    for number, folder in enumerate(("a", "b"), 1):
        (tmp_path / "in" / folder).mkdir(parents=True)
        write_jsonl(tmp_path / "in" / folder / "2026-05-01.log", [statement(number)])
    run("xapi", tmp_path / "in", tmp_path / "out", PEOPLE)
    assert len(acts(tmp_path / "out")) == 2
    write_jsonl(tmp_path / "in" / "b" / "2026-05-01.log", [statement(3, verb={})])
    with pytest.raises(DataError, match=r"b/2026-05-01\.log, row 1"):
        run("xapi", tmp_path / "in", tmp_path / "out", PEOPLE)


def test_a_report_is_of_a_known_course_or_says_which(tmp_path: Path) -> None:
    out = catalogue(tmp_path / "out", [{"id": "course-v1:My_Org+SQL+2026", "title": "SQL"}])
    report = [{"Student ID": 9, "Certificate Delivered": "Y"}]
    write_csv(tmp_path / "My_Org_SQL_2026_grade_report_2026-05-03-0930.csv", report)
    run("openedx", tmp_path / "My_Org_SQL_2026_grade_report_2026-05-03-0930.csv", out)
    assert acts(out) == [("9", "course-v1:My_Org+SQL+2026", "complete")]
    write_csv(tmp_path / "A_B_SQL_2026_grade_report_2026-05-03-0930.csv", report)
    with pytest.raises(DataError, match="expected ORGANISATION_COURSE_RUN"):
        run("openedx", tmp_path / "A_B_SQL_2026_grade_report_2026-05-03-0930.csv", out)


def test_tables_of_moodle(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "mdl_course.csv", [{"id": 2, "fullname": "SQL basics", "shortname": "SQL 1"}]
    )
    completions = [
        {"userid": 7, "course": 2, "timeenrolled": 1_777_000_000, "timecompleted": 1_777_627_800},
        {"userid": 8, "course": 3, "timeenrolled": 1_777_000_000, "timecompleted": 0},
    ]
    write_csv(tmp_path / "mdl_course_completions.csv", completions)
    log = [
        {"eventname": name, "userid": 1, "relateduserid": 2, "courseid": 4, "timecreated": i}
        for i, name in enumerate([*MOODLE_EVENTS, "\\core\\event\\user_loggedin"], 1_777_000_000)
    ]
    write_csv(tmp_path / "mdl_logstore_standard_log.csv", log)
    run("moodle", tmp_path, tmp_path / "out")
    assert sorted(acts(tmp_path / "out")) == [
        ("1", "4", "view"), ("2", "4", "complete"), ("2", "4", "enrol"),
        ("7", "2", "complete"), ("7", "2", "enrol"), ("8", "3", "enrol"),
    ]  # fmt: skip
    titles = existing(tmp_path / "out")["credentials"].select("id", "title").rows()
    assert titles == [("2", "SQL basics"), ("3", "3"), ("4", "4")]


def test_a_report_of_completion_is_of_the_course_in_its_name(tmp_path: Path) -> None:
    rows = [
        {"ID": 7, "Name": "Lea", "Quiz": "Completed", "Course complete": "01/05/26, 09:30"},
        {"ID": 8, "Name": "Ben", "Quiz": "", "Course complete": ""},
    ]
    write_csv(tmp_path / "completion-sql_1-20260502_0800-comma_separated.csv", rows)
    write_csv(tmp_path / "mdl_course.csv", [{"id": 2, "fullname": "SQL", "shortname": "SQL 1"}])
    summary = run("moodle", tmp_path, tmp_path / "out")
    assert acts(tmp_path / "out") == [("7", "2", "complete")]
    assert "taken for UTC" in summary.notes[0]
    (tmp_path / "mdl_course.csv").unlink()
    run("moodle", tmp_path, tmp_path / "other")
    assert acts(tmp_path / "other") == [("7", "sql_1", "complete")]


@pytest.mark.parametrize(
    ("source", "name", "content", "told"),
    [
        ("xapi", "in.jsonl", b'{"id"\n', "in.jsonl, row 1: not valid JSON"),
        ("xapi", "in.json", b"[7]", "in.json, row 1"),
        ("xapi", "in.jsonl", b'{}\n{"verb": {}}', "in.jsonl, row 2, column 'verb/id'"),
        ("xapi", "in.json", b"[" * 9_000, "not valid JSON"),
        ("xapi", "in.jsonl.gz", b"no gzip", "in.jsonl.gz: not a complete gzip file"),
        (
            "xapi",
            "in.json",
            orjson.dumps({**statement(1), "timestamp": None}),
            "in.json, row 1, column 'timestamp': expected a time",
        ),
        (
            "caliper",
            "in.json",
            orjson.dumps(event(1, eventTime="noon")),
            "in.json, row 1, column 'eventTime'",
        ),
        ("openedx", "tracking.log", b"7", "row 1: expected an event, a JSON object"),
        (
            "openedx",
            "tracking.log",
            orjson.dumps(logged("edx.certificate.created", event={}, context={})),
            "column 'event/user_id': expected an id",
        ),
        (
            "openedx",
            "tracking.log",
            orjson.dumps(logged("edx.certificate.created", time="noon")),
            "tracking.log, row 1, column 'time'",
        ),
        (
            "openedx",
            "certificates_generatedcertificate.csv",
            b"user_id,course_id,status,created_date\n7,c,downloadable,noon\n",
            "row 1, column 'created_date'",
        ),
        ("moodle", "mdl_course_completions.csv", b"userid\n7\n", "column 'course'"),
        (
            "moodle",
            "completion-sql.csv",
            b"ID,Course complete\n7,2026-05-01\n",
            "completion-sql.csv, row 1, column 'Course complete': expected DD/MM/YY",
        ),
    ],
)
def test_what_is_wrong_is_told_and_nothing_written(
    source: str, name: str, content: bytes, told: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError) as refused:
        run(source, tmp_path / name, tmp_path / "out")
    assert told in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_a_packed_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(originals, "LARGEST", 1_000)
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(b" " * 2_000))
    with pytest.raises(UsageError, match="more than the 1000 bytes"):
        run("xapi", tmp_path, tmp_path / "out")


@pytest.mark.parametrize("source", ["xapi", "caliper", "openedx", "moodle"])
def test_missing_exports_are_named(source: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(UsageError, match="not found there"):
        run(source, tmp_path / "in", tmp_path / "out")
