"""Faults under load: ``python -m load.faults --json F``.

For each fault a real service and a real Valkey are started and kept busy by a few callers: they ask
for recommendations and paths, and send batches of events. Meanwhile the fault happens and passes.
Then:

- ``failures``: requests without their proper answer, save those cut off because the service's own
  process was killed (``interrupted``) and, where the spool is filled, events turned away with a 503
  (``refused``), which their sender keeps;
- ``wrong``: answers by a bundle that was never promoted, or not what that bundle answers then;
- ``acknowledged`` and ``found``: events that were accepted, and those of them held afterwards;
- ``degraded``: answers that did without the store, and ``elsewhere`` those of them that were given
  to tenants whose node of a cluster was well; ``bundles``: how many bundles answered;
- ``next_p99_ms``, ``path_p99_ms`` and ``sent_p99_ms``: how long recommendations, paths and events
  took.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from load.callers import Callers
from load.parts import CLOCK, Parts, bundles, cairn
from load.parts_apart import Clustered, Stored


def nothing(parts: Parts, pause: float) -> None:
    """For comparison."""
    time.sleep(pause)


def store_killed(parts: Parts, pause: float) -> None:
    """SIGKILL to Valkey; it comes back with what it had on the disk."""
    parts.kill_store()
    time.sleep(pause)
    parts.start_store()


def store_paused(parts: Parts, pause: float) -> None:
    """SIGSTOP to Valkey: connections stay, nothing answers."""
    parts.pause_store()
    time.sleep(pause)
    parts.resume_store()


def store_full(parts: Parts, pause: float) -> None:
    """Valkey refuses writes for want of memory."""
    parts.command("CONFIG", "SET", "maxmemory", "1")
    time.sleep(pause)
    parts.command("CONFIG", "SET", "maxmemory", "0")


def store_flapping(parts: Parts, pause: float) -> None:
    """Valkey stops and comes back, again and again."""
    for _ in range(5):
        parts.stop_store()
        time.sleep(pause / 10)
        parts.start_store()
        time.sleep(pause / 10)


def service_killed(parts: Parts, pause: float) -> None:
    """SIGKILL to the service in the middle of event batches, with events in its spool."""
    parts.pause_store()
    time.sleep(pause / 2)
    parts.kill_service()
    parts.resume_store()
    parts.start_service()
    time.sleep(pause / 2)


def worker_killed(parts: Parts, pause: float) -> None:
    """SIGKILL to one of two workers."""
    parts.kill_worker()
    time.sleep(pause)


def folding_killed(parts: Parts, pause: float) -> None:
    """SIGKILL to one of two workers while it folds; the other does what it left undone."""
    consumer = parts.kill_folding_worker()
    time.sleep(pause)
    parts.wait_until_taken_over(consumer)


def bundles_swapped(parts: Parts, pause: float) -> None:
    """Twenty promotions, one after the other."""
    for i in range(20):
        version = parts.versions[(i + 1) % 2]
        cairn("bundle", "promote", version, "--root", str(parts.registry))
        time.sleep(pause / 20)


def corrupt_bundle(parts: Parts, pause: float) -> None:
    """The pointer moves to a bundle with one altered byte."""
    broken = parts.registry / "broken"
    shutil.copytree(parts.registry / parts.versions[1], broken, dirs_exist_ok=True)
    array = next(iter(sorted(broken.rglob("*.npy"))))
    array.write_bytes(array.read_bytes()[:-1] + b"!")
    pointer = parts.registry / "current"
    pointer.write_text(f"broken\n{pointer.read_text()}")
    time.sleep(pause)


def broken_start(parts: Parts, pause: float) -> None:
    """The service starts anew while the pointer is at such a bundle: the one before serves."""
    corrupt_bundle(parts, pause / 2)
    parts.kill_service()
    parts.start_service()
    time.sleep(pause / 2)


def clock_skewed(parts: Parts, pause: float) -> None:
    """Events are dated in 1900 and 2200, and the service's clock jumps ahead, then back."""
    parts.odd_dates.set()
    for years in (10, -20, 0):
        parts.shift_clock(years * 365.25 * 86_400)
        time.sleep(pause / 3)


def spool_full(parts: Parts, pause: float) -> None:
    """Valkey is away for longer than the spool's quota lasts."""
    parts.kill_store()
    time.sleep(pause)
    parts.start_store()


def node_killed(parts: Clustered, pause: float) -> None:
    """SIGKILL to one node of a cluster; it comes back with what it had on the disk."""
    parts.node.kill()
    time.sleep(pause)
    parts.node.start()


def node_paused(parts: Clustered, pause: float) -> None:
    """SIGSTOP to one node of a cluster."""
    os.kill(parts.node.pid, signal.SIGSTOP)
    time.sleep(pause)
    os.kill(parts.node.pid, signal.SIGCONT)


def bundles_fetched(parts: Stored, pause: float) -> None:
    """Six promotions in object storage, each followed before the next."""
    for i in range(6):
        version = parts.versions[(i + 1) % 2]
        parts.promote(version)
        parts.wait_until_followed(version)
        time.sleep(pause / 6)


