"""Work that is interrupted ends, whatever a library makes of the signal."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from training.progress import Heeding, Silent


@pytest.fixture(autouse=True)
def handler_put_back() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interruption_ends_the_work_at_once() -> None:
    progress = Heeding(Silent())
    with pytest.raises(KeyboardInterrupt), progress.stage("work", 2):
        signal.raise_signal(signal.SIGINT)


def test_an_interruption_that_was_swallowed_ends_it_at_the_next_step() -> None:
    progress = Heeding(Silent())
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
