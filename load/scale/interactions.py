"""Counting interactions that are more than memory holds: ``python -m load.scale.interactions``.

Data are made by chance, in Parquet files of a million rows, each with a part of everybody's
history, and kept below ``--work``. Each size is counted in a process of its own, with no more
memory than ``--memory``. See ``docs/scaling/training.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from load.scale.limit import bound, forget
from models.ids import IdMap
from training import counts, learners, ondisk, partitioned, tables
from training.behaviour import DEFAULTS
from training.cluster import joined
from training.counts import Counts
from training.ledger import Ledger
from training.progress import Lines
from training.spread import HERE, Spread
from training.steps import reach
from training.tally import Tally

SIZES: Final = [1_000_000, 10_000_000, 40_000_000]
FILE: Final = 1_000_000
EACH: Final = 10
"""Rows of a file, and of a learner on average."""

CREDENTIALS: Final = 5_000
TOPIC: Final = 200
"""A learner stays within one topic of so many credentials, so that pairs come again."""


def main() -> int:
    """Measure each size; what was found is printed in the end."""
    chosen = _arguments()
    if chosen.count is not None:
        print(json.dumps(counted(chosen.count, chosen.whole, chosen.workers)))
        return 0
    found = [measured(made(chosen.work, rows), rows, chosen) for rows in chosen.rows]
    names = list(dict.fromkeys(name for each in found for name in each))
    table = Table(*names, title="counting by the number of interactions: seconds (peak MB)")
    for each in found:
        table.add_row(*(str(each.get(name, "")) for name in names))
    Console(width=150).print(table)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(found, indent=2) + "\n")
    return 0


def made(work: Path, rows: int) -> Path:
    """The data of that size, made if they are not there."""
    folder = work / f"{rows}-interactions"
    if folder.is_dir():
        return folder
    scratch = work / f".{rows}-making"
    (scratch / "interactions").mkdir(parents=True)
    names = pl.Series([f"credential-{row}" for row in range(CREDENTIALS)])
    pl.DataFrame({"id": names, "title": names}).write_parquet(scratch / "credentials.parquet")
    chance = np.random.default_rng(7)
    for file, start in enumerate(range(0, rows, FILE)):
        size = min(FILE, rows - start)
        who = chance.integers(0, rows // EACH, size)
        what = who * 31 % (CREDENTIALS // TOPIC) * TOPIC + chance.integers(0, TOPIC, size)
        at = 1_700_000_000 + 86_400 * file + np.sort(chance.integers(0, 86_400, size))
        pl.DataFrame(
            {
                "learner_id": "learner-" + pl.Series(who).cast(pl.String).str.zfill(9),
                "credential_id": names.gather(pl.Series(what)),
                "kind": "complete",
                "occurred_at": pl.from_epoch(pl.Series(at)),
            }
        ).write_parquet(scratch / "interactions" / f"{file:05}.parquet")
    scratch.rename(folder)
    return folder


def measured(folder: Path, rows: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """What counting takes with bounded memory, in a process that then ends."""
    forget(folder)
    command = [sys.executable, "-m", "load.scale.interactions", "--count", str(folder)]
    command += ["--whole"] if chosen.whole else []
    command += [] if chosen.workers is None else ["--workers", str(chosen.workers)]
    with bound(chosen.memory) as most:
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE)
        together = most()
    told = json.loads(done.stdout) if not done.returncode else {"ended": done.returncode}
    return {"interactions": rows, **told, "all MB": together}


def counted(folder: Path, whole: bool, workers: int | None) -> dict[str, Any]:
    """Seconds and peak by stage, and a digest of the counts, which is the same however it is
    done.
    """
    if workers is None:
        return _counted(folder, whole, HERE)
    with joined(None, workers, folder.parent / "parts") as cluster:
        return _counted(folder, whole, cluster)


def _counted(folder: Path, whole: bool, spread: Spread) -> dict[str, Any]:
    ledger = Ledger(Lines(Console(stderr=True)))
    longest = reach(DEFAULTS.slow)
    with partitioned.placed(folder, folder.parent / "parts") as parts:
        if whole:
            parts = None
        with ledger.stage("read and check", 0):
            data = tables.load(folder, parts=parts)
        with ledger.stage("sort by learner", 0):
            ids = learners.Learners.of(data, IdMap([]), {}).ids
            credentials = IdMap(data.credentials["id"].to_list())
            known = ondisk.interactions(
                data.acts, ids, credentials, parts and parts.scratch / "known", dated=True
            )
        with ledger.stage("count", 0):
            nobody = np.full(len(ids), -1, np.int32)
            found = counts.count(known, nobody, 0, longest, spread)
        stages = {each.name: f"{each.seconds} ({each.peak_mb})" for each in ledger.all()[:-1]}
        return {**stages, "pairs": len(found.apart.keys), "digest": _digest(found)}


def _digest(found: Counts) -> str:
    digest = hashlib.sha256()
    for field in fields(found):
        value = getattr(found, field.name)
        for array in (value.keys, value.counts) if isinstance(value, Tally) else (value,):
            digest.update(array.tobytes())
    return digest.hexdigest()[:12]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.scale.interactions", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="sizes")
    parser.add_argument("--memory", type=float, metavar="GIB", help="bound it, as root on Linux")
    parser.add_argument("--whole", action="store_true", help="with all interactions in memory")
    parser.add_argument("--workers", type=int, help="count in so many processes")
    parser.add_argument("--work", type=Path, default=Path("var/scale"), help="what is kept")
    parser.add_argument("--json", type=Path, help="file for all figures")
    parser.add_argument("--count", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
