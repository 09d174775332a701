"""Skills of two frameworks: linked as stated, else by meaning, and counted for each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from shared import Run
from worlds import NOW, prepared, world

from models.plan.precedence import infer
from training.crosswalk import SAME_SIMILARITY, by_meaning, pairs, resolved
from training.embedder import Embedder
from training.importers.rows import tables
from training.tables import load
from training.writing import existing, write

SKILLS = [
    {"id": "one:a", "label": "bake bread", "taxonomy": "one"},
    {"id": "one:b", "label": "weld metal", "taxonomy": "one"},
    {"id": "two:a", "label": "Bake bread", "taxonomy": "two"},
    {"id": "two:b", "label": "care for patients", "taxonomy": "two"},
    {"id": "none", "label": "bake bread"},
]


def link(
    skill: str, other: str, kind: str = "exact", origin: str = "stated", score: float = 1
) -> Any:
    return {"skill": skill, "other": other, "kind": kind, "origin": origin, "score": score}


def frame(*links: Any) -> pl.DataFrame:
    rows = {"crosswalk": links} if links else {"crosswalk": [link("x", "y")]}
    made = tables(rows, {}, {})["crosswalk"]
    return made if links else made.clear()


def test_by_meaning_links_mutual_neighbours_of_two_frameworks() -> None:
    skills = tables({"skills": SKILLS}, {}, {})["skills"]
    vectors = np.eye(4, dtype=np.float32)[[0, 1, 0, 2, 0]]
    vectors[2] = [SAME_SIMILARITY + 0.01, np.sqrt(1 - (SAME_SIMILARITY + 0.01) ** 2), 0, 0]
    found = by_meaning(skills, frame(), vectors)
    assert found.rows() == [("one:a", "two:a", "exact", "meaning", pytest.approx(0.91, abs=1e-6))]
    for settled in (link("one:a", "two:b"), link("two:a", "one:b", "close")):
        assert by_meaning(skills, frame(settled), vectors).is_empty(), "stated comes first"
    assert by_meaning(skills, frame(link("one:a", "two:b", "related")), vectors).height == 1
    vectors[2] = [SAME_SIMILARITY - 0.01, np.sqrt(1 - (SAME_SIMILARITY - 0.01) ** 2), 0, 0]
    assert by_meaning(skills, frame(), vectors).is_empty()


def test_ids_of_other_frameworks_lead_to_the_skill_they_are() -> None:
    links = frame(
        link("one:a", "x"), link("x", "y"), link("y", "one:a"), link("one:b", "z", "close"),
        link("one:b", "w", "related"), link("one:b", "x", "close"),
    )  # fmt: skip
    found = resolved(links, ["one:b", "one:a"])
    assert {id_: (match.row, match.score) for id_, match in found.items()} == {
        "x": (1, 1.0), "y": (1, 1.0), "z": (0, 0.8),
    }  # fmt: skip


def test_credits_go_by_kind_and_origin() -> None:
    rows = {"a": 0, "b": 1, "c": 2}.get
    links = frame(
        link("a", "b"), link("b", "c", "narrow"), link("a", "c", "exact", "meaning", 0.93),
        link("a", "c", "isPeerOf"), link("a", "nowhere"),
    )  # fmt: skip
    assert list(pairs(links, rows)) == [
        (0, 1, 1.0), (1, 0, 1.0), (1, 2, 0.3), (2, 1, 0.6), (0, 2, 0.93), (2, 0, 0.93),
    ]  # fmt: skip


def test_a_skill_of_one_framework_counts_as_the_others() -> None:
    ready = prepared(
        skills=[*SKILLS[:2], SKILLS[3]],
        crosswalk=[link("one:a", "http://else.example/a"), link("one:b", "two:b")],
        credentials=[
            {"id": "c", "title": "C", "skills": ["http://else.example/a"]},
            {"id": "d", "title": "D", "skills": ["two:b"],
             "prerequisites": {"skill": "http://else.example/a"}},
        ],
    )  # fmt: skip
    arrays = ready.catalogue.arrays
    assert arrays["teaches.indices"].tolist() == [0, 2], "by the other's id"
    assert arrays["teaches.match"][0] == 1.0
    assert arrays["conditions.row"].tolist() == [0]
    near = {
        (row, int(column)): float(value)
        for row in range(3)
        for column, value in zip(
            arrays["near.indices"][arrays["near.indptr"][row] : arrays["near.indptr"][row + 1]],
            arrays["near.values"][arrays["near.indptr"][row] : arrays["near.indptr"][row + 1]],
            strict=True,
        )
    }
    assert (near[1, 2], near[2, 1]) == (1.0, 1.0)
    assert (0, 1) not in near


def test_what_is_better_learned_after_comes_after() -> None:
    loaded = world(
        skills=[{"id": "first", "label": "First"},
                {"id": "then", "label": "Then", "after": ["first"]}],
        credentials=[{"id": "t", "title": "T", "skills": ["then"]},
                     {"id": "f", "title": "F", "skills": ["first"]}],
    )  # fmt: skip
    assert infer(loaded, [0, 1]).clearly(1, 0)
    assert infer(loaded, [0, 1]).because(1, 0) == ("skills",)
    assert loaded.skills.card(1)["after"] == ["first"]
    assert NOW > 0


def test_the_command_links_a_folder_and_again_the_same(
    run: Run, tmp_path: Path, embedder: Embedder
) -> None:
    held = {"skills": SKILLS, "crosswalk": [link("one:b", "http://else.example/b")],
            "credentials": [{"id": "c", "title": "C"}]}  # fmt: skip
    write(tables(held, {}, {}), tmp_path / "data")
    code, out, err = run("crosswalk", tmp_path / "data")
    assert code == 0, err
    assert "1 links as stated, 1 by meaning." in out
    found = existing(tmp_path / "data")["crosswalk"]
    assert [row[:4] for row in found.rows()] == [
        ("one:b", "http://else.example/b", "exact", "stated"),
        ("one:a", "two:a", "exact", "meaning"),
    ]
    assert run("crosswalk", tmp_path / "data")[1] == out
    assert existing(tmp_path / "data")["crosswalk"].equals(found)
    met = {"learner_id": ["l"], "credential_id": ["c"], "occurred_at": ["2024-01-02"]}
    pl.DataFrame(met).write_csv(tmp_path / "data" / "interactions.csv")
    assert load(tmp_path / "data").crosswalk.height == 2


def test_one_framework_alone_cannot_be_linked(run: Run, tmp_path: Path) -> None:
    write(tables({"skills": SKILLS[:2]}, {}, {}), tmp_path / "data")
    code, _, err = run("crosswalk", tmp_path / "data")
    assert code == 2
    assert "two frameworks" in err
