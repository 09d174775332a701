"""The benchmark: ``python -m load.bench --json F --html F``; see ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from load.bench.page import page, shown, verdicts
from load.bench.prepare import prepare
from load.bench.results import CACHED, CEILING, OURS, size_result
from load.bench.rounds import Generator, Row, measure
from load.bench.servers import LASTING, started

PEERS = ("lightfm", "implicit", "rectools")
SIZES = [10_000, 100_000, 1_000_000]


def main() -> int:
    """Measure each size; the files are written after each, so that none is lost with the next."""
    chosen = _arguments()
    sizes = chosen.credentials or (SIZES[:1] if chosen.quick else SIZES)
    console = Console()
    report: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "processor": platform.processor()},
        "settings": {"workers": chosen.workers, "seconds": chosen.seconds, "rounds": chosen.rounds,
                     "learners": chosen.learners, "text": chosen.text},
        "sizes": [],
    }  # fmt: skip
    for credentials in sizes:
        found = measured(chosen, credentials)
        report["sizes"].append(found)
        console.print(shown(found))
        print(*verdicts(found), sep="\n", flush=True)
        if chosen.json is not None:
            chosen.json.write_text(json.dumps(report, indent=2) + "\n")
        if chosen.html is not None:
            chosen.html.write_text(page(report))
    return 0


def measured(chosen: argparse.Namespace, credentials: int) -> dict[str, Any]:
    """All servers up, one asked at a time."""
    prepared = prepare(chosen.work, credentials, chosen.learners, chosen.text)
    learners, roles = prepared.names()
    key = f"cairn_load_{secrets.token_urlsafe(32)}"
    workers = ["--workers", str(chosen.workers)]
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="cairn-bench-")))

        def start(name: str, *module: str) -> Any:
            return parts.enter_context(
                started(key, folder / name, *module, *workers, settings=LASTING)
            )

        cairn = start(OURS, "cairn", "serve", "--bundle", str(prepared.bundle))
        prepared.send_histories(cairn)
        answer = folder / "answer.json"
        asked = {"learner": {"id": learners[0]}, "target_role": roles[0], "limit": 10}
        answer.write_bytes(cairn.post("/v1/recommendations", asked))
        rows = [Row(OURS, cairn, ours=True), Row(CACHED, cairn, "repeated", warm=True)]
        for name in (CEILING, *PEERS):
            data = answer if name == CEILING else prepared.data
            rows.append(Row(name, start(name, "load.bench.peers", name, "--data", str(data))))
        for row in rows:
            got = json.loads(row.server.post("/v1/recommendations", asked))
            # Neighbours may be too few for a whole list where hardly anything was met.
            if not got["items"] or (row.ours and len(got["items"]) != asked["limit"]):
                raise SystemExit(f"{row.name} gave {len(got['items'])} items for {asked}")
        generator = parts.enter_context(Generator(key, learners, roles))
        measure(generator, rows, chosen.seconds, chosen.rounds)
        memory = {row.name: row.server.memory_mb() for row in rows}
        return size_result(credentials, rows, memory, cairn.degraded())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.bench", description=__doc__)
    parser.add_argument("--credentials", type=int, nargs="+", help=f"sizes; default {SIZES}")
    parser.add_argument("--learners", type=int, default=2000, help="with histories")
    parser.add_argument("--text", choices=["minilm", "none"], default="minilm")
    parser.add_argument("--seconds", type=float, help="of load at each size; default 150")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="the first size, 30 seconds of load")
    parser.add_argument("--work", type=Path, default=Path("var/bench"), help="what is kept")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--html", type=Path, help="page with charts")
    chosen = parser.parse_args()
    if chosen.seconds is None:
        chosen.seconds = 30.0 if chosen.quick else 150.0
    return chosen


if __name__ == "__main__":
    sys.exit(main())
