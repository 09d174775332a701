"""Rounds: every row in turn, saturated and then at half of that, so that noise hits all alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Self

from load.bench.questions import REPEATED
from load.bench.servers import Server

CONNECTIONS = (4, 16, 64)
PILOT = 0.7
WARM = 2.0
"""Seconds at a time in which a row's questions are asked for the first time before a slice."""
OPEN = 64
"""Connections of the open loop, so many that it is the server that makes requests wait."""


@dataclass(slots=True)
class Row:
    """One thing that is measured, ``warm`` where its questions are asked before each round;
    ``next`` is where its stream of questions stands.
    """

    name: str
    server: Server
    stream: str = "distinct"
    ours: bool = False
    warm: bool = False
    next: int = 0
    connections: int = CONNECTIONS[0]
    full: list[dict[str, Any]] = field(default_factory=list)
    half: list[dict[str, Any]] = field(default_factory=list)
    stages: dict[str, tuple[float, float]] = field(default_factory=dict)


class Generator:
    """The process that makes the load."""

    def __init__(self, key: str, learners: Sequence[str], roles: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "load.bench.generator"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._send({"host": "127.0.0.1", "key": key, "learners": learners, "roles": roles})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(BrokenPipeError):
            self._process.stdin and self._process.stdin.close()
        self._process.wait(30)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def slice(self, row: Row, seconds: float, connections: int, rate: float | None) -> Any:
        """Load for so long; what the generator saw and what it cost the server.

        ``SystemExit`` when a request failed: figures of a server that fails mean nothing.
        """
        before = row.server.cpu_seconds()
        self._send(
            {
                "host": "127.0.0.1", "port": row.server.port, "stream": row.stream,
                "first": row.next, "connections": connections, "seconds": seconds, "rate": rate,
            }
        )  # fmt: skip
        said = self._process.stdout and self._process.stdout.readline()
        if not said:
            raise SystemExit("the generator ended")
        found = json.loads(said)
        row.next = found["next"]
        if found["failures"]:
            raise SystemExit(f"{row.name}: {found['failures']} of {found['requests']} failed")
        spent = row.server.cpu_seconds() - before
        return {**found, "server_cpu_ms": 1000 * spent / found["requests"]}

    def warm_up(self, row: Row) -> None:
        """Ask all of a row's repeated questions once, however long that takes the server."""
        end = row.next + REPEATED
        while row.next < end:
            self.slice(row, WARM, row.connections, None)

    def _send(self, told: dict[str, Any]) -> None:
        if self._process.stdin is None:
            raise RuntimeError("the generator has no standard input")
        self._process.stdin.write(json.dumps(told) + "\n")
        self._process.stdin.flush()


def measure(generator: Generator, rows: Sequence[Row], seconds: float, rounds: int) -> None:
    """Choose each row's connections, then fill ``full`` and ``half`` with a slice a round."""
    for row in rows:
        tried = {c: generator.slice(row, PILOT, c, None)["rps"] for c in CONNECTIONS}
        row.connections = max(tried, key=lambda c: tried[c])
    each = seconds / (2 * rounds * len(rows))
    for turn in range(rounds):
        shift = turn % len(rows)
        for row in [*rows[shift:], *rows[:shift]]:
            if row.warm:
                generator.warm_up(row)
            before = row.server.stages() if row.ours else {}
            row.full.append(generator.slice(row, each, row.connections, None))
            row.server.settle()
            rate = median(found["rps"] for found in row.full) / 2
            row.half.append(generator.slice(row, each, OPEN, rate))
            row.server.settle()
            for stage, (spent, count) in (row.server.stages() if row.ours else {}).items():
                spent_before, count_before = before.get(stage, (0.0, 0.0))
                told = row.stages.get(stage, (0.0, 0.0))
                row.stages[stage] = (
                    told[0] + spent - spent_before,
                    told[1] + count - count_before,
                )
