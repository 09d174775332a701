from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np
import pytest
from histories import checkerboard

from training import contest, splits
from training.baselines import BASELINES, Baseline, Fitted, Params
from training.beside import process
from training.contest import Contest, Entered
from training.interactions import Interactions

SPLIT = splits.last(checkerboard())
NAMED = {name: BASELINES[name] for name in ("popularity", "item_knn", "markov")}

LEFT = """
import os, sys
from training.beside import process
with process() as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(sys.stdin.read)
    sys.stdin.read()
"""


class Failing:
    """One that cannot be fitted."""

    name = "failing"
    grid: tuple[Params, ...] = ({},)

    def fit(self, train: Interactions, params: Params, seed: int) -> Fitted:
        raise ValueError("nothing to learn from")


def entered(baselines: dict[str, Baseline]) -> dict[str, Entered]:
    whole = Contest(SPLIT, np.arange(SPLIT.train.n_credentials, dtype=np.int32), None, 1)
    with whole.meanwhile(baselines) as entries:
        return {name: entry() for name, entry in entries.items()}


def test_what_is_found_beside_is_what_is_found_here(monkeypatch: pytest.MonkeyPatch) -> None:
    here = entered(NAMED)
    monkeypatch.setattr(contest, "WORTHWHILE", 0)
    beside = entered(NAMED)
    assert list(beside) == list(here) == list(NAMED)
    for name in NAMED:
        assert beside[name].params == here[name].params
        np.testing.assert_array_equal(beside[name].lists, here[name].lists)


def test_what_fails_beside_fails_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contest, "WORTHWHILE", 0)
    with pytest.raises(ValueError, match="nothing to learn from"):
        entered({"failing": Failing()})


def test_few_interactions_are_not_worth_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> Any:
        raise AssertionError("began a process")

    monkeypatch.setattr(contest, "process", none)
    assert len(entered(NAMED)) == len(NAMED)


def test_a_process_ends_with_a_block_that_fails_whatever_it_is_at() -> None:
    with pytest.raises(ValueError, match="enough"), process() as pool:
        found = pool.submit(os.getpid).result()
        sleeping = pool.submit(time.sleep, 600)
        raise ValueError("enough")
    assert gone(found)
    assert sleeping.cancelled() or isinstance(sleeping.exception(), BrokenProcessPool)


def test_a_process_ends_with_whoever_began_it() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LEFT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as began:
        assert began.stdout is not None
        found = int(began.stdout.readline())
        assert not gone(found)
        began.kill()
    for _ in range(100):
        if gone(found):
            break
        time.sleep(0.1)
    assert gone(found)


def gone(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False
