"""The search for better settings: real fits on small data, whatever happens meanwhile."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from shared import ROOT, TINY_SETTINGS, Run

from models.errors import UsageError
from training import config as configuration
from training import report, tables
from training.config import Config
from training.progress import Silent
from training.tuning import Tuned, search, tune
from training.tuning.bench import Bench, without_test
from training.tuning.space import SPACE, around
from training.tuning.study import FIRST, Study, Trial, alone

CONFIG = Config.model_validate({**TINY_SETTINGS, "rounds": 5, "questions": 200})
TRIALS = 3


def tuned(data: Path, folder: Path, trials: int = TRIALS, **more: Any) -> Tuned:
    return tune(data, folder, CONFIG, 1, Silent(), trials=trials, **more)


@pytest.fixture(scope="module")
def found(tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    """One search by one worker; its folder is only to be read."""
    return tuned(tiny_data, tmp_path_factory.mktemp("study"))


def tried(found: Tuned) -> list[tuple[Mapping[str, Any], float | None]]:
    return [(each.values, each.quality) for each in found.trials]


def test_the_settings_given_come_first_and_the_best_are_at_least_as_good(
    found: Tuned, tiny_data: Path
) -> None:
    first = found.trials[0]
    assert len(found.trials) == TRIALS
    assert first.values == pytest.approx({name: getattr(CONFIG, name) for name in SPACE})
    assert first.quality is not None
    assert found.best.quality is not None
    assert found.best.quality >= first.quality
    bench = Bench.of(tiny_data, CONFIG, 1, None, Silent())
    assert bench.quality(bench.fit(found.config)) == found.best.quality
    assert bench.quality(bench.fit(CONFIG)) == first.quality
    kept = Config.model_validate_json(found.file.read_text())
    assert kept == found.config
    assert {name: getattr(kept, name) for name in SPACE} == pytest.approx(found.best.values)
    unsearched = set(Config.model_fields) - set(SPACE)
    assert all(getattr(kept, name) == getattr(CONFIG, name) for name in unsearched)


def test_an_answer_is_timed_beside_the_first_settings(found: Tuned) -> None:
    times = [each.times for each in found.trials if each.times is not None]
    assert len(times) == TRIALS
    assert found.trials[0].times == pytest.approx(1, abs=0.15)  # beside itself
    assert all(each.ms is not None and each.ms > 0 for each in found.trials)


def test_the_front_holds_what_none_beats() -> None:
    told = [(0, 0.5, 1.0), (1, 0.6, 2.0), (2, 0.4, 0.5), (3, 0.55, 2.5), (4, 0.6, 3.0)]
    trials = [Trial(number, {}, quality, 1.0, times) for number, quality, times in told]
    given_up = Trial(5, {}, None, None, None)
    assert [each.number for each in search.front([*trials, given_up])] == [2, 0, 1]


def test_what_lies_outside_the_space_widens_it() -> None:
    wide = around(Config.model_validate({"leaves": 5, "slow": 0.95}))
    assert (wide["leaves"].low, wide["slow"].high, wide["fast"]) == (5, 0.95, SPACE["fast"])


def test_the_test_part_is_never_looked_at(found: Tuned, tiny_data: Path, tmp_path: Path) -> None:
    """Everybody's last credential becomes another one: the search stays the same to the bit."""
    data = shutil.copytree(tiny_data, tmp_path / "data")
    table = data / "interactions.csv"
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    last = {row["learner_id"]: i for i, row in enumerate(rows)}
    counts = {learner: sum(row["learner_id"] == learner for row in rows) for learner in last}
    before = {row["credential_id"] for row in rows}
    for learner, i in last.items():
        met = {row["credential_id"] for row in rows if row["learner_id"] == learner}
        if counts[learner] >= 3:
            rows[i]["credential_id"] = min(before - met)
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    changed, original = tables.load(data), tables.load(tiny_data)
    assert changed.content_hash != original.content_hash
    assert without_test(changed).content_hash == without_test(original).content_hash
    assert without_test(original).interactions.height < original.interactions.height
    assert tried(tuned(data, tmp_path / "study", 2)) == tried(found)[:2]


SEARCH = """
import sys
from pathlib import Path
if __name__ == "__main__":
    sys.path.insert(0, sys.argv[3])
    from test_tuning import TRIALS, tuned
    tuned(Path(sys.argv[1]), Path(sys.argv[2]), TRIALS + 20, workers=2)
"""


