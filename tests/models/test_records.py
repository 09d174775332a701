"""xAPI statements and Caliper events as events of Cairn: every verb, every way to name somebody."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from shared import ROOT

from models.addresses import Addresses
from models.domain import Kind
from models.records.caliper import CaliperEvent, Envelope
from models.records.people import PREFIX, People
from models.records.record import Record, Voiding, share
from models.records.verbs import ACTIONS, VERBS, VOIDED
from models.records.xapi import Agent, Statement

ID = "0b2c6a4e-5d0f-4b5c-9b0c-00000000000A"
LEA = {"account": {"homePage": "https://lms.example", "name": "lea"}}
RATED = "http://id.tincanapi.com/verb/rated"
COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
PEOPLE = People.of("acme", "s" * 32)


def statement(verb: str = COMPLETED, **more: Any) -> dict[str, Any]:
    object_ = {"id": "https://lms.example/courses/sql"}
    return {"id": ID, "actor": LEA, "verb": {"id": verb}, "object": object_, **more}


def read(verb: str = COMPLETED, **more: Any) -> Record | Voiding | None:
    return Statement.model_validate(statement(verb, **more)).read(PEOPLE)


def caliper(action: str = "Completed", **more: Any) -> dict[str, Any]:
    return {
        "id": f"urn:uuid:{ID}",
        "type": "AssignableEvent",
        "actor": {"id": "https://lms.example/users/lea", "type": "Person"},
        "action": action,
        "object": {"id": "https://lms.example/courses/sql", "type": "CourseOffering"},
        "eventTime": "2026-05-01T09:30:00.000Z",
        **more,
    }


def read_caliper(action: str = "Completed", **more: Any) -> Record | None:
    return CaliperEvent.model_validate(caliper(action, **more)).read(PEOPLE)


def record(found: Record | Voiding | None) -> Record:
    assert isinstance(found, Record)
    return found


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_becomes_its_kind(verb: str) -> None:
    found = record(read(verb, timestamp="2026-05-01T09:30:00Z"))
    assert (found.kind, found.at) == (VERBS[verb], 1_777_627_800.0)
    assert found.id == f"xapi:{ID.lower()}"
    assert found.thing == "https://lms.example/courses/sql"


@pytest.mark.parametrize("action", sorted(set(ACTIONS) - {"Graded"}))
@pytest.mark.parametrize("place", ["", "http://purl.imsglobal.org/vocab/caliper/v1/action#"])
def test_every_action_becomes_its_kind(action: str, place: str) -> None:
    found = record(read_caliper(place + action))
    assert (found.kind, found.at) == (ACTIONS[action], 1_777_627_800.0)
    assert found.id == f"caliper:urn:uuid:{ID.lower()}"
    assert found.learner == PEOPLE.iri("https://lms.example/users/lea")


def test_the_page_tells_every_verb_and_action() -> None:
    page = (ROOT / "docs" / "records.md").read_text()
    told = dict(re.findall(r"^\| `([^`]+)` \| `(\w+)` \|", page, re.MULTILINE))
    assert told == {name: kind.value for name, kind in {**VERBS, **ACTIONS}.items()}


def test_other_verbs_groups_and_objects_are_not_read() -> None:
    assert read("http://adlnet.gov/expapi/verbs/answered") is None
    assert read(actor={"objectType": "Group", "member": [LEA]}) is None
    assert read(object={"objectType": "Agent", **LEA}) is None
    assert read_caliper("Paused") is None
    assert read_caliper(actor={"id": "https://lms.example", "type": "SoftwareApplication"}) is None


@pytest.mark.parametrize("result", [{"success": False}, {"completion": False}])
def test_what_failed_is_not_completed(result: dict[str, bool]) -> None:
    assert read(result=result) is None
    assert record(read(result={"success": True, "completion": True})).kind is Kind.COMPLETE


@pytest.mark.parametrize(
    ("score", "value"),
    [
        ({"scaled": 0.75}, 0.75),
        ({"scaled": -0.5, "raw": 3}, -0.5),
        ({"raw": 3, "min": 1, "max": 5}, 0.5),
        ({"raw": 3, "max": 5}, None),
        ({"raw": 3}, None),
        ({"raw": 0, "min": 0, "max": 0}, None),
    ],
)
def test_a_score_has_a_value_where_its_scale_is_known(
    score: dict[str, float], value: float | None
) -> None:
    assert record(read(RATED, result={"score": score})).value == value
    assert record(read(COMPLETED, result={"score": score})).value is None


def test_grades_and_ratings_have_their_places_on_their_scales() -> None:
    attempt = {
        "id": "https://lms.example/attempts/1",
        "assignee": "https://lms.example/users/ben",
        "assignable": {"id": "https://lms.example/courses/sql", "name": "SQL"},
    }
    score = {"type": "Score", "scoreGiven": 12, "maxScore": 15}
    graded = record(read_caliper("Graded", object=attempt, generated=score))
    assert (graded.value, graded.title) == (0.8, "SQL")
    assert graded.learner == PEOPLE.iri("https://lms.example/users/ben")
    assert graded.thing == "https://lms.example/courses/sql"
    assert read_caliper("Graded") is None  # nobody knows whose grade it is

    def rating(chosen: str, **scale: Any) -> float | None:
        told = {"selections": [chosen], "question": {"scale": scale}}
        return record(read_caliper("Ranked", generated=told)).value

    assert rating("4", minValue=1, maxValue=5) == 0.75
    assert rating("b", itemValues=["a", "b", "c"]) == 0.5
    assert rating("much", minValue=1, maxValue=5) is None
    assert rating("4") is None


@given(st.floats(), st.floats(), st.floats())
def test_a_share_is_known_or_within_bounds(value: float, low: float, high: float) -> None:
    found = share(value, low, high)
    assert found is None or 0 <= found <= 1


def test_a_learner_is_the_same_by_whatever_names_them_alike() -> None:
    mailto = "mailto:lea@example.org"
    digest = hashlib.sha1(mailto.encode()).hexdigest()
    ways = [{"mbox": mailto}, {"mbox_sha1sum": digest.upper()}, {"openid": mailto}]
    names = {Agent.model_validate(way).learner(PEOPLE) for way in ways}
    assert names == {PEOPLE.mbox(mailto)}
    assert record(read_caliper(actor=mailto)).learner in names


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_pseudonym_is_stable_tells_nothing_and_is_the_tenants_own(one: str, other: str) -> None:
    ours, theirs = People.of("acme", "s" * 32), People.of("bolt", "s" * 32)
    mine = ours.account(one, other)
    assert mine == People.of("acme", "s" * 32).account(one, other)
    assert re.fullmatch(PREFIX + "[0-9a-f]{64}", mine)
    elsewhere = {theirs.account(one, other), People.of("acme", "t" * 32).account(one, other)}
    assert mine not in elsewhere
    assert len({mine, ours.iri(one), ours.mbox(one)} | elsewhere) == 5


def test_accounts_of_the_platform_itself_are_learners_by_name() -> None:
    people = People.of("acme", None, ["https://lms.example"])
    assert people.account("https://lms.example", "lea") == "lea"
    assert people.account("https://other.example", "lea").startswith(PREFIX)
    assert people.account("https://lms.example", "lea@example.org").startswith(PREFIX)


def test_a_voiding_statement_names_what_it_takes_back() -> None:
    found = read(VOIDED, object={"objectType": "StatementRef", "id": ID.replace("0", "1")})
    assert found == Voiding(f"xapi:{ID.lower()}", f"xapi:{ID.replace('0', '1').lower()}")


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ({"id": "1"}, ("id",)),
        ({"actor": {}}, ("actor",)),
        ({"actor": {**LEA, "mbox": "mailto:lea@example.org"}}, ("actor",)),
        ({"actor": {"mbox": "lea@example.org"}}, ("actor", "mbox")),
        ({"actor": {"mbox_sha1sum": "abc"}}, ("actor", "mbox_sha1sum")),
        ({"actor": {"account": {"name": "lea"}}}, ("actor", "account", "homePage")),
        ({"verb": {"display": {"en": "did"}}}, ("verb", "id")),
        ({"object": {}}, ("object",)),
        ({"object": {"id": "x" * 513}}, ("object", "id")),
        ({"object": {"objectType": "StatementRef", "id": "1"}}, ("object",)),
        ({"verb": {"id": VOIDED}}, ()),
        ({"timestamp": 1_777_627_800}, ("timestamp",)),
        ({"timestamp": "yesterday"}, ("timestamp",)),
        ({"timestamp": "3026-05-01T09:30:00Z"}, ("timestamp",)),
        ({"result": {"score": {"scaled": 2}}}, ("result", "score", "scaled")),
        ({"result": {"score": {"raw": float("nan")}}}, ("result", "score", "raw")),
        ({"result": {"score": {"raw": 9, "min": 0, "max": 5}}}, ("result", "score")),
        ({"result": {"success": "yes"}}, ("result", "success")),
        ({"mood": "good"}, ("mood",)),
    ],
)
def test_a_bad_statement_names_its_field(fault: dict[str, Any], place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        Statement.model_validate({**statement(), **fault})
    assert [error["loc"] for error in refused.value.errors()] == [place]


ENVELOPE = {
    "sensor": "https://lms.example/sensor",
    "sendTime": "2026-05-01T09:30:00.000Z",
    "dataVersion": "http://purl.imsglobal.org/ctx/caliper/v1p2",
}


def test_an_envelope_may_hold_descriptions_beside_events() -> None:
    described = {"id": "https://lms.example/courses/sql", "type": "CourseOffering"}
    found = Envelope.model_validate({**ENVELOPE, "data": [described, caliper()]})
    assert [each is None for each in found.data] == [True, False]


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ({"id": ID}, ("id",)),
        ({"actor": {"type": "Person"}}, ("actor", "id")),
        ({"object": 7}, ("object",)),
        ({"eventTime": "1500-01-01T00:00:00Z"}, ("eventTime",)),
        ({"action": ""}, ("action",)),
        ({f"p{i}": 1 for i in range(200)}, ()),
        ({"p" * 201: 1}, ()),
    ],
)
def test_a_bad_event_names_its_index_and_field(
    fault: dict[str, Any], place: tuple[str, ...]
) -> None:
    with pytest.raises(ValidationError) as refused:
        Envelope.model_validate({**ENVELOPE, "data": [caliper(), {**caliper(), **fault}]})
    assert [error["loc"] for error in refused.value.errors()] == [("data", 1, *place)]


def test_a_single_bad_event_is_the_only_fault() -> None:
    lacking = {name: value for name, value in caliper().items() if name != "actor"}
    with pytest.raises(ValidationError) as refused:
        Envelope.model_validate({**ENVELOPE, "data": [lacking]})
    assert [error["loc"] for error in refused.value.errors()] == [("data", 0, "actor")]


@pytest.mark.parametrize(
    "hidden",
    [
        {"actor": {"id": "http://purl.imsglobal.org/caliper/Person", "type": "Person"}},
        {"object": "http://purl.imsglobal.org/caliper/CourseOffering"},
    ],
)
def test_what_is_anonymous_is_nobody(hidden: dict[str, Any]) -> None:
    """All who are not to be told would be one learner."""
    assert read_caliper(**hidden) is None


@pytest.mark.parametrize(
    "fault",
    [
        {"data": []},
        {"data": [caliper()] * 1_001},
        {"data": [{"type": "CourseOffering"}]},
        {"data": [{"type": "ViewEvent"}]},
        {"data": [None]},
        {"dataVersion": "http://purl.imsglobal.org/ctx/caliper/v9"},
        {"sendTime": "soon"},
    ],
)
def test_a_bad_envelope_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Envelope.model_validate({**ENVELOPE, "data": [caliper()], **fault})


def test_rows_are_found_by_address() -> None:
    column = ["https://a.example/1/", None, "https://a.example/2", "https://a.example/1"]
    addresses = Addresses(column)
    assert addresses.rows("https://a.example/1") == [0, 3]
    assert addresses.rows("https://a.example/2/") == [2]
    assert addresses.rows("https://a.example/3") == []
    assert Addresses([None]).rows("x") == []
