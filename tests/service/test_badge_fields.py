"""The fields of a badge that are read: each comes through with what it says (docs/badges.md)."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from certifying import Issuer, aligned
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import ROOT

from service.badges.achievements import MOST, Achieved, Origin, achieved
from service.badges.documents import Form, Unreadable, of
from service.badges.levels import credits_share, level

SCHOOL = Issuer()
RUBRIC = [
    {"id": "urn:x:low", "type": ["RubricCriterionLevel"], "name": "Low", "points": "1"},
    {"id": "urn:x:mid", "type": ["RubricCriterionLevel"], "name": "Mid", "points": "3"},
    {"id": "urn:x:top", "type": ["RubricCriterionLevel"], "name": "Top", "points": "4",
     "alignment": [aligned("At the top")]},
]  # fmt: skip


def described(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "urn:x:grade", "type": ["ResultDescription"], "name": "Grade", "resultType": kind,
        **more,
    }  # fmt: skip


def certified(
    result: dict[str, Any] | None = None,
    description: dict[str, Any] | None = None,
    achievement: dict[str, Any] | None = None,
    **subject: Any,
) -> Achieved:
    """What is read of a badge with that one result."""
    results = [] if result is None else [{"type": ["Result"], "resultDescription": "urn:x:grade"}]
    return achieved(
        of(
            SCHOOL.badge(
                alignment=[aligned("As a whole")],
                achievement={
                    **({} if description is None else {"resultDescription": [description]}),
                    **(achievement or {}),
                },
                subject={"result": [{**each, **(result or {})} for each in results], **subject},
            )
        )
    )


def asserted(**subject: Any) -> Achieved:
    """What is read of a badge that asserts a skill by a result alone."""
    person = {"type": ["AchievementSubject"], "result": [
        {"type": ["Result"], "alignment": [aligned("SQL")]}], **subject}  # fmt: skip
    return achieved(of({**SCHOOL.badge(), "name": "Asks databases", "credentialSubject": person}))


def test_an_assertion_of_a_skill_needs_no_achievement() -> None:
    found = asserted()
    assert [(each.name, each.origin) for each in found.skills] == [("SQL", Origin.RESULT)]
    assert (found.id, found.addresses) == (None, ())
    for nothing in ({"result": []}, {"achievement": {}}, {"achievement": "x"}):
        with pytest.raises(Unreadable, match="achievement: expected an object with a name"):
            asserted(**nothing)


def levels(found: Achieved) -> dict[str, float | None]:
    return {each.name: each.level for each in found.skills}


FIELDS = {
    "id": lambda: (of(SCHOOL.badge("urn:uuid:7")).id, "urn:uuid:7"),
    "type": lambda: (of(SCHOOL.badge()).is_badge, True),
    "issuer": lambda: (of({**SCHOOL.badge(), "issuer": "did:web:a.example"}).issuer,
                       "did:web:a.example"),
    "issuer.id": lambda: (of(SCHOOL.badge()).issuer, SCHOOL.id),
    "issuer.name": lambda: (of(SCHOOL.badge()).issuer_name, "Example University"),
    "validFrom": lambda: (f"{of(SCHOOL.badge()).valid_from}", "2024-01-01 00:00:00+00:00"),
    "issuanceDate": lambda: (
        f"{of(SCHOOL.badge(issuanceDate='2024-02-01T00:00:00Z')).valid_from}",
        "2024-02-01 00:00:00+00:00",
    ),
    "expirationDate": lambda: (
        f"{of(SCHOOL.badge(expirationDate='2026-01-01T00:00:00Z')).valid_until}",
        "2026-01-01 00:00:00+00:00",
    ),
    "validUntil": lambda: (
        f"{of(SCHOOL.badge(validUntil='2026-01-01T00:00:00+02:00')).valid_until}",
        "2025-12-31 22:00:00+00:00",
    ),
    "proof": lambda: (of(SCHOOL.badge(proof={})).form, Form.DATA_INTEGRITY),
    "credentialSubject.achievement.id": lambda: (
        certified(achievement={"id": "urn:x:a"}).id, "urn:x:a"),
    "credentialSubject.achievement.name": lambda: (
        certified(achievement={"name": "ø می\u200cخواهم"}).name, "ø می\u200cخواهم"),
    "name": lambda: (asserted().name, "Asks databases"),
    "credentialSubject.achievement.achievementType": lambda: (
        certified(achievement={"achievementType": "Course"}).type, "Course"),
    "credentialSubject.achievement.humanCode": lambda: (
        certified(achievement={"humanCode": "ODD-1"}).human_code, "ODD-1"),
    "credentialSubject.achievement.criteria.id": lambda: (
        certified(achievement={"criteria": {"id": "https://a.example/c"}}).criteria,
        "https://a.example/c"),
    "credentialSubject.achievement.creditsAvailable": lambda: (
        certified(achievement={"creditsAvailable": 6}).credits_available, 6.0),
    "credentialSubject.creditsEarned": lambda: (
        certified(creditsEarned=4.5).credits_earned, 4.5),
    "alignment.targetName": lambda: (certified().skills[0].name, "As a whole"),
    "alignment.targetUrl": lambda: (
        certified().skills[0].url, "https://elsewhere.example/skill"),
    "alignment.targetCode": lambda: (
        certified(achievement={"alignment": aligned("A", targetCode="K1")}).skills[0].code, "K1"),
    "alignment.targetFramework": lambda: (
        certified(achievement={"alignment": [aligned("A", targetFramework="ESCO")]})
        .skills[0].framework, "ESCO"),
    "credentialSubject.achievement.alignment": lambda: (
        certified().skills[0].origin, Origin.ACHIEVEMENT),
    "resultDescription.alignment": lambda: (
        [(each.name, each.origin, each.level) for each in certified(
            {"value": "75"}, described("Percent", alignment=[aligned("Graded")])).skills],
        [("Graded", Origin.RESULT_DESCRIPTION, 0.75), ("As a whole", Origin.ACHIEVEMENT, None)],
    ),
    "result.alignment": lambda: (
        [(each.name, each.origin, each.level) for each in certified(
            {"value": "75", "alignment": [aligned("Graded")]}, described("Percent")).skills],
        [("Graded", Origin.RESULT, 0.75), ("As a whole", Origin.ACHIEVEMENT, None)],
    ),
    "rubricCriterionLevel.alignment": lambda: (
        [(each.name, each.origin, each.level) for each in certified(
            {"achievedLevel": "urn:x:top"},
            described("RubricCriterionLevel", rubricCriterionLevel=RUBRIC)).skills],
        [("At the top", Origin.RUBRIC_LEVEL, 1.0), ("As a whole", Origin.ACHIEVEMENT, None)],
    ),
    "result.resultDescription": lambda: (
        levels(certified({"value": "75", "resultDescription": "urn:x:none"},
                         described("Percent"))), {"As a whole": None}),
    "result.value": lambda: (
        levels(certified({"value": "75"}, described("Percent"))), {"As a whole": 0.75}),
    "result.status": lambda: (
        levels(certified({"status": "Failed"}, described("Status"))), {}),
    "result.achievedLevel": lambda: (
        levels(certified({"achievedLevel": "urn:x:mid"}, described(
            "RubricCriterionLevel", rubricCriterionLevel=RUBRIC))), {"As a whole": 0.75}),
    "resultDescription.resultType": lambda: (
        level({"value": "75"}, described("RawScore")), None),
    "resultDescription.valueMin": lambda: (
        level({"value": "3"}, described("GradePointAverage", valueMin="1", valueMax="5")), 0.5),
    "resultDescription.valueMax": lambda: (
        level({"value": "3"}, described("GradePointAverage", valueMax="4")), 0.75),
    "resultDescription.allowedValue": lambda: (
        level({"value": "C"}, described("LetterGrade", allowedValue=["D", "C", "B", "A"])), 0.5),
    "rubricCriterionLevel.points": lambda: (
        level({"achievedLevel": "urn:x:low"}, described("x", rubricCriterionLevel=RUBRIC)), 0.25),
    "rubricCriterionLevel.name": lambda: (
        level({"achievedLevel": "urn:x:1"}, described("x", rubricCriterionLevel=[
            {"id": "urn:x:1", "name": "Advanced"}])), 0.75),
    "rubricCriterionLevel.level": lambda: (
        level({"achievedLevel": "urn:x:1"}, described("x", rubricCriterionLevel=[
            {"id": "urn:x:1", "name": "Yes", "level": "expert"}])), 1.0),
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_comes_through(field: str) -> None:
    came, was = FIELDS[field]()
    assert came == was


ELSEWHERE = {
    "credentialStatus",
    "credentialSubject.id",
    "credentialSubject.identifier",
    "credentialSubject.verifiableCredential",
    "credentialSubject.association",
}
"""Fields that ``test_badges`` and ``test_badge_verdicts`` try."""


def test_the_page_lists_every_field_and_no_other() -> None:
    page = (ROOT / "docs" / "badges.md").read_text()
    table = page[page.index("| field |") :].partition("\n\n")[0]
    listed = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert sorted(listed) == sorted({*FIELDS, *ELSEWHERE})


def test_credits_are_the_level_where_there_is_no_result() -> None:
    share = {"achievement": {"creditsAvailable": 6}, "creditsEarned": 3}
    assert levels(certified(**share)) == {"As a whole": 0.5}
    graded = certified({"value": "75"}, described("Percent"), **share)
    assert levels(graded) == {"As a whole": 0.75}
    assert levels(certified(creditsEarned=3)) == {"As a whole": None}


def test_the_lowest_of_several_results_counts() -> None:
    found = achieved(
        of(
            SCHOOL.badge(
                alignment=[aligned("As a whole")],
                achievement={"resultDescription": [described("Percent")]},
                subject={
                    "result": [
                        {"resultDescription": "urn:x:grade", "value": value}
                        for value in ("90", "60", "none")
                    ]
                },
            )
        )
    )
    assert levels(found) == {"As a whole": 0.6}


def test_what_failed_in_part_fails_that_part() -> None:
    part = described("Status", alignment=[aligned("Graded")])
    assert levels(certified({"status": "Failed"}, part)) == {"As a whole": None}
    for status in ("Enrolled", "InProgress", "OnHold", "Provisional", "Withdrew"):
        assert levels(certified({"status": status}, described("Status"))) == {}
    assert levels(certified({"status": "Completed"}, described("Status"))) == {"As a whole": None}


@pytest.mark.parametrize(
    "description",
    [
        described("Percent", valueMin="50", valueMax="50"),
        described("Percent", valueMin="nan", valueMax="inf"),
        described("Percent", valueMax="10"),
        described("LetterGrade", allowedValue=["75"]),
        {},
    ],
)
def test_a_level_that_cannot_be_told_is_unknown(description: dict[str, Any]) -> None:
    told = level({"value": "75"}, description)
    assert told is None or description.get("valueMin") == "nan"


WORDS = st.sampled_from(
    ["id", "value", "valueMin", "valueMax", "allowedValue", "resultType", "status", "alignment",
     "achievedLevel", "rubricCriterionLevel", "points", "level", "name", "targetName", "result",
     "resultDescription", "achievement", "creditsEarned", "creditsAvailable", "criteria"]
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=20,
)
OBJECTS = st.dictionaries(WORDS, JSON, max_size=8)


@settings(max_examples=50)
@given(result=OBJECTS, description=OBJECTS, earned=JSON, available=JSON)
def test_a_level_is_within_its_range_or_unknown(
    result: dict[str, Any], description: dict[str, Any], earned: Any, available: Any
) -> None:
    for found in (level(result, description), credits_share(earned, available)):
        assert found is None or 0 <= found <= 1


@settings(max_examples=50)
@given(achievement=OBJECTS, subject=OBJECTS)
def test_whatever_a_badge_holds_is_read_or_told(
    achievement: dict[str, Any], subject: dict[str, Any]
) -> None:
    badge = SCHOOL.badge(achievement=achievement, subject={**subject})
    try:
        found = achieved(of(badge))
    except Unreadable as error:
        assert str(error)
    else:
        assert len(found.skills) <= MOST
        assert all(each.level is None or 0 <= each.level <= 1 for each in found.skills)


FULL = SCHOOL.badge(
    alignment=[aligned("As a whole")],
    achievement={"creditsAvailable": 4, "resultDescription": [described(
        "RubricCriterionLevel", rubricCriterionLevel=RUBRIC, valueMin="0", valueMax="5",
        allowedValue=["low", "high"], alignment=[aligned("Described")])]},
    subject={"creditsEarned": 2, "result": [{
        "type": ["Result"], "resultDescription": "urn:x:grade", "achievedLevel": "urn:x:mid",
        "value": "3", "status": "Completed", "alignment": [aligned("Its own")]}]},
)["credentialSubject"]  # fmt: skip
ODD = st.sampled_from([
    None, True, 0, -1, 10**400, "", " ", "x" * 600, "urn:x:grade", [], {}, [[]], [None], [{}],
    ["Failed"], [["a"], 3], {"id": 3}, {"targetName": ["x"]},
])  # fmt: skip


def ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every way from the top to a value."""
    if way:
        yield way
    if isinstance(value, dict | list):
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from ways(each, (*way, name))


@settings(max_examples=300, derandomize=True, deadline=None, database=None)
@given(way=st.sampled_from(list(ways(FULL))), odd=ODD)
def test_security_whatever_a_badge_says_was_achieved_is_read_or_told(
    way: tuple[Any, ...], odd: Any
) -> None:
    subject = copy.deepcopy(FULL)
    part: Any = subject
    for step in way[:-1]:
        part = part[step]
    part[way[-1]] = copy.deepcopy(odd)
    try:
        found = achieved(of({**SCHOOL.badge(), "credentialSubject": subject}))
    except Unreadable as error:
        assert str(error)
    else:
        assert all(each.level is None or 0 <= each.level <= 1 for each in found.skills)


@pytest.mark.parametrize("status", ["Failed", ["Failed"], ["Completed", "Withdrew"]])
def test_a_result_of_several_statuses_is_undone_by_any(status: Any) -> None:
    assert levels(certified({"status": status})) == {}
