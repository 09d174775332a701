"""A planned path as CTDL: by CTDL's own rules, and the same path when it is read back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from ctdl_rules import violations
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shared import Run
from tiny_bundle import write_bundle
from worlds import NOW, world

from models import bundle
from models.bundle import Bundle
from models.narrow import Shelf, narrowed
from models.renewal import HIDDEN
from service import ctdl, planner
from service.ctdl.graph import MEDIA_TYPE
from service.ctdl.resources import duration
from service.schemas.paths import PathRequest, PathResponse
from training.importers import run
from training.importers.durations import hours
from training.importers.rows import tables as checked
from training.writing import existing, write

IDS = st.sampled_from([
    "c 0", "https://e.example/ce-é", "urn:cairn:credential:x", "a/b?c#d", "%41", "c:6", "ü",
    "http://r.example/ce-00000000-0000-4000-8000-000000000000",
])  # fmt: skip
SKILLS = [{"id": f"s {i}", "label": f"skill {i}"} for i in range(3)]
ROLE = {"id": "a role", "title": "Keeper", "requirements": [{"skill": f"s {i}", "level": 0.9}
                                                           for i in range(3)]}  # fmt: skip
AMOUNTS = st.none() | st.integers(0, 4_000_000).map(lambda n: n / 1_000)


def planned(loaded: Bundle, **learner: Any) -> PathResponse:
    request = PathRequest.model_validate({"target_role": "a role", "learner": learner})
    return planner.answer(loaded, request, at=NOW, request_id="r")


def read_back(document: Any, folder: Path) -> dict[str, dict[str, Any]]:
    """The credentials by id that the importer makes of it."""
    folder.mkdir(exist_ok=True)
    (folder / "path.json").write_text(json.dumps(document))
    run("ctdl", folder / "path.json", folder / "out")
    return {row["id"]: row for row in existing(folder / "out")["credentials"].to_dicts()}


def in_order(rows: dict[str, dict[str, Any]], taken: set[str]) -> list[str]:
    """The credentials of the path, by the advice which comes after which."""
    after = {id_: set(rows[id_]["recommended_after"] or ()) & taken for id_ in taken}
    order: list[str] = []
    while len(order) < len(taken):
        [following] = [id_ for id_ in taken - set(order) if after[id_] == set(order[-1:])]
        order.append(following)
    return order


def plain(tree: Any) -> Any:
    """A condition without what says the same in other words."""
    match tree:
        case {"all": of}:
            n, of = len(of), of
        case {"any": of}:
            n, of = 1, of
        case {"at_least": n, "of": of}:
            pass
        case _:
            return tree
    parts = []
    for each in map(plain, of):
        if each is not None and each not in parts:
            parts.append(each)
    n = min(n, len(parts))
    return None if not parts else parts[0] if len(parts) == 1 else (n, parts)


@st.composite
def catalogues(draw: st.DrawFn) -> list[dict[str, Any]]:
    ids = draw(st.lists(IDS, min_size=2, max_size=5, unique=True))
    rows: list[dict[str, Any]] = []
    for place, id_ in enumerate(ids):
        leaf = st.one_of(
            st.sampled_from([{"credential": each} for each in ids[:place]] or [{"skill": "s 0"}]),
            st.builds(lambda i, level: {"skill": f"s {i}", "level": level},
                      st.integers(0, 2), st.sampled_from([0.1, 0.25])),
        )  # fmt: skip
        tree = st.recursive(
            leaf,
            lambda parts: st.lists(parts, min_size=1, max_size=3).flatmap(
                lambda of: st.sampled_from(
                    [{"all": of}, {"any": of}, {"at_least": len(of), "of": of}]
                )
            ),
            max_leaves=4,
        )
        last = [ids[-1]] if place + 1 < len(ids) else None
        rows.append({
            "id": id_, "title": f"Course {place}",
            "issuer": draw(st.sampled_from([None, "É & Co"])),
            "skills": [{"skill": f"s {place % 3}", "level": 0.3 * (1 + place % 3)}],
            "hours": draw(AMOUNTS), "cost": draw(AMOUNTS), "currency": "EUR",
            "prerequisites": draw(st.none() | tree),
            "language": draw(st.sampled_from([None, "fr"])),
            "expires_after_days": draw(st.sampled_from([None, 730.5])),
            "stacks_into": draw(st.sampled_from([None, last])),
        })  # fmt: skip
    return rows


@settings(
    max_examples=12, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(rows=catalogues())
def test_a_path_read_back_is_the_same_path(
    rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    loaded = world(credentials=rows, skills=SKILLS, roles=[ROLE])
    path = planned(loaded, skills=[{"skill": "s 0", "level": 0.3}])
    document = ctdl.pathways(loaded, path)
    assert violations(document) == []
    if not path.steps:
        return
    taken = [step.credential for step in path.steps if not step.renewal]
    back = read_back(document, tmp_path_factory.mktemp("back"))
    assert in_order(back, set(taken)) == taken
    told = {row["id"]: row for row in rows}
    for id_ in taken:
        row, original = back[id_], told[id_]
        tree = row["prerequisites"] and json.loads(row["prerequisites"])
        assert plain(tree) == plain(original["prerequisites"])
        for name in ("title", "issuer", "hours", "cost", "language", "expires_after_days"):
            assert row[name] == original[name], name
        assert row["currency"] == (None if original["cost"] is None else "EUR")
        assert row["stacks_into"] == original["stacks_into"]
    assert planned_again(document, rows, tmp_path_factory.mktemp("again")) == summed(path)


def summed(path: PathResponse) -> Any:
    """What a plan is: what is taken in which order, what it closes and takes, and is earned."""
    steps = [
        (s.credential, s.hours, s.cost, s.closes, s.earned_if_stopped_here) for s in path.steps
    ]
    return steps, path.totals, path.gap


def planned_again(document: Any, rows: list[dict[str, Any]], folder: Path) -> Any:
    """The plan once the document has come into the folder that it is from."""
    held = {"credentials": rows, "skills": SKILLS, "roles": [ROLE]}
    write(checked(held, {}, {}), folder / "out")
    read_back(document, folder)
    frames = {name: frame.to_dicts() for name, frame in existing(folder / "out").items()}
    return summed(planned(world(**frames), skills=[{"skill": "s 0", "level": 0.3}]))


def test_exits_are_pathways_to_what_is_earned(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "title": "A", "skills": [{"skill": "s 0", "level": 0.9}],
         "stacks_into": ["stack"], "quality": {"accredited_by": ["Board"]}, "level": "advanced",
         "delivery": "online"},
        {"id": "b", "title": "B", "skills": [{"skill": "s 1", "level": 0.9}],
         "stacks_into": ["stack"], "prerequisites": ["a"]},
        {"id": "c", "title": "C", "skills": [{"skill": "s 2", "level": 0.9}],
         "prerequisites": ["b"]},
        {"id": "stack", "title": "Stack"},
    ]  # fmt: skip
    loaded = world(credentials=rows, skills=SKILLS, roles=[ROLE])
    document = ctdl.pathways(loaded, planned(loaded))
    assert violations(document) == []
    assert document == ctdl.pathways(loaded, planned(loaded)), "the same path is the same graph"
    nodes = {node["@id"]: node for node in document["@graph"]}
    whole, *exits = (nodes[each] for each in document["@graph"][0]["ceterms:hasPathway"])
    assert whole["ceterms:name"] == {"en": "Towards Keeper"}
    goals = [
        [nodes[each]["ceterms:name"]["und"] for each in pathway["ceterms:hasDestinationComponent"]]
        for pathway in exits
    ]
    assert goals == [["A"], ["Stack"], ["C"]]
    assert [len(each["ceterms:hasPart"]) for each in exits] == [1, 3, 3]
    back = read_back(document, tmp_path)
    assert json.loads(back["a"]["quality"]) == {"accredited_by": ["Board"]}
    assert (back["a"]["level"], back["a"]["delivery"]) == (0.75, "online")
    assert back["stack"]["recommended_after"] == ["a", "b"]
    role = existing(tmp_path / "out")["roles"].to_dicts()[0]
    assert (role["id"], role["title"]) == ("a role", "Keeper")


RENEWAL = [
    {"name": "Jährlich", "words": ["Ein Bericht.", "2 years of experience"],
     "credentials": ["a", "b c", "nobody's"], "skills": ["s 1"], "cost": 12.5, "currency": "EUR"},
    {"any_of": [
        {"credentials": ["a"]},
        {"credits": [{"value": 20, "unit": "continuingeducationunit", "level": "bachelor"},
                     {"min": 1, "max": 2}]},
        {"any_of": [{"words": ["By hand."]}, {"skills": ["s 0"]}]},
    ]},
]  # fmt: skip


def test_what_renewal_asks_for_comes_back(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "title": "A", "skills": [{"skill": "s 0", "level": 0.9}], "language": "de",
         "quality": {"renewal": RENEWAL}, "expires_after_days": 365},
        {"id": "b c", "title": "B C"},
    ]  # fmt: skip
    loaded = world(credentials=rows, skills=SKILLS, roles=[ROLE])
    document = ctdl.pathways(loaded, planned(loaded))
    assert violations(document) == []
    back = read_back(document, tmp_path)
    assert json.loads(back["a"]["quality"]) == {"renewal": RENEWAL}
    assert (back["a"]["title"], back["b c"]["title"]) == ("A", "B C")
    names = {node["@id"]: node["ceterms:name"] for node in document["@graph"]}
    assert names["urn:cairn:credential:a"] == {"de": "A"}, "told of itself, not by its renewal"


def test_what_renewal_asks_for_keeps_hidden_what_is_hidden() -> None:
    rows = [
        {"id": "a", "title": "A", "skills": [{"skill": "s 0", "level": 0.9}],
         "quality": {"renewal": [{"credentials": ["secret", "b"]}]}},
        {"id": "b", "title": "B"}, {"id": "secret", "title": "Secret"},
    ]  # fmt: skip
    loaded = world(credentials=rows, skills=SKILLS, roles=[ROLE])
    shown = narrowed(loaded, Shelf(exclude=("secret",)), histories=True)
    card = shown.credentials.card(0)
    assert card["quality"] == {"renewal": [{"credentials": [None, "b"]}]}
    document = ctdl.pathways(shown, planned(shown))
    assert "ecret" not in json.dumps(document)
    [profile] = next(n for n in document["@graph"] if "ceterms:renewal" in n)["ceterms:renewal"]
    assert profile["ceterms:condition"] == {"und": [HIDDEN]}
    assert profile["ceterms:targetCredential"] == ["urn:cairn:credential:b"]


@given(st.integers(0, 10**12))
@settings(derandomize=True, database=None)
def test_hours_come_back_from_a_duration(millionths: int) -> None:
    assert hours(duration(millionths / 10**6)) == millionths / 10**6


def test_a_rule_that_is_broken_is_seen() -> None:
    part = {"@id": "urn:uuid:1", "@type": "ceterms:BasicComponent", "ceterms:ctid": "x",
            "ceterms:price": 1, "ceterms:precededBy": ["urn:uuid:1", "urn:uuid:2"],
            "ceterms:hasCondition": [
                {"@type": "ceterms:ComponentCondition", "ceterms:name": "n",
                 "ceterms:requiredNumber": 2, "ceterms:targetComponent": []}]}  # fmt: skip
    told = " ".join(violations({"@graph": [part, {**part, "@type": "ceterms:Nothing"}]}))
    for each in ("of one @id", "of one CTID", "has no ceterms:price", "needs ceterms:name",
                 "no language map", "urn:uuid:2, which is not there", "asks for 2 of 0", "no CTID",
                 "unknown class"):  # fmt: skip
        assert each in told
    assert any("precedes itself" in each for each in violations(
        {"@graph": [{**part, "ceterms:precededBy": ["urn:uuid:1"]}]}))  # fmt: skip


def test_what_is_hidden_from_a_tenant_has_no_name() -> None:
    either = {"any": [{"credential": "secret"}, {"skill": "s 1"}]}
    rows = [
        {"id": "a", "title": "A", "skills": ["s 0"], "prerequisites": either},
        {"id": "secret", "title": "Secret"},
    ]
    loaded = world(credentials=rows, skills=SKILLS, roles=[ROLE])
    shown = loaded.credentials.shown.copy()
    shown[1] = False
    path = planned(loaded, skills=["s 1"])
    assert [step.credential for step in path.steps] == ["a"]
    narrowed = replace(loaded, credentials=loaded.credentials.only(shown))
    document = ctdl.pathways(narrowed, path)
    assert violations(document) == []
    assert "ecret" not in json.dumps(document)


def test_the_route_answers_in_what_is_accepted(client: httpx.Client, tmp_path: Path) -> None:
    body = {"target_role": "even/role", "learner": {"id": "ada"}}
    usual = client.post("/v1/paths", json=body).json()
    answer = client.post("/v1/paths", json=body, headers={"Accept": MEDIA_TYPE})
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert violations(answer.json()) == []
    steps = [step["credential"] for step in usual["steps"]]
    rows = read_back(answer.json(), tmp_path)
    assert in_order(rows, set(steps)) == steps
    wrong = client.post("/v1/paths", json={"target_role": 3}, headers={"Accept": MEDIA_TYPE})
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")


def test_the_command_writes_the_file(run: Run, tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "bundles")
    code, out, _ = run("plan", folder, "--role", "even/role", "--ctdl", tmp_path / "path.jsonld")
    assert (code, "Course" in out) == (0, True)
    document = json.loads((tmp_path / "path.jsonld").read_text())
    assert violations(document) == []
    loaded = bundle.read(folder)
    assert document["@graph"][1]["ceterms:name"] == {"en": "Towards " + loaded.roles.titles[0]}
