"""CASE, rich skill descriptors and schema.org read without loss; the documents are our own."""

from __future__ import annotations

import csv
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from folders import write_xlsx

from models.errors import DataError, UsageError
from training.importers import run
from training.importers.rows import tables as checked
from training.writing import existing, write

CF = "https://case.example/ims/case/v1p1/CFItems/"
ROLE = "onet:15-2051.01"


def item(name: str, **told: Any) -> dict[str, Any]:
    return {"identifier": f"id-{name}", "uri": f"{CF}{name}", "fullStatement": f"Do {name}."} | told


def association(kind: str, origin: str, other: Any) -> dict[str, Any]:
    ends = [{"title": each, "identifier": f"id-{each}", "uri": f"{CF}{each}"}
            if isinstance(each, str) else each for each in (origin, other)]  # fmt: skip
    return {"identifier": f"{kind}-{origin}", "associationType": kind,
            "originNodeURI": ends[0], "destinationNodeURI": ends[1]}  # fmt: skip


TOP = {"title": "Frame", "identifier": "doc", "uri": "https://case.example/CFDocuments/doc"}
PACKAGE: dict[str, Any] = {
    "CFDocument": TOP | {"creator": "Us"},
    "CFItems": [
        item("a", abbreviatedStatement="Sums", humanCodingScheme="M.1", alternativeLabel="Adding",
             conceptKeywords=["numbers", "plus"], educationLevel=["09"], notes="Often taught."),
        item("b"),
        item("c"),
    ],
    "CFAssociations": [
        association("isChildOf", "a", TOP),
        association("isChildOf", "b", "a"),
        association("precedes", "b", "c"),
        association("exactMatchOf", "a", {"identifier": "else", "uri": "https://else.example/sum"}),
        association("isRelatedTo", "b", "c"),
        association("isPeerOf", "a", "c"),
        association("replacedBy", "b", "a"),
        association("isChildOf", "c", "nowhere"),
    ],
}  # fmt: skip


def brought(
    source: str, folder: Path, **files: bytes | str
) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    """The tables, by id where there is one, and the notes; ``name__json`` is a file's name."""
    (folder / "in").mkdir(exist_ok=True)
    for name, content in files.items():
        path = folder / "in" / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    summary = run(source, folder / "in", folder / "out")
    frames = existing(folder / "out")
    return {
        name: {row.get("id", (row.get("skill"), row.get("other"))): row for row in frame.to_dicts()}
        for name, frame in frames.items()
    }, summary.notes


def test_case_items_are_skills_and_associations_their_relations(tmp_path: Path) -> None:
    found, notes = brought("case", tmp_path, package__json=json.dumps(PACKAGE))
    skills = found["skills"]
    assert skills[f"{CF}a"] == {
        "id": f"{CF}a", "label": "Sums", "aliases": ["M.1", "Adding"],
        "description": "Do a.\nOften taught.\nKeywords: numbers, plus\nLevels: 09",
        "taxonomy": "Frame", "broader": None, "after": None,
    }  # fmt: skip
    assert (skills[f"{CF}b"]["label"], skills[f"{CF}b"]["broader"]) == ("Do b.", [f"{CF}a"])
    assert skills[f"{CF}c"]["after"] == [f"{CF}b"]
    links = {(row["skill"][-1], row["other"], row["kind"]) for row in found["crosswalk"].values()}
    assert links == {
        ("a", "https://else.example/sum", "exact"), ("b", f"{CF}c", "related"),
        ("a", f"{CF}c", "isPeerOf"), ("b", f"{CF}a", "replacedBy"),
    }  # fmt: skip
    assert {(row["origin"], row["score"]) for row in found["crosswalk"].values()} == {("stated", 1)}
    assert notes == ("1 associations left out: with an item that is in no document",)
    again, _ = brought("case", tmp_path, package__json=json.dumps(PACKAGE))
    assert again == found


def test_case_in_parts_and_envelopes(tmp_path: Path) -> None:
    items = {"CFPackage": {"CFDocument": TOP, "CFItems": PACKAGE["CFItems"]}}
    links = {"CFAssociationSet": {"CFAssociations": PACKAGE["CFAssociations"]}}
    whole, _ = brought("case", tmp_path, a__json=json.dumps(links), b__json=json.dumps(items))
    assert whole["skills"][f"{CF}b"]["broader"] == [f"{CF}a"]
    assert len(whole["crosswalk"]) == 4


