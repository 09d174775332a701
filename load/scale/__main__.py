"""The service on catalogues of growing size: ``python -m load.scale --json F``.

Bundles are made by chance (``load.scale.world``) and kept below ``--work``; the service that
answers from them is the real one. See ``docs/scaling/catalogue.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from load.bench.servers import ONE_THREAD
from load.scale.measure import recall, served
from load.scale.world import World
from models import bundle

SIZES = [10_000, 100_000, 2_000_000]
QUICK = [10_000, 50_000]
COLUMNS = {
    "credentials": "credentials", "start s": "start_s", "CPU s": "start_cpu_s",
    "p50 ms": "p50_ms", "p95 ms": "p95_ms", "p99 ms": "p99_ms", "× first": "p50_ratio",
    "CPU ms": "cpu_ms", "own MB": "own_mb", "RSS MB": "rss_mb", "recall": "least_recall",
}  # fmt: skip


def main() -> int:
    """Measure each size; the file is written after each."""
    chosen = _arguments()
    report: dict[str, Any] = {
        "machine": {"cores": os.cpu_count(), "processor": platform.processor()},
        "settings": {"workers": 1, "answers": chosen.answers, "memory_gib": chosen.memory},
        "sizes": [],
    }
    for size in chosen.credentials or (QUICK if chosen.quick else SIZES):
        folder = prepared(chosen.work, size)
        world = World(size)
        found = served(folder, world, chosen.answers, chosen.memory)
        loaded = bundle.read(folder)
        recalled = recall(loaded, world)
        sizes = report["sizes"]
        first = sizes[0]["p50_ms"] if sizes else found["p50_ms"]
        sizes.append(
            {
                "credentials": size,
                **found,
                "p50_ratio": round(found["p50_ms"] / first, 2),
                "recall": recalled,
                "least_recall": min(recalled.values()),
                "indexes": {name: index.facts.kind for name, index in loaded.indexes.items()},
                "bundle_mb": round(sum(f.bytes for f in loaded.manifest.files.values()) / 2**20),
            }
        )
        Console(width=130).print(_table(sizes))
        if chosen.json is not None:
            chosen.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


def prepared(work: Path, size: int) -> Path:
    """The bundle of that size, made if it is not there: in a process of its own, whose memory is
    then free.
    """
    root = work / f"{size}-format-{bundle.FORMAT_VERSION}"
    if not any(root.glob("*/manifest.json")):
        print(f"making {size:,} credentials", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "load.scale.world", str(size), str(root)]
        subprocess.run(command, check=True, env={**os.environ, **ONE_THREAD})
    [manifest] = root.glob("*/manifest.json")
    return manifest.parent


def _table(sizes: list[dict[str, Any]]) -> Table:
    table = Table(*COLUMNS, title="the service by the size of its catalogue")
    for found in sizes:
        table.add_row(*(f"{found[name]:,}" for name in COLUMNS.values()))
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.scale", description=__doc__)
    parser.add_argument("--credentials", type=int, nargs="+", help=f"sizes; default {SIZES}")
    parser.add_argument("--answers", type=int, default=300, help="that are timed at each size")
    parser.add_argument("--memory", type=float, metavar="GIB", help="bound it, as root on Linux")
    parser.add_argument("--quick", action="store_true", help=f"sizes {QUICK}")
    parser.add_argument("--work", type=Path, default=Path("var/scale"), help="what is kept")
    parser.add_argument("--json", type=Path, help="file for all figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
