"""What a search calls best holds elsewhere: its fits are replaced by draws whose truth is known."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console
from shared import TINY_SETTINGS

from training import printing, report
from training.config import Config
from training.config import read as read_config
from training.metrics import crossed, interval
from training.progress import Silent
from training.tuning import Tuned, tune
from training.tuning.bench import Bench, Latency
from training.tuning.confirm import CANDIDATES, FITS, further
from training.tuning.study import Study

CONFIG = Config.model_validate(TINY_SETTINGS)
TRIALS = 8


@dataclass
class World:
    """Where all settings are equally good, but those with ``fast`` below .35 by ``gain`` better.
    Every fit has its luck, every answer its own. ``fitted`` are settings and seed of each fit;
    from the one at ``interrupted`` on they fail.
    """

    gain: float = 0.0
    fitted: list[tuple[Config, int]] = field(default_factory=list)
    interrupted: int | None = None

    def fit(self, bench: Bench, config: Config, _kept: object = None) -> Config:
        if len(self.fitted) == self.interrupted:
            raise KeyboardInterrupt
        self.fitted.append((config, bench.seed))
        return config

    def qualities(self, bench: Bench, config: Config) -> NDArray[np.float64]:
        told = [config.model_dump(mode="json"), len(bench.split.train), bench.seed]
        rng = np.random.default_rng(crc32(json.dumps(told).encode()))
        luck = rng.normal(0, 0.02) + rng.normal(0, 0.2, len(bench.split))
        return np.asarray(0.4 + luck + self.gain * (config.fast < 0.35), np.float64)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(Bench, "fit", lambda *asked: made.fit(*asked))
    monkeypatch.setattr(Bench, "qualities", lambda *asked: made.qualities(*asked))
    monkeypatch.setattr(Bench, "latency", lambda *_: Latency(1.0, 1.0))
    monkeypatch.setattr(Study, "importance", lambda _: {})  # takes longer than all the rest
    return made


def tuned(
    data: Path, folder: Path, seed: int = 1, *, trials: int = TRIALS, minutes: float | None = None
) -> Tuned:
    return tune(data, folder, CONFIG, seed, Silent(), trials=trials, minutes=minutes)


def shown(found: Tuned) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(*printing.tuned(found), sep="\n")
    return capture.get()


def test_a_search_won_by_noise_keeps_the_settings_given(
    world: World, tiny_data: Path, tmp_path: Path
) -> None:
    for seed in range(1, 4):
        found = tuned(tiny_data, tmp_path / str(seed), seed)
        assert found.ahead is not found.first  # who believed the search would take this one
        assert len(found.confirmed) == len(found.chosen) == CANDIDATES
        assert found.best is found.first
        assert read_config(found.file) == found.config == CONFIG
        assert "The settings given are the best known. On further inner splits" in shown(found)


def test_settings_that_are_truly_better_are_named(
    world: World, tiny_data: Path, tmp_path: Path
) -> None:
    world.gain = 0.3
    found = tuned(tiny_data, tmp_path)
    assert found.config.fast < 0.35 < CONFIG.fast
    (named,) = (each for each in found.confirmed if each.number == found.best.number)
    assert named.interval[0] > 0
    assert named.quality - named.given == pytest.approx(0.3, abs=0.1)
    assert read_config(found.file) == found.config
    said = f"Best: trial {found.best.number}, on further inner splits, too, beyond chance."
    assert said in shown(found)
    page = report.tuned(found, datetime(2026, 1, 2, tzinfo=UTC))
    assert said in page
    assert f"{named.quality:.3f}" in page


def test_a_confirmation_that_was_ended_goes_on_to_the_same_verdict(
    world: World, tiny_data: Path, tmp_path: Path
) -> None:
    """Once in the midst of a fit, once when time was up."""
    world.gain = 0.3
    whole = tuned(tiny_data, tmp_path / "whole")
    fits = len(world.fitted)
    world.fitted, world.interrupted = [], fits - FITS
    with pytest.raises(KeyboardInterrupt):
        tuned(tiny_data, tmp_path / "ended")
    world.fitted, world.interrupted = [], None
    late = tuned(tiny_data, tmp_path / "ended", minutes=0)
    assert late.best is late.first or late.best.number in {each.number for each in late.confirmed}
    assert len(late.confirmed) < len(late.chosen)
    assert "Time was up before all was judged" in shown(late)
    world.fitted = []
    again = tuned(tiny_data, tmp_path / "ended")
    assert (again.confirmed, again.verdict) == (whole.confirmed, whole.verdict)
    assert again.config == whole.config
    assert len([seed for _, seed in world.fitted if seed > 1]) == FITS  # what was known is kept


def test_with_no_time_for_it_nothing_is_believed(
    world: World, tiny_data: Path, tmp_path: Path
) -> None:
    world.gain = 0.3
    tuned(tiny_data, tmp_path, trials=1)
    tuned(tiny_data, tmp_path)
    for each in (tmp_path / "confirmed").iterdir():
        each.unlink()
    found = tuned(tiny_data, tmp_path, minutes=0)
    assert found.confirmed == ()
    assert found.best is found.first
    assert found.config == CONFIG
    assert "Time was up before all was judged" in found.verdict


def test_trials_judged_before_are_tries_too(world: World, tiny_data: Path, tmp_path: Path) -> None:
    few, more = tuned(tiny_data, tmp_path, trials=8), tuned(tiny_data, tmp_path, trials=30)
    assert set(few.chosen) < set(more.chosen)
    widths = [
        each.interval[1] - each.interval[0]
        for found in (few, more)
        for each in found.confirmed
        if each.number == few.chosen[0]
    ]
    assert widths[1] > widths[0]


def test_further_splits_ask_for_what_no_other_asks(tiny_data: Path) -> None:
    bench = Bench.of(tiny_data, CONFIG, 1, None, Silent())
    every = [bench, *further(bench)]
    assert len(every) == FITS + 1
    assert len({each.seed for each in every}) == FITS + 1
    asked = [
        {(int(each.split.learners[row]), int(column)) for row, column in zip(*pairs, strict=True)}
        for each in every
        for pairs in [each.split.relevant.nonzero()]
    ]
    assert len(set.union(*asked)) == sum(map(len, asked))
    for each, answers in zip(every, asked, strict=True):
        train = each.split.train
        known = set(zip(train.learner.tolist(), train.credential.tolist(), strict=True))
        assert not known & answers


def test_where_histories_are_short_splits_are_asked_again_or_not_at_all(
    world: World, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench.of(tiny_data, CONFIG, 1, None, Silent())
    once = bench.earlier()
    left = [once]
    with monkeypatch.context() as patch:
        patch.setattr(Bench, "earlier", lambda _: left.pop() if left else None)
        again = further(bench)
    assert once is not None
    assert {id(each.split) for each in again} == {id(once.split)}
    assert len({each.seed for each in again}) == FITS
    monkeypatch.setattr(Bench, "earlier", lambda _: None)
    found = tuned(tiny_data, tmp_path)
    assert found.best is found.first
    assert "histories are too short to confirm it" in shown(found)


def test_the_luck_of_a_fit_is_no_gain() -> None:
    """No truth in it at all: an interval over learners alone often sees some."""
    believed, seen = 0, 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        values = rng.normal(0, 0.05, 4) + rng.normal(0, 0.3, (150, 4))
        values[rng.random(150) < 0.3, 3] = np.nan
        believed += crossed(values, seed)[0] > 0
        seen += interval(np.nanmean(values, axis=1), seed)[0] > 0
    assert believed <= 5
    assert seen > 10


def test_a_gain_in_all_fits_is_seen_and_of_many_it_must_be_larger() -> None:
    rng = np.random.default_rng(1)
    values = 0.1 + rng.normal(0, 0.02, 4) + rng.normal(0, 0.3, (200, 4))
    alone, together = crossed(values, 1), crossed(values, 1, among=3)
    assert 0 < alone[0] < values.mean() < alone[1]
    assert together[0] < alone[0] < alone[1] < together[1]