def test_hierarchies_that_go_round_are_refused_and_orders_broken(tmp_path: Path) -> None:
    ring = [association("isChildOf", "a", "b"), association("isChildOf", "b", "a")]
    with pytest.raises(DataError, match=r"package\.json, column 'broader of .*a': broader than"):
        brought("case", tmp_path, package__json=json.dumps(PACKAGE | {"CFAssociations": ring}))
    assert not (tmp_path / "out").exists()
    order = [association("precedes", *ends) for ends in (("a", "b"), ("b", "c"), ("c", "a"))]
    order.append(association("exactMatchOf", "a", "b"))
    order.append(association("exactMatchOf", "b", "a"))
    found, notes = brought(
        "case", tmp_path, package__json=json.dumps(PACKAGE | {"CFAssociations": order})
    )
    assert all(row["after"] is None for row in found["skills"].values())
    assert "3 associations left out: orders that contradict each other" in notes
    assert len(found["crosswalk"]) == 2, "two that mean each other are no contradiction"


RSD: dict[str, Any] = {
    "@context": "https://rsd.openskillsnetwork.org/context-v1.json",
    "type": "RichSkillDescriptor", "id": "https://osmt.example/api/skills/1", "uuid": "1",
    "skillName": "Query Writing", "skillStatement": "Write queries.", "authors": ["University"],
    "categories": ["Data"], "keywords": ["SQL", "joins"], "status": "published",
    "standards": [{"skillName": "NICE K0001"}], "certifications": [{"name": "Data Certificate"}],
    "employers": [{"name": "Employer"}], "collections": [{"uuid": "c", "name": "Core"}],
    "alignments": [{"id": "https://else.example/sql", "skillName": "SQL",
                    "isPartOf": {"name": "Else"}}],
    "occupations": [
        {"code": "15-2051.01", "targetNodeName": "Business Intelligence Analysts",
         "frameworkName": "o*net", "parents": []},
        {"code": "15-0000", "targetNodeName": "Computing", "frameworkName": "bls"},
        {"code": "2511", "targetNodeName": "Systems analysts", "frameworkName": "ISCO"},
    ],
}  # fmt: skip
DESCRIPTION = (
    "Write queries.\nKeywords: SQL, joins\nCategory: Data\nStandards: NICE K0001\n"
    "Certifications: Data Certificate\nEmployers: Employer\nCollections: Core"
)
HEADER = [
    "Canonical URL", "RSD Name", "Author", "Skill Statement", "Category", "Keywords", "Standards",
    "Certifications", "Detailed Occupations", "O*Net Job Codes", "Employers", "Collections",
    "Alignment Name", "Alignment URL", "Alignment Framework", "Alignment 2 URL",
]  # fmt: skip
LINE = [
    RSD["id"], "Query Writing", "University", "Write queries.", "Data", "SQL; joins", "NICE K0001",
    "Data Certificate", "", "15-2051.01; 15-0000", "Employer", "Core", "SQL",
    "https://else.example/sql", "Else", "",
]  # fmt: skip


def as_csv(path: Path) -> bytes:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, LINE])
    return path.read_bytes()


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_rich_skill_descriptor(tmp_path: Path, form: str) -> None:
    held = {
        "roles": [{"id": ROLE, "title": "BI", "requirements": [{"skill": "charts"}]}],
        "credentials": [{"id": "c", "title": "Data certificate", "skills": ["tables"], "hours": 3}],
    }
    write(checked(held, {}, {}), tmp_path / "out")
    content = json.dumps([RSD]) if form == "json" else as_csv(tmp_path / "rsd.csv")
    found, _ = brought("osmt", tmp_path, **{f"skills__{form}": content})
    assert found["skills"][RSD["id"]] == {
        "id": RSD["id"], "label": "Query Writing", "aliases": None, "description": DESCRIPTION,
        "taxonomy": "University", "broader": None, "after": None,
    }  # fmt: skip
    assert list(found["crosswalk"].values()) == [{
        "skill": RSD["id"], "other": "https://else.example/sql", "kind": "close",
        "origin": "stated", "score": 1.0,
    }]  # fmt: skip
    role = found["roles"][ROLE]
    assert role["title"] == "BI", "the title that was there"
    assert [each["skill"] for each in role["requirements"]] == ["charts", RSD["id"]]
    assert found["roles"].keys() == {ROLE} | ({"isco:2511"} if form == "json" else set())
    credential = found["credentials"]["c"]
    assert [each["skill"] for each in credential["skills"]] == ["tables", RSD["id"]]
    assert credential["hours"] == 3
    assert brought("osmt", tmp_path, **{f"skills__{form}": content})[0] == found


