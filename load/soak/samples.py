"""What a running service takes at one moment: each worker, the store, the spool."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any

import psutil

from load.bench.servers import Server

MB = 2**20


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that answers; ``uss_mb`` is what nobody shares with it."""

    uss_mb: float
    rss_mb: float
    descriptors: int
    threads: int


@dataclass(frozen=True, slots=True)
class Sample:
    """``seconds`` since the load began; ``repeated`` of the ``answers`` so far were those of
    before; ``spooled`` events wait on the disk; ``store_mb`` is the store's whole memory.
    """

    seconds: float
    workers: tuple[Worker, ...]
    store_mb: float
    answers: float
    repeated: float
    spooled: int


class Sampler:
    """Looks at a service with several workers and an embedded store."""

    def __init__(self, server: Server) -> None:
        self._server = server
        started = psutil.Process(server.pid).children(recursive=True)
        self._store = next(each for each in started if "valkey" in each.name())
        self._workers = [each for each in started if "spawn_main" in " ".join(each.cmdline())]

    def follow(self, every: float, over: Event) -> list[Sample]:
        """Look each ``every`` seconds until it is ``over``. ``SystemExit`` when a worker ends."""
        began = time.monotonic()
        found: list[Sample] = []
        while not over.wait(max(0.0, began + every * len(found) - time.monotonic())):
            try:
                found.append(self._look(time.monotonic() - began))
            except psutil.NoSuchProcess as error:
                raise SystemExit(f"process {error.pid} of the service ended") from error
        return found

    def _look(self, seconds: float) -> Sample:
        stages = self._server.stages()
        answers, repeated = (stages.get(name, (0.0, 0.0))[1] for name in ("parse", "repeat"))
        url = f"http://127.0.0.1:{self._server.port}/readyz"
        with urllib.request.urlopen(url, timeout=30) as answer:
            said: dict[str, Any] = json.load(answer)
        workers = tuple(_worker(each) for each in self._workers)
        store_mb = self._store.memory_info().rss / MB
        return Sample(seconds, workers, store_mb, answers, repeated, said["spooled_events"])


def _worker(process: psutil.Process) -> Worker:
    memory = process.memory_full_info()
    return Worker(memory.uss / MB, memory.rss / MB, process.num_fds(), process.num_threads())


def series(samples: Sequence[Sample], worker: int, figure: str) -> list[float]:
    """One figure of a worker, over all samples."""
    return [float(getattr(each.workers[worker], figure)) for each in samples]
