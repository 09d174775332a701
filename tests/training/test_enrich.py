from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from folders import folder, write_jsonl
from shared import Run
from worlds import world

from load.labelled import read
from models.errors import DataError, UsageError
from training import tables
from training.embedder import Embedder
from training.enrich import enrich
from training.framework import Framework
from training.matching import Names
from training.progress import Silent

SKILLS = [
    {"id": "s:bread", "label": "bake bread", "aliases": ["baking bread"], "description": "Ovens."},
    {"id": "s:weld", "label": "weld metal"},
    {"id": "s:sql", "label": "query databases with SQL", "aliases": ["SQL"]},
]
ROLES = [{"id": "r", "title": "Baker", "requirements": [{"skill": "SQL"}, {"skill": "s:sql"}]}]
CREDENTIALS = [
    {"id": "bread", "title": "Baking bread", "description": "You learn to bake bread."},
    {"id": "own", "title": "Baking bread", "skills": [{"skill": "s:weld", "level": 0.5}]},
    {"id": "moon", "title": "Zyx"},
]
INTERACTIONS = [{"learner_id": "l", "credential_id": "own", "occurred_at": "2024-01-02"}]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return folder(
        tmp_path / "data", skills=SKILLS, roles=ROLES, credentials=CREDENTIALS,
        interactions=INTERACTIONS,
    )  # fmt: skip


def skills_of(place: Path) -> dict[str, object]:
    frame = tables.load(place).credentials
    return {
        id_: None if cell is None else cell.to_list()
        for id_, cell in zip(frame["id"], frame["skills"], strict=True)
    }


def test_only_credentials_without_skills_get_inferred_ones(data: Path, embedder: Embedder) -> None:
    assert enrich(data, None, embedder, Silent()) == (2, 1, 1)
    found = skills_of(data)
    assert found["own"] == [{"skill": "s:weld", "level": 0.5, "inferred": None}]
    assert not found["moon"]
    [inferred] = found["bread"]
    assert (inferred["skill"], inferred["level"]) == ("s:bread", None)
    assert 0.5 <= inferred["inferred"] <= 1
    assert enrich(data, None, embedder, Silent()).without == 1  # what was inferred stays


def test_with_out_all_tables_come_along_and_data_stays(
    data: Path, embedder: Embedder, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in data.iterdir()}
    enrich(data, tmp_path / "out", embedder, Silent(), threshold=1.0)
    assert {path: path.read_bytes() for path in data.iterdir()} == before
    assert not skills_of(tmp_path / "out")["bread"]
    assert pl.read_parquet(tmp_path / "out" / "interactions.parquet").height == 1


def test_inferred_skills_are_shown_as_such_in_a_bundle() -> None:
    inferred = {"skill": "s:sql", "level": 0.4, "inferred": 0.7}
    stated = {"skill": "s:weld"}
    made = world(
        skills=SKILLS, credentials=[{"id": "a", "title": "A", "skills": [inferred, stated]}]
    )
    cards = {card["skill"]: card for card in made.credentials.card(0)["skills"]}
    assert (cards["s:sql"]["inferred"], cards["s:sql"]["match"]) == (True, 0.7)
    assert (cards["s:weld"]["inferred"], cards["s:weld"]["match"]) == (False, None)


def test_a_score_beyond_one_is_a_fault(tmp_path: Path) -> None:
    bad = [{"id": "a", "title": "A", "skills": [{"skill": "x", "inferred": 1.5}]}]
    with pytest.raises(DataError, match="inferred: expected"):
        tables.load(folder(tmp_path / "data", credentials=bad, interactions=[
            {"learner_id": "l", "credential_id": "a", "occurred_at": "2024-01-02"}]))  # fmt: skip


def test_without_skills_or_credentials_there_is_nothing_to_read(
    data: Path, embedder: Embedder, run: Run
) -> None:
    (data / "skills.csv").unlink()
    code, _, err = run("enrich", data)
    assert code == 2
    assert "no table of skills" in err
    (data / "credentials.csv").unlink()
    with pytest.raises(UsageError, match="no table of credentials"):
        enrich(data, None, embedder, Silent())


def test_a_framework_counts_the_roles_that_ask(data: Path) -> None:
    from training.writing import existing

    framework = Framework.of(existing(data))
    assert framework.asked.tolist() == [0, 0, 1]  # named twice by one role
    assert json.loads(framework.aliases[0] or "") == ["baking bread"]


KNOWN = Names.of(["s1", "s2"], ["Weld", "Bake"], [None, '["baking"]'])


def test_labelled_sentences_are_read_in_both_forms(tmp_path: Path) -> None:
    lines = tmp_path / "a.jsonl"
    write_jsonl(lines, [
        {"sentence": "One.", "labels": ["WELD", "baking", "juggling"]},
        {"sentence": "Two.", "labels": ["juggling"]},
    ])  # fmt: skip
    found = read(lines, KNOWN)
    assert (found.sentences, found.skills) == (["One."], [{0, 1}])
    assert (found.unknown, found.left_out) == (2, 1)
    rows = tmp_path / "a.csv"
    rows.write_text('sentence,label\n"One, two.",s1\n"One, two.",Bake\nThree.,"[""weld""]"\n')
    found = read(rows, KNOWN)
    assert (found.sentences, found.skills) == (["One, two.", "Three."], [{0, 1}, {0}])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", "{", "row 1: expected a JSON object"),
        ("a.jsonl", "[]", "row 1: expected a JSON object"),
        ("a.jsonl", '{"sentence": " ", "labels": []}', "row 1, column 'sentence'"),
        ("a.jsonl", '{"sentence": "x", "labels": 3}', "row 1, column 'labels'"),
        ("a.csv", "sentence,label\nx,[\n", "row 1, column 'labels'"),
        ("a.csv", "phrase,label\nx,y\n", "expected a column sentence or text"),
    ],
)
def test_a_bad_set_is_refused_with_the_place(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError) as refused:
        read(tmp_path / name, KNOWN)
    assert told in str(refused.value)
