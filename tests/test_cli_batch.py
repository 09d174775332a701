"""Answers for everybody, and work on several processes, from the command line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from shared import Run

from training.batch import ANSWERS

pytestmark = pytest.mark.slow


def test_everybody_is_answered_by_two_processes(
    run: Run, tiny_bundle: Path, tiny_data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.parquet"
    code, told, _ = run(
        "batch", tiny_bundle, "--out", out, "--learners", tiny_data / "learners.jsonl",
        "--limit", 3, "--workers", 2,
    )  # fmt: skip
    assert (code, told) == (0, f"{out}: answers for 60 learners\n")
    answers = pl.read_parquet(out)
    assert dict(answers.schema) == ANSWERS
    assert answers["learner_id"].n_unique() == 60
    assert set(answers["rank"]) == {1, 2, 3}
    assert set(answers["mode"]) <= {"personalised", "cold_start", "popular"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--workers", 2, "--cluster", "tcp://127.0.0.1:9"), "give one of them"),
        (("--out", "answers.csv"), "expected a name that ends in .parquet"),
        (("--out", "nowhere/answers.parquet"), "there is no folder nowhere"),
        (("--learners", "nobody.jsonl"), "nobody.jsonl"),
    ],
)
def test_what_cannot_be_meant_is_said(
    run: Run, tiny_bundle: Path, tmp_path: Path, options: tuple[object, ...], told: str
) -> None:
    out = () if "--out" in options else ("--out", tmp_path / "answers.parquet")
    code, _, err = run("batch", tiny_bundle, *out, *options)
    assert (code, told in err) == (2, True), err
    assert not list(tmp_path.glob("*.parquet"))
