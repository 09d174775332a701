"""CTDL read without loss: every property that ``docs/standards.md`` names, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ctdl_example import (
    BROAD,
    CERTIFICATE,
    COMPETENCY,
    COURSE,
    EARLY,
    EXAM,
    GOAL,
    GRAPH,
    JOB,
    NOWHERE,
    OLD,
    PROGRAM,
    SQL,
    document,
    profile,
    uri,
)  # fmt: skip

from models.errors import DataError, UsageError
from training.importers import run
from training.importers.ctdl import conditions
from training.importers.durations import days, hours
from training.importers.found import unordered
from training.importers.source import LARGEST_DOCUMENT
from training.tables import load
from training.writing import existing


def brought(folder: Path, *documents: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """The tables by name and id after an import."""
    (folder / "in").mkdir(exist_ok=True)
    for place, each in enumerate(documents):
        (folder / "in" / f"{place}.json").write_text(json.dumps(each))
    run("ctdl", folder / "in", folder / "out")
    frames = existing(folder / "out")
    return {
        name: {row["id"]: row for row in f.to_dicts()}
        for name, f in frames.items()
        if "id" in f.columns
    }


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, Any]]]:
    return brought(tmp_path_factory.mktemp("ctdl"), document())


def test_a_credential_with_all_that_is_told_of_it(tables: Any) -> None:
    row = dict(tables["credentials"][CERTIFICATE])
    told = json.loads(row.pop("prerequisites"))
    assert told == {"all": [
        {"credential": COURSE},
        {"skill": "http://skills.example/sql"},
        {"any": [{"credential": EXAM},
                 {"all": [{"credential": OLD}, {"credential": NOWHERE}]}]},
    ]}  # fmt: skip
    assert json.loads(row.pop("quality")) == {
        "accredited_by": ["Institute"], "recognised_by": ["https://council.example"],
        "renewal": [
            {"name": "Every two years", "words": ["Before it lapses.", "2 years of experience"],
             "credentials": [COURSE], "cost": 30, "currency": "USD"},
            {"any_of": [
                {"credentials": [EXAM], "skills": ["http://skills.example/sql"]},
                {"words": ["Hand in a report."],
                 "credits": [{"value": 20, "unit": "continuingeducationunit"}]},
            ]},
        ],
    }  # fmt: skip
    assert row == {
        "id": CERTIFICATE, "title": "Data certificate",
        "description": "Shows that one can work with data.", "issuer": "Institute",
        "skills": [{"skill": "http://skills.example/sql", "level": None, "inferred": None}],
        "level": 0.5,
        "hours": 15.0, "cost": 120.0, "currency": "USD", "language": "en", "delivery": "blended",
        "recommended_after": [EARLY], "stacks_into": None,
        "available_from": datetime(2024, 2, 1, tzinfo=UTC),
        "available_until": datetime(2030, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        "expires_after_days": 730.0, "url": "https://e.example/data",
    }  # fmt: skip


def test_a_course_and_an_assessment(tables: Any) -> None:
    course, exam = tables["credentials"][COURSE], tables["credentials"][EXAM]
    assert course["issuer"] == "Institute"
    assert (course["delivery"], course["hours"]) == ("online", 40.5)
    assert [each["skill"] for each in course["skills"]] == [
        "http://skills.example/sql", COMPETENCY, "tidy tables",
    ]  # fmt: skip
    assert json.loads(course["prerequisites"]) == {"credential": EARLY}, "not its corequisite"
    assert course["stacks_into"] == [CERTIFICATE]
    assert json.loads(course["quality"]) == {
        "credits": [{"value": 3, "unit": "semesterhour"}],
        "transfer": [{"profile": "Credits at the college", "for": ["Programme"],
                      "value": [{"value": 2, "unit": "degreecredit"}], "by": ["Institute"]}],
    }  # fmt: skip
    assert exam["hours"] is None, "six months on the calendar are no effort"
    assert exam["available_until"].year == 1970, "ceased"
    assert json.loads(exam["quality"])["status"] == "ceased"
    assert exam["recommended_after"] == [COURSE]
    assert [each["skill"] for each in exam["skills"]] == [COMPETENCY]


def test_what_is_not_certain_is_unknown(tables: Any) -> None:
    assert tables["credentials"][EARLY]["cost"] is None, "two prices"
    assert tables["credentials"][NOWHERE]["title"] == NOWHERE, "named alone"
    assert tables["credentials"][OLD]["language"] is None


def test_a_pathway_is_conditions_and_advice(tables: Any) -> None:
    goal = tables["credentials"][GOAL]
    step = uri(30)
    skill = {"skill": COMPETENCY, "level": 0.5}
    assert json.loads(goal["prerequisites"]) == {"all": [
        {"all": [
            {"at_least": 2, "of": [{"credential": step}, {"credential": EARLY},
                                   {"any": [{"credential": step}, skill]}]},
            skill,
        ]},
        {"credential": EARLY},
    ]}  # fmt: skip
    assert goal["recommended_after"] == [step]
    assert (goal["description"], goal["url"]) == ("Of its own.", "https://e.example/goal")
    assert tables["credentials"][step]["title"] == "A step"
    assert tables["credentials"][step]["recommended_after"] == [EARLY]
    assert tables["roles"][JOB]["title"] == "Analyst"
    assert tables["roles"][JOB]["aliases"] == ["Miner"]
    assert [each["skill"] for each in tables["roles"][JOB]["requirements"]] == [
        SQL["ceterms:targetNode"]
    ]


def test_competencies_are_skills(tables: Any) -> None:
    joins = tables["skills"][COMPETENCY]
    assert (joins["label"], joins["description"], joins["taxonomy"]) == (
        "Joins", "Join tables.", "Frame",
    )  # fmt: skip
    assert joins["broader"] == [BROAD]
    assert tables["skills"][BROAD]["label"] == "Queries"
    sql = tables["skills"]["http://skills.example/sql"]
    assert (sql["label"], sql["description"]) == ("SQL", "Ask databases.")
    assert sql["taxonomy"] == "Data skills"


def test_envelopes_and_searches_are_opened_and_a_second_import_changes_nothing(
    tmp_path: Path, tables: Any
) -> None:
    envelopes = [{"envelope_id": str(i), "decoded_resource": {"@graph": [node]}}
                 for i, node in enumerate(GRAPH)]  # fmt: skip
    again = brought(tmp_path, {"data": envelopes[:5]}, envelopes[5:])
    assert {name: rows.keys() for name, rows in again.items()} == {
        name: rows.keys() for name, rows in tables.items()
    }
    assert again["credentials"][CERTIFICATE] == tables["credentials"][CERTIFICATE]
    summary = run("ctdl", tmp_path / "in", tmp_path / "out")
    assert all((counts.added, counts.changed) == (0, 0) for counts in summary.tables.values())


def test_what_was_named_alone_is_described_later_and_stays_so(tmp_path: Path) -> None:
    late = {"@id": NOWHERE, "@type": "ceterms:Badge", "ceterms:name": {"en": "Found"}}
    assert brought(tmp_path, document())["credentials"][NOWHERE]["title"] == NOWHERE
    (tmp_path / "late.json").write_text(json.dumps({"@graph": [late]}))
    run("ctdl", tmp_path / "late.json", tmp_path / "out")
    assert brought(tmp_path, document())["credentials"][NOWHERE]["title"] == "Found"


def test_blank_nodes_of_two_documents_are_two(tmp_path: Path) -> None:
    def blank(name: str) -> dict[str, Any]:
        other = {"@id": "_:b0", "@type": "ceterms:Badge", "ceterms:name": name}
        needs = [profile(targetCredential=["_:b0"])]
        return {"@graph": [other, {"@id": f"https://e.example/{name}", "@type": "ceterms:Badge",
                                   "ceterms:name": name, "ceterms:requires": needs}]}  # fmt: skip

    rows = brought(tmp_path, blank("one"), blank("two"))["credentials"]
    assert json.loads(rows["https://e.example/two"]["prerequisites"]) == {
        "credential": "ctdl:badge:two"
    }


def test_the_tables_are_what_training_takes(tmp_path: Path) -> None:
    brought(tmp_path, document())
    met = {"learner_id": ["l"], "credential_id": [COURSE], "occurred_at": ["2024-01-02"]}
    pl.DataFrame(met).write_csv(tmp_path / "out" / "interactions.csv")
    assert load(tmp_path / "out").credentials.height == 9
    assert PROGRAM in load(tmp_path / "out").credentials["id"]


@pytest.mark.parametrize(
    ("node", "told"),
    [
        ({"ceterms:requires": [profile(targetCredential=["https://e.example/x"])]},
         r"0\.json, column 'prerequisites of https://e\.example/x': can never be earned"),
        ({"ceterms:dateEffective": "soon"}, "expected an ISO 8601 date"),
        ({"ceterms:estimatedCost": [{"ceterms:price": -1}]}, "at least 0"),
        ({"ceterms:estimatedCost": [{"ceterms:price": 1, "ceterms:currency": "$"}]}, "currency"),
    ],
)  # fmt: skip
def test_faults_name_document_and_resource(tmp_path: Path, node: Any, told: str) -> None:
    own = {"@id": "https://e.example/x", "@type": "ceterms:Badge", "ceterms:name": "X"}
    with pytest.raises(DataError, match=told):
        brought(tmp_path, {"@graph": [own | node]})
    assert not (tmp_path / "out").exists()


def test_ids_and_types_without_a_sign_and_languages_with_one(tmp_path: Path) -> None:
    """As examples of pathways are written."""
    nodes = [
        {"id": "https://e.example/goal", "type": "CredentialComponent",
         "name": {"@en-US": "Goal"}, "hasCondition": {
             "@id": "_:c", "type": "ComponentCondition",
             "targetComponent": "https://e.example/step"}},
        {"id": "https://e.example/step", "type": "ceterms:CourseComponent",
         "name": {"@fr": "Pas", "@en-US": "Step"}},
    ]  # fmt: skip
    rows = brought(tmp_path, {"@graph": nodes})["credentials"]
    assert {row["title"]: row["prerequisites"] and json.loads(row["prerequisites"])
            for row in rows.values()} == {
        "Goal": {"credential": "https://e.example/step"}, "Step": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "cost"), [("one payment", 350), ("per credit hour", None), ("Each term", None)]
)
def test_the_price_of_a_part_is_not_that_of_the_whole(
    tmp_path: Path, pattern: str, cost: float | None
) -> None:
    own = {"@id": "https://e.example/x", "@type": "ceterms:Badge", "ceterms:name": "X",
           "ceterms:estimatedCost": [{"ceterms:price": 350, "ceterms:currency": "USD",
                                      "ceterms:paymentPattern": pattern}]}  # fmt: skip
    assert brought(tmp_path, own)["credentials"]["https://e.example/x"]["cost"] == cost


def test_a_choice_that_contains_itself_is_refused(tmp_path: Path) -> None:
    ring = {"@id": "https://e.example/ring", "@type": "ceterms:SelectionComponent",
            "ceterms:hasCondition": [{"ceterms:targetComponent": ["https://e.example/ring"],
                                      "ceterms:requiredNumber": 1}]}  # fmt: skip
    step = {**ring, "@id": "https://e.example/s", "@type": "ceterms:CredentialComponent",
            "ceterms:name": "S"}  # fmt: skip
    with pytest.raises(DataError, match="contains itself"):
        brought(tmp_path, {"@graph": [ring, step]})


@pytest.mark.parametrize("name", ["requires", "renewal"])
def test_condition_profiles_that_contain_themselves_are_refused(tmp_path: Path, name: str) -> None:
    ring = [
        {"@id": f"_:{n}", "@type": "ceterms:ConditionProfile",
         "ceterms:alternativeCondition": [f"_:{1 - n}"]}
        for n in range(2)
    ]  # fmt: skip
    own = {"@id": "https://e.example/x", "@type": "ceterms:Badge", f"ceterms:{name}": ["_:0"]}
    with pytest.raises(DataError, match=r"0\.json.*contains itself"):
        brought(tmp_path, {"@graph": [own, *ring]})


@pytest.mark.parametrize("kind", ["ConditionProfile", "SelectionComponent"])
def test_conditions_that_are_countless_are_refused(tmp_path: Path, kind: str) -> None:
    """Each names the next two, which name the same two again: 2 to the power of 30 ways."""
    inside = {"ConditionProfile": "alternativeCondition", "SelectionComponent": "targetComponent"}
    heads = {"ConditionProfile": "requires", "SelectionComponent": "hasCondition"}
    nodes: list[dict[str, Any]] = []
    for level in range(30):
        for side in "ab":
            below = [f"https://e.example/{level + 1}{each}" for each in "ab"]
            told: Any = {f"ceterms:{inside[kind]}": below}
            if kind == "SelectionComponent":
                told = {"ceterms:hasCondition": [told]}
            nodes.append({"@id": f"https://e.example/{level}{side}", "@type": f"ceterms:{kind}",
                          **told})  # fmt: skip
    asked: Any = ["https://e.example/0a"]
    own = {"@id": "https://e.example/x", "@type": "ceterms:CredentialComponent"}
    if kind == "ConditionProfile":
        own["@type"] = "ceterms:Badge"
    else:
        asked = [{"ceterms:targetComponent": asked}]
    with pytest.raises(DataError, match="leads to more than 10000 conditions"):
        brought(tmp_path, {"@graph": [own | {f"ceterms:{heads[kind]}": asked}, *nodes]})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "not JSON"),
        (b"[" * 5_000, "not JSON"),
        (b"[" * 100 + b"]" * 100, "deeper than"),
        (b'{"a": 1}', "no resource"),
    ],
)
def test_what_is_no_document_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "in.json").write_bytes(content)
    with pytest.raises(UsageError, match=told):
        run("ctdl", tmp_path / "in.json", tmp_path / "out")


def test_a_document_too_large_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "in.json").open("wb") as file:
        file.truncate(LARGEST_DOCUMENT + 1)
    with pytest.raises(UsageError, match=r"in\.json: 50000001 bytes"):
        run("ctdl", tmp_path / "in.json", tmp_path / "out")
    with pytest.raises(UsageError, match=r"\.json or \.jsonld file not found there"):
        run("ctdl", Path(__file__), tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "effort", "validity"),
    [
        ("PT1H30M", 1.5, 1.5 / 24),
        ("PT0.5H", 0.5, 0.5 / 24),
        ("PT0H", 0.0, 0.0),
        ("P6M", None, 182.5),
        ("P1Y2W", None, 379.0),
        ("P1DT2H", None, 1 + 2 / 24),
        ("P", None, None),
        ("PT", None, None),
        ("six months", None, None),
    ],
)
def test_durations(text: str, effort: float | None, validity: float | None) -> None:
    assert hours(text) == effort
    assert days(text) == (None if validity is None else pytest.approx(validity, abs=1e-6))


def test_the_further_properties(tmp_path: Path) -> None:
    def at(name: str) -> str:
        return f"https://e.example/{name}"

    def node(name: str, kind: str, **told: Any) -> dict[str, Any]:
        plain = {f"ceterms:{key}": value for key, value in told.items()}
        return {"@id": at(name), "@type": kind, "ceterms:name": {"en": name}, **plain}

    aligned = {"majorAlignment": "close", "minorAlignment": "related", "narrowAlignment": "narrow",
               "exactAlignment": "exact"}  # fmt: skip
    skill = {"@id": at("s"), "@type": "ceasn:Competency", "ceasn:competencyText": {"en": "S"},
             "ceasn:broadAlignment": [at("b")], "ceasn:prerequisiteAlignment": [at("b")],
             **{f"ceasn:{name}": [at(name)] for name in aligned}}  # fmt: skip
    rows = brought(tmp_path, {"@graph": [
        node("x", "ceterms:Badge", approvedBy=["https://a.example"],
             regulatedBy=["https://r.example"], commonConditions=[at("manifest")],
             coPrerequisite=[profile(targetCredential=[at("co")])],
             preparationFrom=[profile(targetCredential=[at("prep")])],
             advancedStandingFrom=[profile(targetCredential=[at("adv")])],
             isRequiredFor=[profile(targetCredential=[at("z")])],
             isRecommendedFor=[profile(targetCredential=[at("y")])],
             precedes=[at("last")], isPartOf=[at("z")],
             assessmentDeliveryType=[{"ceterms:targetNode": "deliver:InPerson"}],
             creditValue=[{"schema:minValue": 1, "schema:maxValue": 2, "ceterms:creditLevelType": [
                 {"ceterms:targetNode": "creditLevel:Bachelor"}]}],
             estimatedDuration=[{"ceterms:timeRequired": "PT7H", "ceterms:exactDuration": "P3W"}]),
        node("y", "ceterms:Diploma", isAdvancedStandingFor=[profile(targetCredential=[at("z")])],
             precededBy=[at("co")],
             estimatedDuration=[{"ceterms:maximumDuration": "PT9H"}]),
        node("z", "ceterms:License", estimatedDuration=[{"ceterms:minimumDuration": "PT9H"}]),
        {"@id": at("manifest"), "@type": "ceterms:ConditionManifest",
         "ceterms:requires": [profile(targetCredential=[at("common")])],
         "ceterms:renewal": ["_:again"]},
        {"@id": "_:again", "@type": "ceterms:ConditionProfile",
         "ceterms:targetAssessment": [at("anew")]},
        node("job", "ceterms:Occupation"), node("work", "ceterms:WorkRole"),
        {"@id": at("b"), "@type": "ceasn:Competency", "ceasn:competencyText": {"en": "B"}}, skill,
    ]})  # fmt: skip
    x, y, z = (rows["credentials"][at(name)] for name in "xyz")
    assert json.loads(x["quality"]) == {
        "approved_by": ["https://a.example"], "regulated_by": ["https://r.example"],
        "credits": [{"min": 1, "max": 2, "level": "bachelor"}],
        "renewal": [{"credentials": [at("anew")]}],
    }  # fmt: skip
    assert rows["credentials"][at("anew")]["title"] == at("anew"), "named, so that it has a row"
    assert json.loads(x["prerequisites"]) == {
        "all": [{"credential": at("common")}, {"credential": at("co")}]
    }
    assert x["recommended_after"] == [at("prep"), at("adv")]
    assert (x["hours"], y["hours"], z["hours"]) == (7.0, 9.0, None)
    assert (x["delivery"], x["stacks_into"]) == ("classroom", [at("z")])
    assert json.loads(z["prerequisites"]) == {"credential": at("x")}
    assert (y["recommended_after"], z["recommended_after"]) == ([at("x"), at("co")], [at("y")])
    assert rows["credentials"][at("last")]["recommended_after"] == [at("x")]
    assert rows["roles"].keys() == {at("job"), at("work")}
    assert (rows["skills"][at("s")]["broader"], rows["skills"][at("s")]["after"]) == (
        [at("b")], [at("b")],
    )  # fmt: skip
    links = existing(tmp_path / "out")["crosswalk"].select("other", "kind", "origin", "score")
    assert set(links.rows()) == {(at(n), kind, "stated", 1.0) for n, kind in aligned.items()}


def test_conditions_of_all_resources_together_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many may name a long one that they have in common."""
    monkeypatch.setattr(conditions, "IN_ALL", 1_000)
    common = {
        "@id": "https://e.example/m",
        "@type": "ceterms:ConditionManifest",
        "ceterms:requires": [profile(targetCredential=[uri(n) for n in range(40, 70)])],
    }
    own = [{"@id": uri(n), "@type": "ceterms:Badge", "ceterms:commonConditions": common["@id"]}
           for n in range(40)]  # fmt: skip
    with pytest.raises(DataError, match=r"0\.json.*all conditions come to more than 1000 parts"):
        brought(tmp_path, {"@graph": [*own, common]})
    assert len(brought(tmp_path, {"@graph": [*own[:30], common]})["credentials"]) == 60


