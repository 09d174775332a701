from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from folders import CREDENTIALS, INTERACTIONS, Rows, folder, write_jsonl

from models.errors import DataError, Fault, UsageError
from training.tables import load
from training.writing import write_rejects


def faults(path: Path) -> list[Fault]:
    with pytest.raises(DataError) as caught:
        load(path)
    assert caught.value.exit_code == 2
    return caught.value.faults


def credential(**columns: object) -> Rows:
    return [*CREDENTIALS, {"id": "z", "title": "Zeta", **columns}]


def event(**columns: object) -> Rows:
    return [*INTERACTIONS, {**INTERACTIONS[0], **columns}]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("title", " ", "required"),
        ("id", "", "required"),
        ("id", "a", "already used in row 1"),
        ("level", 1.5, "from 0 to 1"),
        ("level", "master", "from 0 to 1 or one of beginner"),
        ("hours", -1, "at least 0"),
        ("hours", "NaN", "a number"),
        ("cost", "inf", "a number"),
        ("cost", "1,000", "a number"),
        ("currency", "euro", "three letters"),
        ("available_from", "2024-13-01", "ISO 8601"),
        ("available_from", "2024-02-30", "ISO 8601"),
        ("available_from", "20240101", "ISO 8601"),
        ("available_until", "yesterday", "ISO 8601"),
        ("skills", "Python", "not valid JSON"),
        ("skills", [{"level": 0.5}], "names no skill"),
        ("skills", [{"skill": "x", "level": 7}], "level: expected"),
        ("skills", {"skill": "x"}, "expected a JSON list"),
        ("quality", [1], "expected a JSON object"),
        ("stacks_into", ["nowhere"], "no credential has this id"),
        ("stacks_into", ["z"], "refers to itself"),
        ("recommended_after", ["nowhere"], "no credential has this id"),
        ("prerequisites", "{", "not valid JSON"),
        ("prerequisites", {"some": []}, "expected 'all', 'any'"),
        ("prerequisites", ["nowhere"], "no credential has this id"),
        ("prerequisites", ["z"], "z → z"),
    ],
)
def test_one_bad_credential(tmp_path: Path, column: str, value: object, reason: str) -> None:
    path = folder(tmp_path, credentials=credential(**{column: value}))
    [fault] = faults(path)
    assert (fault.file, fault.row, fault.column) == ("credentials.csv", 4, column)
    assert reason in fault.reason
    kept = load(path, on_bad_row="skip")
    assert kept.credentials["id"].to_list() == ["a", "b", "c"]
    assert kept.rejects == (fault,)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("learner_id", "", "required"),
        ("credential_id", "nowhere", "no credential has this id"),
        ("kind", "bought", "expected one of view, click"),
        ("occurred_at", "", "required"),
        ("occurred_at", "soon", "ISO 8601"),
        ("occurred_at", "1.5", "ISO 8601"),
        ("value", "good", "a number"),
    ],
)
def test_one_bad_interaction(tmp_path: Path, column: str, value: object, reason: str) -> None:
    path = folder(tmp_path, interactions=event(**{column: value}))
    [fault] = faults(path)
    assert (fault.file, fault.row, fault.column) == ("interactions.csv", 2, column)
    assert reason in fault.reason
    assert load(path, on_bad_row="skip").interactions.height == 1


@pytest.mark.parametrize("value", ["soon", 2024.5, 24, "2024-05"])
def test_a_year_is_a_whole_one(tmp_path: Path, value: object) -> None:
    good = {"id": "r", "wage_year": 2024, "wage_source": "A census"}
    [fault] = faults(folder(tmp_path, roles=[good, {"id": "s", "wage_year": value}]))
    assert (fault.row, fault.column) == (2, "wage_year")
    kept = load(folder(tmp_path, roles=[good])).roles
    assert kept.select("wage_source", "wage_year").row(0) == ("A census", 2024.0)


@pytest.mark.parametrize("value", ["soon", "2025-2", "02/2025", "20250201"])
def test_demand_has_a_year_a_month_or_a_day(tmp_path: Path, value: object) -> None:
    good = {"id": "r", "in_demand": ["sql"], "demand_source": "Adverts", "demand_date": "2025-02"}
    [fault] = faults(folder(tmp_path, roles=[good, {"id": "s", "demand_date": value}]))
    assert (fault.row, fault.column) == (2, "demand_date")
    kept = load(folder(tmp_path, roles=[good])).roles
    assert kept.select("in_demand", "demand_date").row(0) == (["sql"], "2025-02")


def test_dates_and_order_numbers_do_not_mix(tmp_path: Path) -> None:
    rows = [*event(occurred_at="2024-02-02"), *event(occurred_at="17")[1:]]
    [fault] = faults(folder(tmp_path, interactions=rows))
    assert (fault.row, fault.value) == (3, "17")
    assert "mixed" in fault.reason


def test_both_interaction_tables_speak_of_time_alike(tmp_path: Path) -> None:
    later = [{**INTERACTIONS[0], "occurred_at": 5}]
    [fault] = faults(folder(tmp_path, test_interactions=later))
    assert (fault.file, fault.row) == ("test_interactions.csv", None)


def test_learners_need_not_be_listed(tmp_path: Path) -> None:
    assert load(folder(tmp_path, learners=[{"id": "someone"}])).interactions.height == 1


def test_until_before_from(tmp_path: Path) -> None:
    rows = credential(available_from="2024-05-02", available_until="2024-05-01")
    [fault] = faults(folder(tmp_path, credentials=rows))
    assert fault.reason == "earlier than available_from"