def ended(folder: Path) -> int:
    """How many trials have ended; looks only, since the search may be making its tables."""
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(f"file:{folder / 'study.db'}?mode=ro", uri=True)) as study,
    ):
        states = "('COMPLETE', 'PRUNED')"
        (count,) = study.execute(f"select count(*) from trials where state in {states}").fetchone()
        return int(count)
    return 0


def test_a_search_that_was_ended_goes_on_as_if_it_had_not_been(
    found: Tuned, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once when time was up, once in the midst of a trial."""
    assert len(tuned(tiny_data, tmp_path, minutes=0).trials) == 1

    def interrupted(*_: object) -> float:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Bench, "quality", interrupted)
        tuned(tiny_data, tmp_path)
    assert ended(tmp_path) == 1
    assert tried(tuned(tiny_data, tmp_path)) == tried(found)


def working(folder: Path) -> list[Path]:
    """Processes of a search that was started to be killed."""
    found = []
    for each in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"STUDY={folder}\0".encode() in each.read_bytes():
                found.append(each)
    return found


def test_several_processes_search_together_and_end_with_their_parent(
    found: Tuned, tiny_data: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(found.study, tmp_path / "study")
    script = tmp_path / "search.py"
    script.write_text(SEARCH)
    paths = f"{ROOT}:{ROOT / 'tests'}"
    with subprocess.Popen(
        [sys.executable, str(script), str(tiny_data), str(folder), str(Path(__file__).parent)],
        env={**os.environ, "PYTHONPATH": paths, "STUDY": str(folder)},
    ) as child:
        while ended(folder) < TRIALS + 1:
            assert child.poll() is None
            time.sleep(0.05)
        child.send_signal(signal.SIGKILL)
    until = time.monotonic() + 60
    while working(folder) and time.monotonic() < until:
        time.sleep(0.1)
    assert not working(folder)
    together = tuned(tiny_data, folder, TRIALS + 2)
    assert tried(together)[:TRIALS] == tried(found)
    values = {json.dumps(dict(each.values)) for each in together.trials}
    assert len(values) == len(together.trials) >= TRIALS + 2


def test_a_study_is_of_one_search_and_of_one_command_at_a_time(
    found: Tuned, tiny_data: Path
) -> None:
    with pytest.raises(UsageError, match="made from other data, settings or another seed"):
        tune(tiny_data, found.study, CONFIG, 2, Silent(), trials=1)
    with alone(found.study), pytest.raises(UsageError, match="another command works on"):
        tuned(tiny_data, found.study)


def test_what_looks_bad_at_first_sight_is_given_up_and_what_matters_is_known(
    tmp_path: Path,
) -> None:
    study = Study(tmp_path, around(CONFIG), 1)
    study.begin("x", {name: getattr(CONFIG, name) for name in SPACE})
    for _ in range(FIRST):
        asked = study.ask(0)
        assert not asked.hopeless(0.5)
        study.tell(asked, float(asked.values["fast"]))
    asked = study.ask(0)
    assert asked.hopeless(0.4)
    study.tell(asked, None)
    assert not study.ask(0).hopeless(0.6)
    assert study.trials()[-1].quality is None
    importance = study.importance()
    assert max(importance, key=lambda name: importance[name]) == "fast"
    assert sum(importance.values()) == pytest.approx(1)


class Words(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_the_page_shows_the_front_and_the_best_settings(found: Tuned) -> None:
    page = report.tuned(found, datetime(2026, 1, 2, 3, 4, tzinfo=UTC))
    words = Words(page)
    told = " ".join(words.said)
    assert words.links == []
    assert "2026-01-02 03:04 UTC" in told
    assert page.count("<svg") == 2  # importance is not known after so few trials
    for each in found.front:
        assert f"{each.quality:.3f}" in told
    for name, value in found.best.values.items():
        assert name in told
        assert f"{value:g}" in told


def test_the_command_writes_settings_that_can_be_read_again(
    run: Run, tiny_data: Path, tmp_path: Path
) -> None:
    config, best, page = tmp_path / "c.json", tmp_path / "best.json", tmp_path / "page.html"
    config.write_text(CONFIG.model_dump_json())
    options = ("--config", config, "--trials", 1, "--study", "mine")
    code, out, _ = run("tune", tiny_data, *options, "--out", best, "--report", page)
    assert code == 0
    assert "1 trials" in out
    assert "none is both better and faster" in out
    assert page.read_text().startswith("<!doctype html>")
    assert configuration.read(best) == CONFIG
    assert run("tune", tiny_data, *options, "--seed", 2)[0] == 2
