"""A platform of known truth: the same for every arm, and served by the real pipeline."""

from __future__ import annotations

import re
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from training.simulation.drawing import picture
from training.simulation.loop import ARMS, Run, arms, told
from training.simulation.platform import START, WEEK, Platform, Size

SMALL = Size(credentials=50, arrivals=25, before=1, weeks=2)


@pytest.mark.slow
def test_arms_part_only_where_they_differ_and_runs_repeat() -> None:
    frozen, loop, exploring = runs = arms(SMALL, 1)
    assert [run.arm for run in runs] == list(ARMS)
    # Both serve the first week with the very same bundle, and only one learns from it.
    assert frozen.regret[0] == loop.regret[0] != exploring.regret[0]
    assert frozen.share.tolist() == [0.0, 0.0]
    assert all((run.regret >= 0).all() for run in runs)
    again = arms(SMALL, 1)
    assert [run.regret.tolist() for run in again] == [run.regret.tolist() for run in runs]


def test_regret_is_none_for_the_best_and_some_for_the_worst() -> None:
    platform = Platform(SMALL, 2)
    person = platform.people[0]
    at = START - WEEK / 2
    worth = platform.worth(person, at)
    names = sorted(worth, key=lambda name: -worth[name])
    # Who looks at everything may still be misled by noise; who sees one thing takes that or none.
    first = platform.visit(person, names[:1], at)
    assert first.regret == 0 or first.credential < 0
    other = platform.people[1]
    worth = platform.worth(other, at)
    worst = min(worth, key=lambda name: worth[name])
    assert platform.visit(other, [worst], at).regret > 0


def test_training_is_told_nothing_hidden_and_only_what_is_launched() -> None:
    platform = Platform(SMALL, 1)
    tables = platform.tables(0)
    assert tables["learners"].columns == ["id", "skills", "target_role", "attributes"]
    assert tables["credentials"].height == int((platform.launched <= 0).sum()) < 50
    assert platform.tables(1)["credentials"].height > tables["credentials"].height


def test_figures_and_picture() -> None:
    runs = [
        Run(arm, seed, np.array([3.0, 2.0 - at]), np.zeros(2), np.array([np.nan, 0.5]))
        for seed in (1, 2)
        for at, arm in enumerate(ARMS)
    ]
    found = told(Size(weeks=2), [1, 2], runs)
    assert found["saved"][f"{ARMS[1]} beside {ARMS[0]}"] == (1.0, 1.0, 1.0)
    assert found["regret"][ARMS[2]] == [(3.0, 3.0, 3.0), (0.0, 0.0, 0.0)]
    assert found["found"][ARMS[0]][0] == (None, None, None)
    drawn = picture("Regret", "week", found["regret"])
    assert len(re.findall("<polyline", drawn)) >= 2 * len(ARMS)
    assert [each.text for each in fromstring(drawn).iter() if each.text in ARMS] == list(ARMS)