def test_importance_outside_its_range(tmp_path: Path) -> None:
    rows = [{"id": "r", "requirements": [{"skill": "x", "importance": 1.5}]}]
    [fault] = faults(folder(tmp_path, roles=rows))
    assert "importance: expected a number from 0 to 1" in fault.reason


def test_prerequisite_skills_are_known_ones(tmp_path: Path) -> None:
    needs = {"all": [{"skill": s} for s in ("listed", "taught", "unheard")]}
    rows = [*CREDENTIALS, {"id": "y", "title": "Y", "skills": ["taught"]}]
    rows = [*rows, {"id": "z", "title": "Z", "prerequisites": needs}]
    assert load(folder(tmp_path, credentials=rows)).credentials.height == 5
    [fault] = faults(folder(tmp_path, credentials=rows, skills=[{"id": "listed"}]))
    assert (fault.value, fault.reason) == ("unheard", "no skill has this id")


def prerequisites(**conditions: object) -> Rows:
    return [{"id": each, "title": each, "prerequisites": conditions.get(each)} for each in "abcd"]


def test_a_cycle_is_named_in_every_row_of_it(tmp_path: Path) -> None:
    path = folder(tmp_path, credentials=prerequisites(a=["b"], b=["c"], c=["b"]))
    found = faults(path)
    assert [(each.row, each.value) for each in found] == [(2, "b"), (3, "c")]
    assert "b → c → b" in found[0].reason
    kept = load(path, on_bad_row="skip")
    assert kept.credentials["id"].to_list() == ["d"]
    assert {fault.value for fault in kept.rejects} == {"a", "b", "c"}


def test_a_way_out_is_no_cycle(tmp_path: Path) -> None:
    out = {"any": [{"credential": "b"}, {"credential": "d"}]}
    two = {"at_least": 1, "of": [{"credential": "a"}, {"skill": "s"}]}
    rows = prerequisites(a=out, b=["a"], c=two)
    assert load(folder(tmp_path, credentials=rows)).credentials.height == 4


def test_a_choice_among_the_unearnable_is_a_cycle(tmp_path: Path) -> None:
    rows = prerequisites(a={"any": [{"credential": "b"}, {"credential": "c"}]}, b=["a"], c=["a"])
    assert any("→ a" in fault.reason for fault in faults(folder(tmp_path, credentials=rows)))


def test_broader_is_known_and_without_cycle(tmp_path: Path) -> None:
    rows = [
        {"id": "s", "broader": ["t"]},
        {"id": "t", "broader": ["s"]},
        {"id": "u", "broader": ["s", "nowhere"]},
    ]
    found = faults(folder(tmp_path, skills=rows))
    assert [fault.row for fault in found] == [1, 2, 3]
    assert "s → t → s" in found[0].reason
    assert found[2].value == "nowhere"


def test_skipping_goes_on_until_the_rest_is_consistent(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "title": "A", "hours": "many"},
        {"id": "b", "title": "B", "prerequisites": ["a"]},
        {"id": "c", "title": "C", "stacks_into": ["b"]},
        {"id": "d", "title": "D"},
    ]
    events = [{**INTERACTIONS[0], "credential_id": each} for each in "abcd"]
    path = folder(tmp_path, credentials=rows, interactions=events)
    assert len(faults(path)) == 1
    kept = load(path, on_bad_row="skip")
    assert kept.credentials["id"].to_list() == ["d"]
    assert kept.interactions["credential_id"].to_list() == ["d"]
    assert len(kept.rejects) == 6
    write_rejects(tmp_path / "rejects.jsonl", kept.rejects)
    written = [
        orjson.loads(each) for each in (tmp_path / "rejects.jsonl").read_bytes().splitlines()
    ]
    assert [Fault(**each) for each in written] == list(kept.rejects)


def test_all_faults_are_reported_together(tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        credentials=credential(hours=-1, level=3),
        interactions=event(kind="bought", credential_id="nowhere"),
    )
    assert len(faults(path)) == 4


def test_files_at_fault_are_reported_together_and_never_skipped(tmp_path: Path) -> None:
    folder(tmp_path, credentials=[{"id": "a", "name": "no title"}])
    (tmp_path / "interactions.csv").unlink()
    (tmp_path / "skills.parquet").write_bytes(b"PAR1 cut short")
    found = faults(tmp_path)
    assert {(fault.file, fault.column) for fault in found} == {
        ("interactions", None),
        ("credentials.csv", "title"),
        ("skills.parquet", None),
    }
    with pytest.raises(DataError):
        load(tmp_path, on_bad_row="skip")


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (b"id,title\na,x\nb,y,extra\n", 2),
        (b'id,title\na,"x\n', None),
        (b"id,title\n\xff,x\n", None),
    ],
)
def test_a_broken_csv_says_where(tmp_path: Path, content: bytes, row: int | None) -> None:
    folder(tmp_path)
    (tmp_path / "credentials.csv").write_bytes(content)
    assert faults(tmp_path)[0].row == row


def test_a_broken_line_is_one_row(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "credentials.csv").unlink()
    write_jsonl(tmp_path / "credentials.jsonl", [{"id": "a", "title": "A"}])
    with (tmp_path / "credentials.jsonl").open("ab") as file:
        file.write(b'\n{"id": "b", "tit\n[1]\n')
    assert [fault.row for fault in faults(tmp_path)] == [3, 4]
    assert load(tmp_path, on_bad_row="skip").credentials["id"].to_list() == ["a"]


def test_rows_keep_their_numbers_past_empty_lines(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "credentials.csv").write_text("id,title\na,A\n\nb,\n")
    assert [fault.row for fault in faults(tmp_path)] == [3]


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a folder"):
        load(tmp_path / "nowhere")
