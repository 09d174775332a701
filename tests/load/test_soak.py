"""The soak runs, and what it calls flat is flat."""

from __future__ import annotations

import json
import subprocess
import sys
from math import sin
from pathlib import Path
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from load.soak.trend import FEWEST, second_half

TIMES = [5.0 * i for i in range(180)]
NOISE = np.random.default_rng(7).normal(0.0, 0.1, len(TIMES))
BOUND = 5.0


def test_what_settles_and_then_stays_is_flat() -> None:
    values = [
        240 + min(seconds, 300) / 10 + noise for seconds, noise in zip(TIMES, NOISE, strict=True)
    ]
    trend = second_half(TIMES, values)
    assert trend.flat(BOUND)
    assert trend.low < 0 < trend.high


def test_what_grows_is_not_flat_and_its_growth_is_found() -> None:
    values = [
        240 + 20 * seconds / 3600 + noise for seconds, noise in zip(TIMES, NOISE, strict=True)
    ]
    trend = second_half(TIMES, values)
    assert not trend.flat(BOUND)
    assert trend.low < 20 < trend.high
    assert trend.per_hour == pytest.approx(20, abs=1)


def test_a_single_step_up_and_back_does_not_move_it() -> None:
    values = [240 + 50 * (120 <= i < 126) + noise for i, noise in enumerate(NOISE)]
    assert second_half(TIMES, values).flat(BOUND)


def test_slow_swings_make_the_interval_wide() -> None:
    independent = second_half(TIMES, NOISE)
    swings = second_half(TIMES, [0.1 * sin(seconds / 40) for seconds in TIMES])
    assert swings.high - swings.low > 2 * (independent.high - independent.low)


def test_too_little_shows_nothing() -> None:
    few = 2 * FEWEST - 2
    with pytest.raises(ValueError, match="at least"):
        second_half(TIMES[:few], NOISE[:few])


@pytest.mark.slow
def test_a_short_soak_adds_up(tiny_bundle: Path, tmp_path: Path) -> None:
    file, svg = tmp_path / "soak.json", tmp_path / "soak.svg"
    command = [sys.executable, "-m", "load.soak", "--bundle", str(tiny_bundle)]
    command += ["--minutes", "0.15", "--look", "0.4", "--users", "3", "--bound", "1e6"]
    done = subprocess.run(
        [*command, "--json", str(file), "--svg", str(svg)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(file.read_text())
    assert report["flat"] is True
    assert len(report["trends"]) == 2
    samples, rows = report["samples"], {each["name"]: each for each in report["requests"]}
    # What is rare in the mix may not come up in so short a time.
    assert {"known learner", "same again", "event", "all"} <= set(rows)
    assert rows["all"]["failed"] == 0
    assert 0 < samples[-1]["repeated"] < samples[-1]["answers"] <= rows["all"]["requests"]
    for worker in samples[-1]["workers"]:
        assert 0 < worker["uss_mb"] < worker["rss_mb"]
        assert worker["descriptors"] > 0 < worker["threads"]
    assert len(fromstring(svg.read_text()).findall(".//{*}polyline")) > 6
