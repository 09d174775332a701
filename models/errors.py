"""Every error Cairn raises on purpose.

CairnError               the work failed                                (exit code 1)
├── BundleError          a bundle cannot be used
│   ├── BundleCorrupt    a file is missing, cut short or altered
│   └── BundleTooNew     written by a later Cairn than this one
├── StoreUnavailable     Redis/Valkey cannot be started or reached
│   ├── StoreRefused     it answers, and does not do this
│   └── SpoolFailed      nor can the local disk take events in its place
├── TrainingFailed       fitting diverged, or the data hold nothing to learn from
├── PortInUse            another process listens on the address asked for
├── NotPromoted          a new bundle is not good enough to be served      (exit code 3)
├── Busy                 another process does this very work right now      (exit code 4)
└── UsageError           arguments or data that cannot be used         (exit code 2)
    └── DataError        faults in a data folder, all reported together
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class CairnError(Exception):
    """The work failed for a reason the message explains; the command line exits with 1."""

    exit_code = 1


class BundleError(CairnError):
    """A bundle cannot be used."""


class BundleCorrupt(BundleError):
    """A file of the bundle is missing, cut short or altered since it was written."""


class BundleTooNew(BundleError):
    """The bundle's ``format_version`` is later than this Cairn can read."""


class StoreUnavailable(CairnError):
    """Redis/Valkey cannot be started or reached."""


class StoreRefused(StoreUnavailable):
    """Redis/Valkey answered with an error, and may well do other things."""


class SpoolFailed(StoreUnavailable):
    """The local spool of events cannot be used, or is full."""


class TrainingFailed(CairnError):
    """Fitting diverged, or the data hold nothing to learn from."""


class PortInUse(CairnError):
    """Another process listens on the address asked for."""


class NotPromoted(CairnError):
    """A new bundle is not good enough to be served; ``cairn retrain`` exits with 3."""

    exit_code = 3


class Busy(CairnError):
    """Another process does this very work right now; ``cairn retrain`` exits with 4."""

    exit_code = 4


class UsageError(CairnError):
    """Arguments or data that cannot be used; the command line exits with 2."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a data file, precise enough to be mended.

    ``row`` counts data rows from 1 (a CSV's header is not counted); ``None`` when the
    fault belongs to the whole file. ``value`` is the offending text, cut to 80 characters.
    """

    file: str
    row: int | None
    column: str | None
    value: str | None
    reason: str

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column '{self.column}'"
        shown = "" if self.value is None else f" (found {self.value!r})"
        return f"{place}: {self.reason}{shown}"


class DataError(UsageError):
    """Faults in a data folder, all of them together; nothing was loaded."""

    SHOWN = 50

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        lines = [f"  {fault}" for fault in self.faults[: self.SHOWN]]
        if len(self.faults) > self.SHOWN:
            lines.append(f"  … and {len(self.faults) - self.SHOWN} more")
        noun = "fault" if len(self.faults) == 1 else "faults"
        super().__init__("\n".join([f"{len(self.faults)} {noun} in the data:", *lines]))
