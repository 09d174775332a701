"""The new model beside the served bundle on the same new questions, and a warm start."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from shared import TINY_SETTINGS
from test_gate import report
from test_retrain import bakers

from models.bundle import registry
from training import gate
from training.config import Config
from training.job import Trained, train
from training.progress import Silent
from training.review.against import kept_beside
from training.writing import take_log

CONFIG = Config.model_validate(TINY_SETTINGS)
NOW = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def grown(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny data after some more learners came."""
    folder = tmp_path_factory.mktemp("grown") / "data"
    shutil.copytree(tiny_data, folder)
    rows = (
        (each.learner_id, each.credential, each.kind, each.at, each.value, each.event_id)
        for each in bakers()
    )
    take_log(folder, rows, "demo", [])
    return folder


def again(grown: Path, tiny_bundle: Path, out: Path, **more: Any) -> Trained:
    served = registry.about(tiny_bundle.parent, tiny_bundle.name)
    return train(grown, out, CONFIG, 1, NOW, Silent(), served=served, **more)


def test_both_are_asked_what_came_since_and_start_warm(
    grown: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    before = registry.about(tiny_bundle.parent, tiny_bundle.name)
    made = again(grown, tiny_bundle, tmp_path, warm=True)
    assert made.report is not None
    beside = made.report["served"]
    # The twelve who came since are asked; what others were asked before is kept beside the bundle.
    kept = pl.read_parquet(kept_beside(tiny_bundle)).height
    assert (beside["version"], beside["questions"]) == (tiny_bundle.name, kept + 12)
    assert beside["paired"][0] <= beside["ndcg@10"] - beside["current"] <= beside["paired"][1]
    assert "choose settings" not in [stage.name for stage in made.stages]
    written = registry.about(tmp_path, made.folder.name)
    assert written.metrics["settings"] == before.metrics["settings"]
    assert written.metrics["served"] == beside


def test_settings_are_chosen_anew_for_another_configuration_or_much_more_data(
    grown: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    served = registry.about(tiny_bundle.parent, tiny_bundle.name)
    settings = served.metrics["settings"] | {"chosen_on": 10}
    metrics = {**served.metrics, "settings": settings}
    few = replace(served, manifest=served.manifest.model_copy(update={"metrics": metrics}))
    made = train(grown, tmp_path, CONFIG, 1, NOW, Silent(), served=few, warm=True)
    assert "choose settings" in [stage.name for stage in made.stages]


def test_new_questions_decide_where_there_are_enough() -> None:
    mine = report({"all": (0.3, 0.31)}, {"all": 0.1})
    before = report({"all": (0.5, 0.6)}, {"all": 0.1})
    before["models"]["cairn"]["all"]["ci"]["ndcg@10"] = [0.4, 0.6]
    beside = {"version": "v", "questions": 80, "ndcg@10": 0.3, "current": 0.2}
    better = mine | {"served": beside | {"paired": [-0.01, 0.2]}}
    assert gate.faults(better, before) == []
    worse = mine | {"served": beside | {"current": 0.4, "paired": [-0.2, -0.01]}}
    assert gate.faults(worse, before) == [
        "NDCG@10 of 0.300 is significantly below the current bundle's 0.400 "
        "on the same 80 questions"
    ]
    few = mine | {"served": {"version": "v", "questions": 3, "paired": [0.0, 0.1]}}
    assert len(gate.faults(few, before)) == 1


def test_without_an_evaluation_a_bundle_may_be_the_first_or_follow_its_like(
    tiny_bundle: Path,
) -> None:
    served = registry.about(tiny_bundle.parent, tiny_bundle.name)
    assert gate.verdict(None, frozenset(), None, interactions=0) == []
    assert gate.verdict(None, frozenset(), served, interactions=10**6) == [
        "no learner has enough history to evaluate it with, and the current bundle was evaluated"
    ]
    unjudged = replace(served, manifest=served.manifest.model_copy(update={"metrics": {}}))
    known = served.manifest.data.counts["interactions"]
    assert gate.verdict(None, frozenset(), unjudged, interactions=known) == []
    assert gate.verdict(None, frozenset(), unjudged, interactions=known - 1) == [
        "no learner has enough history to evaluate it with, "
        f"and it knows {known - 1} interactions, the current bundle {known}"
    ]