def test_items_and_associations_that_come_one_by_one(tmp_path: Path) -> None:
    """As the service answers for one of them: without an envelope, its document only named."""
    found, notes = brought(
        "case", tmp_path, a__json=json.dumps(item("a", CFDocumentURI=TOP)),
        b__json=json.dumps(item("b")), c__json=json.dumps(association("isChildOf", "b", "a")),
        d__json=json.dumps(association("isChildOf", "a", TOP)),
    )  # fmt: skip
    assert {row["label"]: row["broader"] for row in found["skills"].values()} == {
        "Do a.": None, "Do b.": [f"{CF}a"],
    }  # fmt: skip
    assert found["skills"][f"{CF}a"]["taxonomy"] == "Frame"
    assert notes == ()


@pytest.mark.parametrize(
    "header",
    [
        "RSD Name,Authors,Skill Statement,Category,Keywords,Standards,Certifications,"
        "Detailed Occupations,O*NET Job Codes,Employers,Alignment URL",
        "skill name , author,Contextualized Skill Statement,Skill Category,Keywords,"
        "Professional Standards,Certifications,BLS Detailed Occupation,O*NET Job Role,Employer,"
        "Alignment",
    ],
)
def test_a_table_for_importing_has_no_addresses(tmp_path: Path, header: str) -> None:
    """As the toolset's own templates are: other names of columns, and no canonical address."""
    lines = [
        "Query Writing,University,Write queries.,Data,SQL; joins,NICE K0001,,15-2051,15-1252.00,E,"
        "https://else.example/sql",
        "Query Writing,,Write queries quickly.,,,,,,,,", "Query Writing,,,,,,,,,,",
        ",,Nameless.,,,,,,,,", "Query Writing,,Write queries.,,,,,,,,",
    ]  # fmt: skip
    content = "\n".join([header, *lines])
    found, notes = brought("osmt", tmp_path, skills__csv=content)
    assert len(found["skills"]) == 3, "one for each name and statement"
    [first] = [row for row in found["skills"].values() if row["taxonomy"] == "University"]
    assert first["id"] == "osmt:query-writing-" + sha256(b"Write queries.").hexdigest()[:8]
    assert first["description"] == (
        "Write queries.\nKeywords: SQL, joins\nCategory: Data\nStandards: NICE K0001\nEmployers: E"
    )
    assert [each["other"] for each in found["crosswalk"].values()] == ["https://else.example/sql"]
    assert found["roles"].keys() == {ROLE.replace(".01", ".00"), "onet:15-1252.00"}
    assert notes == ("1 descriptors left out: without a name",)
    assert brought("osmt", tmp_path, skills__csv=content)[0] == found, "the same ids again"


def test_a_workbook_of_descriptors(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    row = {"Canonical URL": RSD["id"], "RSD Name": "Query Writing"}
    write_xlsx(tmp_path / "in" / "skills.xlsx", [row])
    assert brought("osmt", tmp_path)[0]["skills"].keys() == {RSD["id"]}


def test_a_collection_of_descriptors(tmp_path: Path) -> None:
    older = RSD | {"id": "https://osmt.example/api/skills/2", "author": "One", "category": "Old"}
    older = {name: value for name, value in older.items() if name not in ("authors", "categories")}
    found, _ = brought("osmt", tmp_path, c__json=json.dumps({"name": "C", "skills": [RSD, older]}))
    assert found["skills"][older["id"]]["taxonomy"] == "One"
    assert "Category: Old" in found["skills"][older["id"]]["description"]


TERM = {"@type": "DefinedTerm", "@id": "https://terms.example/sql", "name": "SQL",
        "inDefinedTermSet": {"@type": "DefinedTermSet", "name": "Terms"}}  # fmt: skip
AWARD: dict[str, Any] = {
    "@context": "https://schema.org", "@type": "EducationalOccupationalCredential",
    "@id": "https://e.example/award", "name": "Award", "description": "An award.",
    "url": "https://e.example/award", "credentialCategory": "badge", "validFor": "P1Y",
    "recognizedBy": {"@type": "Organization", "name": "Council"},
    "competencyRequired": [TERM, "tidy tables"],
    "educationalLevel": {"@type": "DefinedTerm", "name": "Advanced"},
}  # fmt: skip
COURSE: dict[str, Any] = {
    "@type": ["Course"], "url": "https://e.example/course", "name": {"@value": "Course"},
    "provider": {"@type": "Organization", "name": "School"}, "inLanguage": "en-GB",
    "teaches": "queries", "assesses": TERM, "timeRequired": "PT12H", "educationalLevel": "Beginner",
    "offers": [{"@type": "Offer", "price": "40.50", "priceCurrency": "EUR"}],
    "hasCourseInstance": [{"@type": "CourseInstance", "courseMode": "Onsite",
                           "courseWorkload": "PT99H"},
                          {"@type": "CourseInstance", "courseMode": "Online"}],
    "coursePrerequisites": [
        {"@type": "AlignmentObject", "targetUrl": "https://terms.example/maths",
         "targetName": "Maths"},
        {"@type": "Course", "url": "https://e.example/first", "name": "First"}, "Be keen.",
    ],
    "educationalCredentialAwarded": {"@id": "https://e.example/award"},
    "numberOfCredits": {"@type": "StructuredValue", "value": 3, "unitText": "ECTS"},
}  # fmt: skip
LIST = {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": [
    {"@type": "ListItem", "position": 1, "item": COURSE}, {"@type": "ListItem", "item": AWARD},
    {"@type": "ListItem", "item": {
        "@type": "Course", "url": "https://e.example/free", "name": "Free",
        "isAccessibleForFree": True, "timeRequired": "P3M",
        "hasCourseInstance": {"@type": "CourseInstance", "courseMode": "Blended"}}},
    {"@type": "ListItem", "item": {
        "@type": "EducationalOccupationalProgram", "url": "https://e.example/programme",
        "name": "Programme", "hasCourse": {"@id": "https://e.example/course"},
        "offers": [{"price": 1, "priceCurrency": "EUR"}, {"price": 2, "priceCurrency": "EUR"}]}},
]}  # fmt: skip
PAGE = f"""<!doctype html><html><head><script>let a = "</p>";</script>
<script type="application/ld+json">{json.dumps(LIST)}</script></head><body>Hello</body></html>"""


