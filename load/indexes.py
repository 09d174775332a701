"""What each kind of index finds and takes: ``python -m load.indexes --json F``.

Vectors are made by chance, lying together by topic. Beside the work by which training chooses
stand the milliseconds that a clock told; see ``docs/scaling/catalogue.md``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from load.scale.vectors import clustered, questions
from training.indexes import QUESTIONS, trials

SIZES = [10_000, 100_000, 1_000_000]
QUICK = [10_000, 50_000]
WIDTHS = [384, 65]
"""Of texts, and of factors with their bias."""
SHOWN = ("1", "0.9", "0.5", "0.5 together", "0.1", "0.01", "0.001")


def main() -> int:
    """Try every kind on each size and width; the file is written after each."""
    chosen = _arguments()
    report: dict[str, Any] = {"sizes": []}
    for size in chosen.vectors or (QUICK if chosen.quick else SIZES):
        for width in WIDTHS:
            found = tried(size, width)
            report["sizes"].append(found)
            Console(width=160).print(_table(found))
            if chosen.json is not None:
                chosen.json.write_text(json.dumps(report, indent=2) + "\n")
    return 0


def tried(size: int, width: int) -> dict[str, Any]:
    """All that come into question for so many vectors of that width, and which is chosen."""
    vectors = clustered(size, width, 1)
    began = time.perf_counter()
    kinds: list[dict[str, Any]] = []
    for trial in trials(vectors, questions(vectors, QUESTIONS, 3)):
        facts = trial.index.facts
        now = time.perf_counter()
        kinds.append(
            {
                "kind": facts.kind,
                "lists": facts.lists,
                "rows": facts.rows,
                "probes": facts.probes,
                "filtered_probes": facts.filtered_probes,
                "again": facts.again,
                "exact_below": facts.exact_below,
                "work_ms": round(trial.work / 1e6, 3),
                "recall": dict(facts.measured),
                "ms": dict(facts.ms),
                "mb": round(len(trial.index.to_bytes()) / 2**20, 1),
                "enough": trial.enough,
                "seconds": round(now - began, 1),
            }
        )
        began = now
    enough = [each for each in kinds if each["enough"]]
    best = min(enough, key=lambda each: each["work_ms"])["kind"]
    return {"vectors": size, "width": width, "chosen": best, "kinds": kinds}


def _table(found: dict[str, Any]) -> Table:
    told = f"{found['vectors']:,} × {found['width']}: {found['chosen']} is chosen"
    table = Table(title=f"{told}; recall of the best 200, milliseconds, by share that passes")
    for name in ("kind", "seen", "exact below", "work ms", "MB", "tried s", *SHOWN):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for each in found["kinds"]:
        seen = f"{each['probes']}, {each['filtered_probes']}"
        if each["lists"]:
            seen = f"{each['rows']:,} in {each['lists']:,} lists"
        table.add_row(
            each["kind"],
            seen,
            f"{each['exact_below']:,}",
            f"{each['work_ms']:.2f}",
            f"{each['mb']:,.0f}",
            f"{each['seconds']:.1f}",
            *(f"{each['recall'][share]:.3f} {each['ms'][share]:.2f}" for share in SHOWN),
        )
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.indexes", description=__doc__)
    parser.add_argument("--vectors", type=int, nargs="+", help=f"sizes; default {SIZES}")
    parser.add_argument("--quick", action="store_true", help=f"sizes {QUICK}")
    parser.add_argument("--json", type=Path, help="file for all figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
