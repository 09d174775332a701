"""Servers as processes whose cost can be read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from load.ports import free_port
from load.run import START_SECONDS, wait

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
LASTING = {"CAIRN_REPEAT_SECONDS": "3600"}
"""Answers may be given again for an hour, not for a minute, by which a round is longer: a slice of
answers given again would else hold as many made anew as there are learners, or none, by chance."""
QUIET = 0.1
"""Share of a core below which a server is said to have nothing left to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A started server; every process below ``pid`` is part of it, the store included."""

    port: int
    pid: int
    key: str

    def cpu_seconds(self) -> float:
        """Processor time that it has taken so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self._processes())

    def memory_mb(self) -> dict[str, float]:
        """``rss``, and ``pss``, in which shared pages are divided among those that share them."""
        found = [process.memory_full_info() for process in self._processes()]
        return {kind: sum(getattr(m, kind) for m in found) / 2**20 for kind in ("rss", "pss")}

    def settle(self, patience: float = 60.0) -> None:
        """Wait until work behind the answers, such as folding, is done."""
        end = time.monotonic() + patience
        before = self.cpu_seconds()
        while time.monotonic() < end:
            time.sleep(0.5)
            now = self.cpu_seconds()
            if now - before < 0.5 * QUIET:
                return
            before = now
        raise SystemExit(f"the server on port {self.port} did not come to rest")

    def post(self, path: str, sent: Any) -> bytes:
        """The answer's body; ``urllib.error.HTTPError`` where it is no success."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            json.dumps(sent).encode(),
            {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
            body: bytes = answer.read()
            return body

    def ids(self, what: str) -> list[str]:
        """The first hundred learners, roles or credentials it knows."""
        url = f"http://127.0.0.1:{self.port}/v1/{what}?limit=100"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - loopback
            return [each["id"] for each in json.load(answer)["items"]]

    def stages(self) -> dict[str, tuple[float, float]]:
        """Seconds and number of each stage of recommendations so far, from ``/metrics``."""
        found: dict[str, dict[str, float]] = {}
        for sample in self._samples("cairn_stage_seconds"):
            if sample.labels["route"] == "/v1/recommendations":
                part = sample.name.rsplit("_", 1)[1]
                found.setdefault(sample.labels["stage"], {})[part] = sample.value
        return {stage: (each["sum"], each["count"]) for stage, each in found.items()}

    def degraded(self) -> float:
        """How many answers it has given without its store, from ``/metrics``."""
        told = self._samples("cairn_degraded")
        return sum(
            each.value
            for each in told
            if each.name == "cairn_degraded_total" and each.labels["part"] == "store"
        )

    def _samples(self, family: str) -> list[Sample]:
        """What a family of metrics says now."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
            families = text_string_to_metric_families(answer.read().decode())
        return [sample for each in families if each.name == family for sample in each.samples]

    def _processes(self) -> list[psutil.Process]:
        top = psutil.Process(self.pid)
        return [top, *top.children(recursive=True)]


@contextmanager
def started(
    key: str,
    var: Path,
    *module: str,
    patience: float = START_SECONDS,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """``python -m module --port P`` until the block ends, logging into ``var``; more ``settings``
    by the names of their variables.

    ``SystemExit`` when it does not start within ``patience`` seconds.
    """
    port = free_port()
    own = {"CAIRN_VAR": str(var), "CAIRN_DEMO_KEY": key, "CAIRN_LOG_LEVEL": "warning"}
    var.mkdir(parents=True, exist_ok=True)
    with (var / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module, "--port", str(port)],
            env={**os.environ, **ONE_THREAD, **own, **(settings or {})},
            stdout=log,
            stderr=log,
        )
    try:
        wait(process, f"http://127.0.0.1:{port}", patience)
        yield Server(port, process.pid, key)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
