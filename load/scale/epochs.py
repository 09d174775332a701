"""How good the collaborative model is after so many epochs: ``python -m load.scale.epochs DATA``.

On an inner split of the training part, of all learners and of as many as settings are chosen by.
See ``docs/scaling/training.md``.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from scipy.sparse import csr_array

from training import collaborative, folding, pipeline, tables
from training.config import read
from training.interactions import Interactions
from training.matrix import item_features_of
from training.metrics import judged
from training.progress import Silent
from training.shape import TUNED_ON, some
from training.splits import last, sampled

AFTER: Final = (1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60)


def main() -> int:
    """Print NDCG@10 by the learners' own vectors, and as serving folds them in."""
    chosen = _arguments()
    config = read(chosen.config)
    prepared = pipeline.prepare(tables.load(chosen.data), config, None, Silent())
    features = item_features_of(prepared.catalogue)
    known = last(prepared.known).train
    for seed in chosen.seeds:
        few = known.where(some(known, TUNED_ON, seed)[known.learner])
        for part in (few, known) if len(few) < len(known) else (known,):
            for rate in chosen.rates:
                _curve(part, features, config.components, rate, seed, chosen.epochs)
    return 0


def _curve(
    known: Interactions,
    features: csr_array | None,
    components: int,
    rate: float,
    seed: int,
    epochs: int,
) -> None:
    inner = last(known)
    asked = sampled(inner, seed)
    print(f"{len(inner.train):,} interactions, rate {rate:g}, seed {seed}", flush=True)
    spent, begun = 0.0, time.perf_counter()
    for epoch, model in collaborative.epochs_of(
        inner.train, features, epochs, components, rate, seed
    ):
        spent += time.perf_counter() - begun
        if epoch in AFTER:
            way = folding.best(model, inner, seed)
            own = judged(model.scores, asked)
            served = judged(folding.folded(model, inner.train, way), asked)
            samples = epoch * len(inner.train) / 1e6
            print(
                f"  epoch {epoch:2}, {samples:6.1f} million samples, {spent:6.1f} s: "
                f"own {own:.4f}, folded in {served:.4f}",
                flush=True,
            )
        begun = time.perf_counter()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.scale.epochs", description=__doc__)
    parser.add_argument("data", type=Path, metavar="DATA", help="folder with the tables")
    parser.add_argument("--epochs", type=int, default=collaborative.MOST_EPOCHS)
    parser.add_argument("--rates", type=float, nargs="+", default=collaborative.LEARNING_RATES)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--config", type=Path, help="TOML or JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
