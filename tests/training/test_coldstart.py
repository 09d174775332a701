"""Cold starts: nothing withheld can be seen, and nobody is asked what there is no answer to."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from histories import letters
from rich.console import Console
from shared import TINY_SETTINGS
from worlds import prepared, world

from models.bundle import Bundle, read
from models.query import Query
from training import printing, tables
from training.coldstart import BESIDE, Case, cases, measure
from training.config import Config
from training.evaluate import ask_all
from training.interactions import DISMISS, Interactions
from training.learners import Asker
from training.pipeline import Prepared, prepare
from training.progress import Silent
from training.splits import Split, given, last

LETTERS: dict[str, Any] = {
    "skills": [{"id": "sew", "label": "sew"}, {"id": "cut", "label": "cut"}],
    "roles": [{"id": "tailor", "title": "tailor", "requirements": [{"skill": "sew"}]}],
    "credentials": [
        {"id": letter, "title": letter, "skills": {"a": ["sew"], "e": ["cut"]}.get(letter, [])}
        for letter in "abcdef"
    ],
    "learners": [
        {"id": "ann", "target_role": "tailor"},
        {"id": "bob", "skills": [{"skill": "cut"}]},
    ],
    "interactions": [
        {"learner_id": who, "credential_id": what, "kind": kind, "occurred_at": f"2025-01-0{day}"}
        for day, (who, what, kind) in enumerate(
            [
                ("ann", "b", "complete"), ("ann", "a", "complete"), ("ann", "d", "dismiss"),
                ("bob", "b", "complete"), ("cid", "c", "complete"),
            ], 1,
        )
    ],
    "test_interactions": [
        {"learner_id": who, "credential_id": what, "occurred_at": "2025-02-01"}
        for who, what in (("ann", "c"), ("bob", "e"), ("cid", "f"), ("dan", "b"), ("dan", "e"))
    ],
}  # fmt: skip
"""Ann met b and a and dismissed d, Bob met b, Cid c; nobody met d, e or f, and e alone teaches
cutting. Asked for: c of Ann, e of Bob, f of Cid, b and e of Dan.
"""


@pytest.fixture(scope="module")
def small() -> tuple[Prepared, Bundle, Split]:
    ready = prepared(**LETTERS)
    assert ready.test is not None
    return ready, world(**LETTERS), given(ready.known, ready.test)


@pytest.fixture(scope="module")
def trained(tiny_data: Path, tiny_bundle: Path) -> tuple[Prepared, Bundle, Split]:
    """The tiny data with a ranker; what it knows of the answers makes no difference here."""
    data = tables.load(tiny_data)
    ready = prepare(data, Config.model_validate(TINY_SETTINGS), None, Silent())
    return ready, read(tiny_bundle), last(ready.known)


def by_name(ready: Prepared, made: Bundle, split: Split) -> dict[str, Case]:
    return {case.name: case for case in cases(ready, made, split)}


def queries(case: Case, made: Bundle) -> list[Query]:
    train = case.split.train
    asker = Asker(train, case.learners, made.manifest.held_kinds)
    asked = zip(case.split.learners.tolist(), case.split.at.tolist(), strict=True)
    return [asker.ask(made, who, int(train.indptr[who + 1]), at) for who, at in asked]


def test_each_case_tells_what_it_says_and_no_more(small: tuple[Prepared, Bundle, Split]) -> None:
    ready, _, _ = small
    asked = {
        name: [
            (
                ready.learners.ids[who],
                letters(case.split.train, who),
                int(case.learners.roles[who]),
                list(case.learners.skills[who]),
                "".join(sorted("abcdef"[c] for c in case.split.relevant[[i]].indices)),
            )
            for i, who in enumerate(case.split.learners.tolist())
        ]
        for name, case in by_name(*small).items()
    }
    sew, cut = (ready.catalogue.skill_rows[name] for name in ("sew", "cut"))
    assert asked == {
        "nothing": [
            ("ann", "", -1, [], "c"), ("bob", "", -1, [], "e"), ("cid", "", -1, [], "f"),
            ("dan", "", -1, [], "be"),
        ],
        "role only": [("ann", "", 0, [], "c")],
        "skills only": [("ann", "", -1, [sew], "c"), ("bob", "", -1, [cut], "e")],
        "one act": [
            ("ann", "a", -1, [], "c"), ("bob", "b", -1, [], "e"), ("cid", "c", -1, [], "f"),
        ],
        "new credential": [
            ("bob", "b", -1, [cut], "e"), ("cid", "c", -1, [], "f"), ("dan", "", -1, [], "e"),
        ],
        "new skill": [("bob", "b", -1, [cut], "e"), ("dan", "", -1, [], "e")],
    }  # fmt: skip


def test_who_has_no_past_asks_when_all_that_the_popular_count_has_happened(
    trained: tuple[Prepared, Bundle, Split],
) -> None:
    split, found = trained[2], by_name(*trained)
    for name in ("nothing", "role only", "skills only"):
        assert (found[name].split.at > split.train.at.max()).all()
    assert set(found["one act"].split.at) <= set(split.at)


def test_lists_leave_out_only_what_is_known(small: tuple[Prepared, Bundle, Split]) -> None:
    ready, made, _ = small
    listed = {}
    for name, case in by_name(*small).items():
        told = replace(ready, learners=case.learners)
        first = ask_all(told, made, case.split, Silent()).lists[0]
        listed[name] = "".join(sorted("abcdef"[row] for row in first[first >= 0]))
    assert listed["nothing"] == listed["role only"] == listed["skills only"] == "abcdef"
    assert listed["one act"] == "bcdef"  # Ann also met b and turned down d
    assert listed["new credential"] == "acdef"


def mixed(train: Interactions, kept: np.ndarray[Any, Any]) -> Interactions:
    """Other credentials, kinds and values, save where they are ``kept``."""
    rng = np.random.default_rng(4)
    drawn = rng.integers(0, train.n_credentials, len(train)).astype(np.int32)
    kinds = rng.integers(0, DISMISS, len(train)).astype(np.uint8)
    return replace(
        train,
        credential=np.where(kept, train.credential, drawn),
        kind=np.where(kept, train.kind, kinds),
    )


@pytest.mark.parametrize("name", ["nothing", "role only", "skills only", "one act"])
def test_what_is_withheld_makes_no_difference(
    trained: tuple[Prepared, Bundle, Split], name: str
) -> None:
    ready, made, split = trained
    train = split.train
    if name == "skills only":  # which were held is known by what they taught, but not when
        order = np.arange(len(train))
        for who in range(train.n_learners):
            order[train.of(who)] = order[train.of(who)][::-1]
        other = replace(train, credential=train.credential[order])
    else:
        ends = np.zeros(len(train), np.bool_)
        ends[train.indptr[1:][np.diff(train.indptr) > 0] - 1] = name == "one act"
        other = mixed(train, ends)
    assert (other.credential != train.credential).any()
    before, after = (
        by_name(ready, made, replace(split, train=known))[name] for known in (train, other)
    )
    for one, same in zip(queries(before, made), queries(after, made), strict=True):
        if name == "skills only":
            levels = [
                dict(zip(q.skills.tolist(), q.levels.tolist(), strict=True)) for q in (one, same)
            ]
            np.testing.assert_equal(*levels)
            one, same = (replace(q, skills=one.skills, levels=one.levels) for q in (one, same))
        np.testing.assert_equal(asdict(one), asdict(same))
    lists = [
        ask_all(replace(ready, learners=case.learners), made, case.split, Silent()).lists
        for case in (before, after)
    ]
    assert lists[0].tolist() == lists[1].tolist()
    assert len(lists[0]) == len(split)


def test_the_same_seed_gives_the_same_figures(trained: tuple[Prepared, Bundle, Split]) -> None:
    first, again = (measure(*trained, {"popularity": {}}, 1, Silent()) for _ in range(2))
    assert first == again
    assert json.loads(json.dumps(first)) == first


def test_what_nobody_can_be_asked_is_absent(small: tuple[Prepared, Bundle, Split]) -> None:
    assert list(measure(*small, {}, 1, Silent())) == [
        "nothing", "role only", "skills only", "one act", "new credential", "new skill",
    ]  # fmt: skip
    bare = {
        "credentials": [{"id": letter, "title": letter} for letter in "ab"],
        "interactions": [
            {"learner_id": who, "credential_id": what, "occurred_at": f"2025-01-0{day}"}
            for day, (who, what) in enumerate([("ann", "a"), ("ann", "b"), ("bob", "a")], 1)
        ],
        "test_interactions": [
            {"learner_id": "bob", "credential_id": "b", "occurred_at": "2025-02-01"}
        ],
    }
    ready = prepared(**bare)
    assert ready.test is not None
    asked = given(ready.known, ready.test)
    assert list(measure(ready, world(**bare), asked, {}, 1, Silent())) == ["nothing", "one act"]
    nobody = asked.only(np.zeros(1, np.bool_))
    assert measure(ready, world(**bare), nobody, {}, 1, Silent()) == {}


def test_the_tiny_report_has_every_case_it_can(tiny_report: dict[str, Any]) -> None:
    found = tiny_report["cold_start"]
    assert list(found) == ["nothing", "role only", "skills only", "one act"]
    for case in found.values():
        assert case["learners"] == tiny_report["learners"]
        assert list(case["models"]) == ["cairn", *BESIDE]
        assert list(case["paired"]) == list(BESIDE)
        for figures in case["models"].values():
            for name, (low, high) in figures["ci"].items():
                assert 0 <= low <= figures[name] <= high <= 1
        for low, high in case["paired"].values():
            assert -1 <= low <= high <= 1


def test_a_terminal_of_80_columns_shows_it_whole(tiny_report: dict[str, Any]) -> None:
    console = Console(width=80, file=StringIO())
    with console.capture() as written:
        console.print(*printing.evaluation(tiny_report), sep="\n")
    shown = written.get().splitlines()
    for name, case in tiny_report["cold_start"].items():
        best = max(case["paired"], key=lambda model: case["models"][model]["ndcg@10"])
        low, high = case["paired"][best]
        line = next(line for line in shown if line.strip().startswith(name))
        assert f"({best})" in line
        assert line.rstrip().endswith(f"{low:+.3f}…{high:+.3f}")
