"""Work that is interrupted ends, whatever a library makes of the signal."""

from __future__ import annotations

import signal
from contextlib import suppress

import pytest

from training.progress import Heeding, Silent


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


def test_after_the_work_an_interruption_means_what_it_did() -> None:
    before = signal.getsignal(signal.SIGINT)
    with suppress(KeyboardInterrupt), Heeding(Silent()) as progress, progress.stage("work", 1):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