def test_orders_that_go_round_are_taken_back_and_others_stay() -> None:
    everyone = [f"s{n}" for n in range(300)]
    skills: dict[str, dict[str, Any]] = {
        each: {"after": [other for other in everyone if other != each]} for each in everyone
    }
    skills |= {"one": {"after": ["s0", "elsewhere"]}, "two": {"after": ["one"]}, "three": {}}
    assert unordered(skills) == 300 * 299
    assert all(skills[each]["after"] == [] for each in everyone)
    assert [skills[each].get("after") for each in ("one", "two", "three")] == [
        ["s0", "elsewhere"], ["one"], None,
    ]  # fmt: skip
    assert unordered(skills) == 0


def test_what_renewal_asks_for_in_words(tmp_path: Path) -> None:
    told = profile(
        experience={"en": "Work in the field."}, submissionOfDescription={"en": "A portfolio."},
        submissionOf=["https://e.example/form"], minimumAge=18, residentOf=[{"ceterms:name": "X"}],
        estimatedCost=[{"ceterms:price": 1, "ceterms:currency": "EUR"},
                       {"ceterms:price": 2, "ceterms:currency": "EUR"}],
    )  # fmt: skip
    own = {"@id": "https://e.example/x", "@type": "ceterms:Badge", "ceterms:name": "X",
           "ceterms:renewal": [told, profile(jurisdiction=[{"ceterms:name": "Y"}])]}  # fmt: skip
    row = brought(tmp_path, own)["credentials"]["https://e.example/x"]
    assert json.loads(row["quality"]) == {"renewal": [{"words": [
        "Work in the field.", "A portfolio.", "https://e.example/form", "18 years of age",
    ]}]}  # fmt: skip