def storage_killed(parts: Stored, pause: float) -> None:
    """Object storage is away for a while, and another bundle is promoted when it is back."""
    parts.storage.kill()
    time.sleep(pause)
    parts.storage.start()
    parts.promote(parts.versions[1])
    parts.wait_until_followed(parts.versions[1])


def fetched_corrupt(parts: Stored, pause: float) -> None:
    """In object storage, the pointer moves to a bundle with one altered byte, and back."""
    good, bad = parts.versions
    array = next(iter(sorted((parts.storage.registry / bad).rglob("*.npy"))))
    array.write_bytes(array.read_bytes()[:-1] + b"!")
    pointer = parts.storage.registry / "current"
    pointer.write_text(f"{bad}\n{pointer.read_text()}")
    parts.wait_until_followed(bad)
    time.sleep(pause)
    parts.promote(good)
    parts.wait_until_followed(good)


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, the parts that it befalls, and the settings it needs."""

    fault: Callable[[Any, float], None]
    settings: dict[str, str] = field(default_factory=dict)
    parts: type[Parts] = Parts


TWO: Final = {"CAIRN_WORKERS": "2"}

PATIENT: Final = {**TWO, "CAIRN_STORE_PATIENCE": "1", "CAIRN_STORE_TIMEOUT": "2"}
"""A store that is slow because the machine is busy must not pass for one that is away."""

FAULTS: Final = {
    "none": Case(nothing),
    "store killed": Case(store_killed),
    "store paused": Case(store_paused),
    "store full": Case(store_full),
    "store flapping": Case(store_flapping),
    "service killed": Case(service_killed),
    "worker killed": Case(worker_killed, TWO),
    "folding killed": Case(folding_killed, TWO),
    "bundles swapped": Case(bundles_swapped),
    "corrupt bundle": Case(corrupt_bundle),
    "broken start": Case(broken_start),
    "spool full": Case(spool_full, {"CAIRN_SPOOL_BYTES": "65536"}),
    "clock skewed": Case(clock_skewed, {"PYTHONPATH": CLOCK}),
    "node killed": Case(node_killed, PATIENT, Clustered),
    "node paused": Case(node_paused, PATIENT, Clustered),
    "bundles fetched": Case(bundles_fetched, PATIENT, Stored),
    "storage killed": Case(storage_killed, PATIENT, Stored),
    "fetched corrupt": Case(fetched_corrupt, PATIENT, Stored),
}
"""By the name under which each is told."""


def main() -> int:
    """Run every fault; 1 when a request failed, an answer was wrong, an event was lost, or a
    tenant degraded whose store was well.
    """
    chosen = _arguments()
    with tempfile.TemporaryDirectory(prefix="cairn-faults-") as folder:
        registry = chosen.work or Path(folder) / "bundles"
        versions = bundles(registry)
        rows = []
        _print("fault", *NAMES)
        for name in chosen.faults or FAULTS:
            rows.append(measured(name, Path(folder), registry, versions, chosen.pause))
            _print(*rows[-1].values())
    if chosen.json is not None:
        chosen.json.write_text(json.dumps({"rows": rows}, indent=2) + "\n")
    bad = ("failures", "wrong", "elsewhere")
    return int(any(lost(row) or any(row[name] for name in bad) for row in rows))


NAMES: Final = (
    "requests", "failures", "wrong", "acknowledged", "found", "interrupted", "refused", "degraded",
    "elsewhere", "bundles", "next_p99_ms", "path_p99_ms", "sent_p99_ms",
)  # fmt: skip


def measured(
    name: str, folder: Path, registry: Path, versions: tuple[str, str], pause: float
) -> dict[str, Any]:
    """One fault of ``FAULTS``, with a service and a store of its own."""
    case = FAULTS[name]
    cairn("bundle", "promote", versions[0], "--root", str(registry))
    with (
        tempfile.TemporaryDirectory(dir=folder) as var,
        case.parts(Path(var), registry, versions, case.settings) as parts,
    ):
        callers = Callers(parts, may_be_refused=name == "spool full")
        with callers:
            time.sleep(1.0)
            case.fault(parts, pause)
            time.sleep(1.0)
        parts.wait_until_drained()
        counts = callers.counts()
        counts["found"] = len(callers.acknowledged & callers.held())
    return {"fault": name, **{each: counts[each] for each in NAMES}}


def lost(row: dict[str, Any]) -> bool:
    """Whether an accepted event was not there afterwards."""
    return bool(row["acknowledged"] != row["found"])


def _print(first: object, *others: object) -> None:
    print(f"{first!s:>16}" + "".join(f"{other!s:>13}" for other in others), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--quick", dest="pause", action="store_const", const=2.0, default=10.0)
    parser.add_argument("--work", type=Path, help="registry for the two bundles, to keep them")
    parser.add_argument("--faults", nargs="*", choices=list(FAULTS), metavar="NAME")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
