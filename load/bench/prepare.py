"""What is served and asked: made once for each size, kept under ``var/bench``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from load.bench.servers import ONE_THREAD, Server

CONFIG = {"folds": 2, "questions": 4000}
"""Less to learn the ranker from than by default; its trees are as large as ever."""
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Prepared:
    """A data folder and the bundle trained on it."""

    data: Path
    bundle: Path

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Learners with a history, and roles."""
        acts = pl.read_parquet(self.data / "interactions.parquet")
        kept = acts.filter(pl.col("kind") != "dismiss")["learner_id"].unique().sort()
        roles = pl.read_parquet(self.data / "roles.parquet")["id"]
        return tuple(kept.to_list()), tuple(roles.to_list())

    def send_histories(self, server: Server) -> None:
        """Put every act into the service's store, as events."""
        acts = pl.read_parquet(self.data / "interactions.parquet").select(
            pl.format("bench-{}", pl.int_range(pl.len())).alias("event_id"),
            "learner_id",
            "credential_id",
            "kind",
            pl.col("occurred_at").dt.to_string("iso:strict"),
        )
        for batch in acts.iter_slices(BATCH):
            server.post("/v1/events", {"events": batch.to_dicts()})
        server.settle()


def prepare(work: Path, credentials: int, learners: int, text: str) -> Prepared:
    """Simulate and train, unless that was done before."""
    folder = work / f"{credentials}-{learners}-{text}"
    data, bundles, config = folder / "data", folder / "bundles", folder / "config.json"
    if not any(bundles.glob("*/manifest.json")):
        folder.mkdir(parents=True, exist_ok=True)
        config.write_text(json.dumps({**CONFIG, "text": text}))
        if not (data / "interactions.parquet").exists():
            sizes = ["--learners", str(learners), "--credentials", str(credentials)]
            _cairn("simulate", *sizes, "--out", str(data))
        made = ["--out", str(bundles), "--config", str(config), "--no-promote"]
        _cairn("train", str(data), *made)
    [manifest] = bundles.glob("*/manifest.json")
    return Prepared(data, manifest.parent)


def _cairn(*arguments: str) -> None:
    print("cairn", *arguments, file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "cairn", *arguments]
    environment = {**os.environ, "CAIRN_TRACKING": "false", **ONE_THREAD}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
