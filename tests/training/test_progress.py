"""Work that is interrupted ends, whatever a library makes of the signal."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from training.ledger import Ledger
from training.progress import Heeding, Silent

FILLS = """
import json
import numpy as np
from training.ledger import Ledger
from training.progress import Silent

ledger = Ledger(Silent())
with ledger.stage("sleep", 0):
    pass
with ledger.stage("fill", 0):
    block = np.ones(8_000_000)  # 64 MB
del block
with ledger.stage("after", 0):
    pass
print(json.dumps([each.peak_mb for each in ledger.all()[:-1]]))
"""


def test_an_interruption_ends_the_work_at_once() -> None:
    with (
        Heeding(Silent()) as progress,
        pytest.raises(KeyboardInterrupt),
        progress.stage("work", 2),
    ):
        signal.raise_signal(signal.SIGINT)


def test_an_interruption_that_was_swallowed_ends_it_at_the_next_step() -> None:
    with Heeding(Silent()) as progress:
        done = []
        with pytest.raises(KeyboardInterrupt), progress.stage("work", 2) as advance:
            advance(1)
            with suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            done.append("went on")
            advance(1)
            done.append("and on")
        assert done == ["went on"]
        with pytest.raises(KeyboardInterrupt), progress.stage("more work", 0):
            pass


def test_an_error_that_a_library_made_of_an_interruption_is_one() -> None:
    class Told:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    with (
        Heeding(Silent()) as progress,
        pytest.raises(KeyboardInterrupt) as raised,
        progress.stage("work", 1),
    ):
        told = Told()
        del told  # as in a library's callback: the interruption is dropped, and nobody is told
        raise ValueError("the callback failed")
    assert isinstance(raised.value.__cause__, ValueError)


def test_after_the_work_an_interruption_means_what_it_did() -> None:
    before = signal.getsignal(signal.SIGINT)
    with suppress(KeyboardInterrupt), Heeding(Silent()) as progress, progress.stage("work", 1):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_ledger_knows_what_each_stage_took() -> None:
    ledger = Ledger(Silent())
    with ledger.stage("sleep", 0):
        time.sleep(0.05)
    with ledger.stage("wake", 0):
        pass
    asleep, _, between = ledger.all()
    assert [each.name for each in ledger.all()] == ["sleep", "wake", "between stages"]
    assert 0.05 <= asleep.seconds < 5
    assert between.peak_mb is None
    assert ledger.told() == {"stages": {each.name: list(each[1:]) for each in ledger.all()}}


def test_a_ledger_knows_the_most_memory_of_each_stage() -> None:
    # In a process of its own: what other tests left behind may be let go at any moment of this one.
    ended = subprocess.run(
        [sys.executable, "-c", FILLS], capture_output=True, check=True, text=True, timeout=60
    )
    asleep, filling, after = json.loads(ended.stdout)
    if filling is not None:  # Linux tells
        assert 55 < filling - asleep < 200
        assert 55 < filling - after < 200
