"""On a real cluster of worker processes, one of them killed: what comes back is what comes here."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from dask.distributed import Client, LocalCluster
from shared import TINY_SETTINGS

from models import bundle
from models.domain import Ask, Learner, Target
from models.errors import UsageError
from models.recommend import recommend
from training.batch import answer_all
from training.cluster import Cluster, joined
from training.config import Config
from training.counts import Counts, Part, parts
from training.interactions import Interactions
from training.job import train
from training.lab import Lab
from training.progress import Advance, Progress, Silent
from training.questions import collect
from training.spread import HERE, Spread
from training.tally import Tally

pytestmark = pytest.mark.slow

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WORKERS = 3


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The scheduler of a cluster."""
    with LocalCluster(
        n_workers=WORKERS,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as own:
        yield own.scheduler_address


@pytest.fixture(scope="module")
def cluster(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with joined(address, None, tmp_path_factory.mktemp("work")) as made:
        yield made


def test_training_on_a_cluster_gives_the_same_bundle(
    cluster: Cluster,
    tiny_data: Path,
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.counts.PART", 100)
    config = Config.model_validate(TINY_SETTINGS)
    done = train(tiny_data, tmp_path, config, 1, NOON, Silent(), spread=cluster)
    assert done.folder.name == tiny_bundle.name  # a digest of every file


def test_answers_for_all_are_those_of_the_service_wherever_they_are_made(
    cluster: Cluster,
    tiny_data: Path,
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("training.batch.TOGETHER", 17)
    at = NOON.timestamp()

    def answered(name: str, spread: Spread) -> pl.DataFrame:
        learners = tiny_data / "learners.jsonl"
        out = tmp_path / name
        count = answer_all(
            tiny_bundle, out, learners, at=at, limit=5, spread=spread, progress=Silent()
        )
        assert count == 60
        return pl.read_parquet(out)

    here = answered("here.parquet", HERE)
    assert answered("there.parquet", cluster).equals(here)
    loaded = bundle.read(tiny_bundle)
    one = Learner(id="learner-07", history=loaded.histories.of("learner-07"))
    asked = Ask(one, at=at, target=Target(id="tailoring-role"), limit=5)
    items = recommend(loaded, asked).items
    mine = here.filter(pl.col("learner_id") == "learner-07")
    assert mine["credential_id"].to_list() == [
        loaded.credentials.ids[each.credential] for each in items
    ]
    assert mine["score"].to_list() == [each.score for each in items]


def test_a_worker_that_is_killed_takes_nothing_with_it(cluster: Cluster, address: str) -> None:
    rng = np.random.default_rng(5)
    size = 60_000
    known = Interactions.build(
        rng.integers(0, 5_000, size).astype(np.int32),
        rng.integers(0, 500, size).astype(np.int32),
        rng.random(size) * 1e7,
        n_learners=5_000,
        n_credentials=500,
    )
    cut = list(parts(known, np.zeros(5_000, np.int32), 2_000))
    counted = partial(Counts.of, n_roles=1, longest=31)
    with Client(address) as client:
        coming = cluster.over(counted, cut)
        first = next(coming)
        pid = _kill(client)
        there = Counts.total([first, *coming])
        assert pid not in client.run(os.getpid).values()
    here = counted(Part(known, np.zeros(5_000, np.int32)))
    for name in Counts.__dataclass_fields__:
        one, other = getattr(here, name), getattr(there, name)
        if isinstance(one, Tally):
            np.testing.assert_array_equal(one.keys, other.keys, name)
            one, other = one.counts, other.counts
        np.testing.assert_array_equal(one, other, name)


class Killing(Progress):
    """Kills a worker after so many steps; ``killed`` is which."""

    def __init__(self, client: Client, after: int) -> None:
        self.killed = 0
        self._client = client
        self._left = after

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        def step(done: int) -> None:
            self._left -= done
            if not self._left:
                self.killed = _kill(self._client)

        yield step


def test_questions_are_the_same_though_a_worker_is_killed(
    cluster: Cluster, address: str, tiny_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.questions.TOGETHER", 5)
    quick = {"text": "none", "components": 4, "folds": 2, "questions": 150}
    config = Config.model_validate(quick)
    teaching = Lab.open(tiny_data, config).teaching
    here = collect(*teaching, config, 1, Silent())
    with Client(address) as client:
        killing = Killing(client, 50)
        there = collect(*teaching, config, 1, killing, cluster)
        assert killing.killed not in (0, *client.run(os.getpid).values())
    assert here is not None and there is not None
    assert len(here.sizes) == 150
    for name in ("features", "label", "sizes", "learner"):
        one, other = getattr(here, name), getattr(there, name)
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes(), name


def _kill(client: Client) -> int:
    """Kill a worker that holds results which nobody has fetched yet; which it was."""
    victim = _busy(client)
    pid = int(client.run(os.getpid, workers=[victim])[victim])
    os.kill(pid, signal.SIGKILL)
    return pid


def _busy(client: Client) -> str:
    """A worker that holds results which nobody has fetched yet."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for worker, keys in client.has_what().items():
            if keys:
                return str(worker)
    raise AssertionError("no worker has done anything")


def test_a_scheduler_that_does_not_answer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.cluster.WAIT", "200ms")
    with (
        pytest.raises(UsageError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        joined("tcp://127.0.0.1:9", None, tmp_path),
    ):
        pass
