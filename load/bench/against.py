"""This code and another checkout's in turn: ``python -m load.bench.against CHECKOUT``; see
``docs/benchmarks.md``.

Both serve one bundle with the same histories, in the same environment of packages.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from load.bench.prepare import prepare
from load.bench.rounds import OPEN, Generator, Row
from load.bench.servers import LASTING, Server, started
from load.bench.times import Spread

ASKED: Final = (("made anew", "distinct", 4), ("given again", "repeated", 16),
                ("given again", "repeated", 64))  # fmt: skip
"""What is asked for, by which stream of questions, by how many at once."""

FIGURES: Final = {"rps": ("req/s", "full"), "server_cpu_ms": ("CPU ms", "full"),
                  "p50": ("p50 ms", "half"), "p95": ("p95 ms", "half"),
                  "p99": ("p99 ms", "half")}  # fmt: skip
"""What is compared: its name in the table, and whether it is of slices as fast as answered or of
those by the clock.
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """One kind of question, put to this code and to the other's in turn."""

    name: str
    connections: int
    here: Row
    there: Row
    ratios: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in FIGURES})


def main() -> int:
    """Measure and print; the ratios are this code's figures over the other's, round by round."""
    chosen = _arguments()
    prepared = prepare(chosen.work, chosen.credentials, chosen.learners, chosen.text)
    learners, roles = prepared.names()
    key = f"cairn_load_{secrets.token_urlsafe(32)}"
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="cairn-against-")))

        def start(name: str, checkout: Path) -> Server:
            # Before what is installed, and without the folder in which this was begun.
            own = {"PYTHONPATH": str(checkout.resolve()), "PYTHONSAFEPATH": "1", **LASTING}
            service = ("cairn", "serve", "--bundle", str(prepared.bundle.resolve()))
            server = parts.enter_context(started(key, folder / name, *service, settings=own))
            prepared.send_histories(server)
            return server

        here, there = start("here", Path(__file__).parents[2]), start("there", chosen.checkout)
        pairs = [_pair(name, stream, connections, here, there)
                 for name, stream, connections in ASKED]  # fmt: skip
        generator = parts.enter_context(Generator(key, learners, roles))
        for turn in range(chosen.rounds):
            for pair in pairs:
                _compare(generator, pair, chosen.seconds, first_here=turn % 2 == 0)
    Console().print(_shown(pairs))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(_report(pairs), indent=2) + "\n")
    return 0


def _pair(name: str, stream: str, connections: int, here: Server, there: Server) -> Pair:
    mine, other = (Row(name, each, stream, connections=connections) for each in (here, there))
    return Pair(name, connections, mine, other)


def _compare(generator: Generator, pair: Pair, seconds: float, *, first_here: bool) -> None:
    """One round: each as fast as it answers, then both at half of what the slower one did."""
    rows = (pair.here, pair.there) if first_here else (pair.there, pair.here)
    for row in rows:
        if row.stream == "repeated":
            generator.warm_up(row)
        row.full.append(generator.slice(row, seconds, pair.connections, None))
        row.server.settle()
    rate = min(median(found["rps"] for found in row.full) for row in rows) / 2
    for row in rows:
        row.half.append(generator.slice(row, seconds, OPEN, rate))
        row.server.settle()
    for figure, (_, kind) in FIGURES.items():
        mine, other = (getattr(row, kind)[-1][figure] for row in (pair.here, pair.there))
        pair.ratios[figure].append(mine / other)


def _report(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    return [
        {"asked": pair.name, "connections": pair.connections,
         "ratios": {name: Spread.of(found).as_json() for name, found in pair.ratios.items()},
         "here": {"full": pair.here.full, "half": pair.here.half},
         "there": {"full": pair.there.full, "half": pair.there.half}}
        for pair in pairs
    ]  # fmt: skip


def _shown(pairs: Sequence[Pair]) -> Table:
    """Medians of both, and the ratio with its range over the rounds."""
    table = Table(title="times with both at the same rate, CPU in ms a request")
    for name in ("answers", "at once", "", "here", "there", "here / there"):
        table.add_column(name)
    for pair in pairs:
        for figure, (name, kind) in FIGURES.items():
            both = [median(each[figure] for each in getattr(row, kind))
                    for row in (pair.here, pair.there)]  # fmt: skip
            ratio = Spread.of(pair.ratios[figure])
            table.add_row(
                pair.name,
                str(pair.connections),
                name,
                *(f"{each:.4g}" for each in both),
                f"{ratio.median:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]",
            )
        table.add_section()
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.bench.against", description=__doc__)
    parser.add_argument("checkout", type=Path, help="a folder with the other code")
    parser.add_argument("--credentials", type=int, default=10_000)
    parser.add_argument("--learners", type=int, default=2000, help="with histories")
    parser.add_argument("--text", choices=["minilm", "none"], default="minilm")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each slice")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--work", type=Path, default=Path("var/bench"), help="what is kept")
    parser.add_argument("--json", type=Path, help="file for all figures")
    chosen = parser.parse_args()
    if not (chosen.checkout / "service").is_dir():
        parser.error(f"{chosen.checkout} holds no code of Cairn's")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
