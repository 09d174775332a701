"""What one size costs: start, memory, answers, and what its indexes find."""

from __future__ import annotations

import json
import re
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from load.bench.servers import Server, started
from load.bench.times import percentiles_ms
from load.scale.limit import bound, forget
from load.scale.vectors import questions
from load.scale.world import World
from models.bundle import Bundle
from models.index import best

PATIENCE: Final = 600.0
"""Seconds for a start, on a machine with other work and a disk to read from."""
WARM: Final = 20
"""Questions before any counts."""
SHARES: Final = (1.0, 0.5, 0.1, 0.01, 0.001)
DEPTH: Final = 200
FRESH: Final = 16
"""Questions by which recall is measured, none of which was tried when an index was chosen."""


def served(folder: Path, world: World, answers: int, gib: float | None = None) -> dict[str, Any]:
    """The service on one process, started on the bundle and asked ``answers`` questions of
    different learners, one after the other.

    ``start_s`` is from the command to the first ``/readyz``. ``rss_mb``, mapped files
    included, ``pss_mb`` and ``own_mb`` (pages that it wrote and nobody shares) are its memory in
    the end, ``begin_…`` before the first answer; ``peak_mb`` was resident at most.
    ``start_cpu_s`` and ``cpu_ms``, of one answer, are processor time of the service and its store:
    what others do on the machine hardly adds to it. ``fetched_mb`` came from the disk meanwhile.

    With ``gib`` the service, its store and the one who asks have no more memory than that, and
    nothing of the bundle is in it to begin with; ``bound_peak_mb`` is what they had at most.
    """
    if gib is not None:
        forget(folder)
    with bound(gib) as most, tempfile.TemporaryDirectory(prefix="cairn-scale-") as var:
        key = f"cairn_load_{secrets.token_urlsafe(32)}"
        began = time.perf_counter()
        command = ("cairn", "serve", "--bundle", str(folder), "--workers", "1")
        with started(key, Path(var), *command, patience=PATIENCE) as server:
            took = time.perf_counter() - began
            before, begun = _memory(server.pid), server.cpu_seconds()
            fetched = _fetched(server.pid)
            ask = _asker(server, world)
            for i in range(WARM):
                ask(i)
            seconds, spent = [], server.cpu_seconds()
            for i in range(WARM, WARM + answers):
                sent = time.perf_counter()
                ask(i)
                seconds.append(time.perf_counter() - sent)
            after, spent = _memory(server.pid), server.cpu_seconds() - spent
            peak, together = _peak(server.pid), most()
            fetched = round(_fetched(server.pid) - fetched, 1)
            stages = {
                stage: round(1000 * total / count, 3)
                for stage, (total, count) in server.stages().items()
                if count
            }
    return {
        "start_s": round(took, 2),
        "start_cpu_s": round(begun, 2),
        "cpu_ms": round(1000 * spent / answers, 3),
        **{f"{name}_ms": round(ms, 3) for name, ms in percentiles_ms(seconds).items()},
        "fetched_mb": fetched,
        "rss_mb": after["Rss"],
        "peak_mb": peak,
        "bound_peak_mb": together,
        "pss_mb": after["Pss"],
        "own_mb": after["Private_Dirty"],
        "begin_rss_mb": before["Rss"],
        "begin_own_mb": before["Private_Dirty"],
        "stages_ms": stages,
    }


def _asker(server: Server, world: World) -> Callable[[int], None]:
    def ask(i: int) -> None:
        learner, role = i * 7919 % world.learners, i % world.roles
        asked = {
            "learner": {"id": f"learner-{learner}"}, "target_role": f"role-{role}", "limit": 10,
        }  # fmt: skip
        items = json.loads(server.post("/v1/recommendations", asked))["items"]
        if len(items) != asked["limit"]:
            raise SystemExit(f"{len(items)} items for {asked}")

    return ask


def _memory(pid: int) -> dict[str, float]:
    """Megabytes of a process, by the names of ``/proc/PID/smaps_rollup``."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.findall(r"^(\w+): +(\d+) kB$", lines, re.MULTILINE)
    return {name: round(int(count) / 1024, 1) for name, count in found}


def _fetched(pid: int) -> float:
    """Megabytes that a process has had fetched from disks."""
    told = Path(f"/proc/{pid}/io").read_text()
    return int(re.findall(r"^read_bytes: (\d+)$", told, re.MULTILINE)[0]) / 2**20


def _peak(pid: int) -> float:
    """Megabytes that a process had resident at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) / 1024, 1)


def recall(loaded: Bundle, world: World) -> dict[str, float]:
    """By the share of rows that pass a filter, the least share 0..1 that an index of the bundle
    finds of the exact best 200.
    """
    found: dict[str, float] = {}
    exact = world.vectors()
    for name, index in loaded.indexes.items():
        unmet = name == "unmet"
        vectors = exact["text"][loaded.behaviour.unmet_rows] if unmet else exact[name]
        asked = questions(vectors, FRESH, 11)
        for share in SHARES:
            eligible = np.random.default_rng(13).random(len(vectors)) < share
            allowed = np.flatnonzero(eligible)
            wanted, _ = best(vectors, asked, min(DEPTH, len(allowed)), allowed)
            rows, _ = index.search(asked, DEPTH, eligible)
            hits = [len(np.intersect1d(a, b)) for a, b in zip(rows, wanted, strict=True)]
            least = sum(hits) / wanted.size if wanted.size else 1.0
            found[f"{share:g}"] = round(min(found.get(f"{share:g}", 1.0), least), 4)
    return found