@pytest.mark.parametrize("form", ["jsonld", "html"])
def test_schema_org_courses_and_credentials(tmp_path: Path, form: str) -> None:
    content = json.dumps(LIST) if form == "jsonld" else PAGE
    found, notes = brought("schema-org", tmp_path, **{f"page__{form}": content})
    rows = found["credentials"]
    award, course = rows["https://e.example/award"], rows["https://e.example/course"]
    assert (award["title"], award["description"], award["url"], award["level"]) == (
        "Award", "An award.", "https://e.example/award", 0.75,
    )  # fmt: skip
    assert [each["skill"] for each in award["skills"]] == [TERM["@id"], "tidy tables"]
    assert award["expires_after_days"] == 365
    assert json.loads(award["quality"]) == {"recognised_by": ["Council"], "category": ["badge"]}
    names = ["title", "issuer", "level", "hours", "cost", "currency", "language", "delivery"]
    told = {name: course[name] for name in names}
    assert told == {
        "title": "Course", "issuer": "School", "level": 0.25, "hours": 12.0, "cost": 40.5,
        "currency": "EUR", "language": "en", "delivery": "blended",
    }  # fmt: skip
    assert [each["skill"] for each in course["skills"]] == ["queries", TERM["@id"]]
    assert json.loads(course["prerequisites"]) == {"all": [
        {"skill": "https://terms.example/maths"}, {"credential": "https://e.example/first"},
    ]}  # fmt: skip
    assert course["stacks_into"] == ["https://e.example/award", "https://e.example/programme"]
    assert json.loads(course["quality"]) == {"credits": [{"value": 3, "unit": "ECTS"}]}
    free = rows["https://e.example/free"]
    assert (free["cost"], free["hours"], free["delivery"]) == (0, None, "blended")
    assert rows["https://e.example/programme"]["cost"] is None, "two prices"
    assert rows["https://e.example/first"]["title"] == "First"
    sql = found["skills"][TERM["@id"]]
    assert (sql["label"], sql["taxonomy"]) == ("SQL", "Terms")
    assert found["skills"]["https://terms.example/maths"]["label"] == "Maths"
    assert any("in words" in note for note in notes)


def test_hours_by_instances_and_a_page_without_any(tmp_path: Path) -> None:
    course = {"@type": "schema:Course", "schema:url": "https://e.example/x", "schema:name": "X",
              "schema:hasCourseInstance": [{"schema:courseWorkload": "PT8H"}]}  # fmt: skip
    found, _ = brought("schema-org", tmp_path, x__json=json.dumps(course))
    assert found["credentials"]["https://e.example/x"]["hours"] == 8
    (tmp_path / "in" / "x.json").unlink()
    with pytest.raises(UsageError, match="no course or credential"):
        brought("schema-org", tmp_path, y__html="<p>Nothing.</p>")


