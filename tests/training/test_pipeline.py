"""Training as a whole: the same again with one seed, and honest about what it was given."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from shared import TINY_SETTINGS

from models import bundle
from models.domain import Ask, Event, Kind, Learner, Mode, Target
from models.errors import DataError
from models.feature_names import FEATURES
from models.recommend import recommend
from training.config import Config
from training.job import Trained, train
from training.progress import Silent

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def run(data: Path, out: Path, seed: int = 1, **changed: Any) -> Trained:
    config = Config.model_validate(TINY_SETTINGS | changed)
    return train(data, out, config, seed, NOW, Silent())


def interactions(folder: Path, *rows: tuple[str, str, str, str]) -> Path:
    with (folder / "interactions.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["learner_id", "credential_id", "kind", "occurred_at"])
        writer.writerows(rows)
    return folder


@pytest.fixture
def copy(tiny_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_data, tmp_path / "data"))


def test_one_seed_gives_one_bundle(tiny_data: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    again = run(tiny_data, tmp_path)
    first, second = bundle.read_manifest(tiny_bundle), bundle.read_manifest(again.folder)
    times = [each.metrics.pop("stages") for each in (first, second)]
    assert [*times[0]] == [*times[1]]
    assert second == first
    assert again.report is not None
    assert second.metrics.pop("settings")["chosen_on"] == second.data.counts["interactions"]
    assert second.metrics == json.loads(json.dumps(again.report))


def test_another_seed_gives_another(tiny_data: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    assert run(tiny_data, tmp_path, seed=2).folder.name != tiny_bundle.name


def test_the_manifest_tells_what_it_was_made_of(tiny_bundle: Path) -> None:
    manifest = bundle.read_manifest(tiny_bundle)
    assert manifest.held_kinds == (Kind.COMPLETE,)
    assert manifest.features == FEATURES
    assert manifest.data.counts["credentials"] == 40
    assert manifest.data.dated
    assert manifest.config["text"] == "none"
    assert manifest.indexes.keys() == manifest.dims.keys() == {"collaborative"}
    assert all(0.99 <= index.measured_recall <= 1.0 for index in manifest.indexes.values())
    assert {"popularity", "lightfm", "cairn"} == manifest.metrics["models"].keys()


def test_with_texts_it_carries_its_encoder(tiny_data: Path, tmp_path: Path) -> None:
    trained = run(tiny_data, tmp_path, text="minilm", rounds=3, questions=100)
    made = bundle.read(trained.folder)
    assert made.encoder is not None
    assert made.indexes.keys() == {"collaborative", "roles", "skills", "text"}
    answer = recommend(made, Ask(Learner(), 1.8e9, Target(text="someone to lead a bakery")))
    assert answer.role is not None
    assert answer.role.title == "Bakery lead"
    assert answer.mode is Mode.COLD_START
    assert made.credentials.ids[answer.items[0].credential].startswith("bakery-")


@pytest.mark.parametrize("kind", ["view", "enrol"])
def test_without_completions_every_act_holds(copy: Path, tmp_path: Path, kind: str) -> None:
    rows = [(f"l{k}", f"bakery-{c}", kind, f"2025-01-0{c + 1}") for k in range(9) for c in range(4)]
    made = bundle.read(run(interactions(copy, *rows), tmp_path).folder)
    acts = tuple(each for each in Kind if each not in (Kind.DISMISS, Kind.RETRACT))
    assert made.manifest.held_kinds == acts
    assert made.ranker is None


def test_order_numbers_are_no_times(copy: Path, tmp_path: Path) -> None:
    rows = [(f"l{k}", f"bakery-{c}", "complete", f"{c + 1}") for k in range(9) for c in range(4)]
    made = bundle.read(run(interactions(copy, *rows), tmp_path).folder)
    assert not made.manifest.data.dated
    assert made.manifest.data.last_at is None
    assert made.behaviour.trend is None
    assert recommend(made, Ask(Learner(history=made.histories.of("l3")), 1.8e9)).items


def test_one_learner_is_enough(copy: Path, tmp_path: Path) -> None:
    data = interactions(copy, *(("l", f"bakery-{c}", "complete", str(c)) for c in range(2)))
    trained = run(data, tmp_path)
    assert trained.report is None
    assert trained.faults == ()
    answer = recommend(bundle.read(trained.folder), Ask(Learner(), 1.8e9))
    assert len(answer.items) == 10


@pytest.mark.parametrize("rows", [(), (("l", "bakery-0", "dismiss", "2025-01-01"),)])
def test_before_the_first_learner_roles_and_skills_are_enough(
    copy: Path, tmp_path: Path, rows: tuple[tuple[str, ...], ...]
) -> None:
    trained = run(interactions(copy, *rows), tmp_path)
    assert trained.report is None
    assert trained.faults == ()
    made = bundle.read(trained.folder)
    assert made.behaviour.factors is None
    nothing = recommend(made, Ask(Learner(), 1.8e9))
    assert len(nothing.items) == 10
    aimed = recommend(made, Ask(Learner(), 1.8e9, target=Target(id="bakery-role")))
    assert aimed.items[0].closes
    assert {reason.kind for reason in aimed.items[0].reasons} == {"closes_gap"}
    after = [each.gap_after for each in aimed.items if each.gap_after is not None]
    assert after[0] < 1.0
    begun = Learner(history=(Event("bakery-0", Kind.COMPLETE, 1.79e9),))
    assert "bakery-0" not in {
        made.credentials.ids[item.credential]
        for item in recommend(made, Ask(begun, 1.8e9, target=Target(id="bakery-role"))).items
    }


def test_bad_data_is_told_before_anything_is_written(copy: Path, tmp_path: Path) -> None:
    data = interactions(copy, ("l", "bakery-99", "complete", "2025-01-01"))
    with pytest.raises(DataError, match="bakery-99"):
        run(data, tmp_path / "out")
    assert not (tmp_path / "out").exists()
