"""What the ranker's questions take on data of any size: ``python -m load.scale.asking DATA``.

The base models are fitted for one epoch, which changes what they say and not how long it takes to
ask them. See ``docs/scaling/training.md``.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training import collaborative, folding, partitioned, pipeline, tables
from training.cluster import joined
from training.config import read
from training.ledger import Ledger
from training.pipeline import Prepared
from training.progress import Lines
from training.questions import collect, folds
from training.shape import Shape
from training.spread import HERE, Spread, Whole

ONE_EPOCH = Shape(collaborative.Pace(1, 0.05), folding.WAYS[0], 30.0)


def main() -> int:
    """Print what each stage took, and a digest of what was collected."""
    chosen = _arguments()
    ledger = Ledger(Lines(Console(stderr=True)))
    config = read(chosen.config).model_copy(update={"questions": chosen.questions})
    with partitioned.placed(chosen.data, chosen.work) as parts:
        with ledger.stage("read tables", 0):
            data = tables.load(chosen.data, parts=parts)
        prepared = pipeline.prepare(data, config, None, ledger, scratch=parts and parts.scratch)
        chosen.work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=chosen.work) as handed:
            if chosen.workers is None:
                digest = _asked(prepared, ledger, HERE)
            else:
                with joined(None, chosen.workers, Path(handed)) as cluster:
                    digest = _asked(prepared, ledger, cluster)
    for stage in ledger.all():
        print(f"{stage.name}: {stage.seconds} s, {stage.peak_mb} MB")
    print(f"digest {digest}")
    return 0


def _asked(prepared: Prepared, ledger: Ledger, spread: Spread) -> str:
    known, config = prepared.known, prepared.config
    with ledger.stage("base models of all", 0):
        arrays = pipeline.base_models(prepared, known, ONE_EPOCH, 1)
    taught = pipeline.teaching(prepared, known, ONE_EPOCH, arrays, 1)
    with ledger.stage("base models of all folds but one", 0):
        fold = next(folds(*taught, config, np.random.default_rng(1)))

    def fitted(among: NDArray[np.bool_]) -> Whole:
        return fold.whole

    begun = time.process_time()
    found = collect(taught.met, taught.ask, fitted, config, 1, ledger, spread)
    if found is None:
        raise SystemExit("no answer was among the candidates")
    print(f"processor time of the questions, here: {time.process_time() - begun:.1f} s")
    digest = hashlib.sha256(found.features.tobytes())
    digest.update(found.label.tobytes())
    return digest.hexdigest()[:12]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.scale.asking", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA", help="folder with the tables")
    parser.add_argument("--questions", type=int, default=2_000, help="of one fold")
    parser.add_argument("--config", type=Path, help="TOML or JSON")
    parser.add_argument("--workers", type=int, help="work them out in so many processes")
    parser.add_argument("--work", type=Path, default=Path("var/scale"), help="for what is handed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