@pytest.mark.parametrize("source", ["case", "osmt", "schema-org"])
def test_what_is_no_document_is_told(source: str, tmp_path: Path) -> None:
    for content, told in (("{", "not JSON"), ("[" * 99 + "]" * 99, "deeper"), ("[]", "holds no")):
        with pytest.raises(UsageError, match=told):
            brought(source, tmp_path, x__json=content)


def test_a_programme_whose_offers_specify_their_price(tmp_path: Path) -> None:
    def specified(*prices: int) -> list[dict[str, Any]]:
        told = [{"@type": "PriceSpecification", "price": n, "priceCurrency": "USD"} for n in prices]
        return [{"@type": "Offer", "category": "Tuition", "priceSpecification": told}]

    diploma = {"@type": "EducationalOccupationalCredential", "credentialCategory": "Diploma"}
    document = [
        {"@type": "WorkBasedProgram", "@id": "https://e.example/p", "name": "P",
         "offeredBy": {"name": "Guild"}, "offers": specified(30), "programPrerequisites": diploma},
        {"@type": "Course", "@id": "https://e.example/q", "name": "Q", "offers": specified(1, 2),
         "coursePrerequisites": {"id": "https://e.example/p"}},
    ]  # fmt: skip
    found, notes = brought("schema-org", tmp_path, x__json=json.dumps(document))
    p, q = (found["credentials"][f"https://e.example/{name}"] for name in "pq")
    assert (p["issuer"], p["cost"], p["currency"], q["cost"]) == ("Guild", 30, "USD", None)
    assert (p["prerequisites"], json.loads(q["prerequisites"])) == (None, {"credential": p["id"]})
    assert set(notes) == {
        "1 left out: prerequisites in words, which only people can judge",
        "1 left out: prices that differ by offer",
    }


def test_the_further_properties_of_schema_org(tmp_path: Path) -> None:
    document = [
        {"@type": "EducationalOccupationalProgram", "@id": "https://e.example/p", "name": "P",
         "publisher": {"name": "Press"}, "educationalProgramMode": "https://schema.org/Online",
         "programPrerequisites": {"@id": "https://e.example/q"}, "hasPart": "https://e.example/q",
         "accreditedBy": {"name": "Board"}, "numberOfCredits": 5,
         "offers": {"@type": "AggregateOffer", "lowPrice": 7, "highPrice": 7,
                    "priceCurrency": "EUR"},
         "competencyRequired": {"@type": "AlignmentObject", "targetUrl": "https://e.example/s",
                                "targetName": "S", "educationalFramework": "Frame"}},
        {"@type": "Course", "identifier": "https://e.example/q", "name": "Q",
         "creator": {"name": "Maker"}, "isPartOf": "https://e.example/p",
         "offers": {"category": "Free"}},
        {"@type": "Course", "@id": "https://e.example/r", "name": "R",
         "sourceOrganization": {"name": "Source"},
         "offers": {"lowPrice": 1, "highPrice": 2, "priceCurrency": "EUR"}},
    ]  # fmt: skip
    found, _ = brought("schema-org", tmp_path, x__json=json.dumps(document))
    p, q, r = (found["credentials"][f"https://e.example/{name}"] for name in "pqr")
    assert (p["issuer"], q["issuer"], r["issuer"]) == ("Press", "Maker", "Source")
    assert (p["cost"], p["currency"], q["cost"], r["cost"]) == (7, "EUR", 0, None)
    assert (p["delivery"], q["stacks_into"]) == ("online", ["https://e.example/p"])
    assert json.loads(p["prerequisites"]) == {"credential": "https://e.example/q"}
    assert json.loads(p["quality"]) == {"accredited_by": ["Board"], "credits": [{"value": 5}]}
    assert found["skills"]["https://e.example/s"]["taxonomy"] == "Frame"


def test_every_type_of_association_is_kept(tmp_path: Path) -> None:
    kinds = ["isPartOf", "exemplar", "hasSkillLevel", "isTranslationOf", "ext:own"]
    links = [association(kind, "a", "b") for kind in kinds]
    document = json.dumps(PACKAGE | {"CFAssociations": links})
    found, notes = brought("case", tmp_path, package__json=document)
    kept = existing(tmp_path / "out")["crosswalk"]["kind"].to_list()
    assert kept == ["isPartOf", "exemplar", "hasSkillLevel", "exact", "ext:own"]
    assert notes == ()
    assert found["skills"]
