"""What each stage of a training run took: time, and the most memory at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from training.progress import Advance, Progress

STATUS: Final = Path("/proc/self/status")
PEAK: Final = "VmHWM:"
RESET: Final = Path("/proc/self/clear_refs")
"""Linux forgets the peak so far when 5 is written there; see proc(5)."""


class Stage(NamedTuple):
    """``seconds`` of wall time; ``peak_mb``: the most that was resident at once while it ran, in
    megabytes, ``None`` where the system does not tell (anything but Linux).
    """

    name: str
    seconds: float
    peak_mb: int | None


class Ledger(Progress):
    """Shows what another progress does, and keeps what every stage took.

    It sees this process only: what workers elsewhere take is theirs.
    """

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._stages: list[Stage] = []
        self._begun = time.perf_counter()

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        _forget_peak()
        begun = time.perf_counter()
        with self._shown.stage(name, total) as advance:
            yield advance
        self._stages.append(Stage(name, _since(begun), _peak_mb()))

    def all(self) -> tuple[Stage, ...]:
        """The stages that have ended, and last the time between them."""
        between = _since(self._begun) - sum(each.seconds for each in self._stages)
        return (*self._stages, Stage("between stages", round(between, 2), None))

    def told(self) -> dict[str, object]:
        """The same for a manifest."""
        return {"stages": {each.name: list(each[1:]) for each in self.all()}}


def _since(begun: float) -> float:
    return round(time.perf_counter() - begun, 2)


def _forget_peak() -> None:
    try:
        RESET.write_text("5")
    except OSError:
        return


def _peak_mb() -> int | None:
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith(PEAK)), None)
