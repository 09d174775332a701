"""A run as its own process sees it: orders to a scribe, given without ever waiting for it.

The scribe is a process of its own, so that MLflow's imports, a slow server or a store that fails
cost the run nothing, and so that it outlives a run that is killed and says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from models.bundle.files import MANIFEST
from training.progress import Advance, Progress
from training.settings import Settings, environment
from training.tracking.figures import flat, name_of, plain

if TYPE_CHECKING:
    from training.job import Trained
    from training.tuning import Tuned

SCRIBE: Final = Path(__file__).with_name("scribe.py")

PATIENCE: Final = 10.0
"""Seconds that a run which is over waits for its scribe; it then goes on writing alone."""

QUIET: Final = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
"""What MLflow is told where the environment says nothing else."""

MEASURED: Final = (
    "models", "paired", "cold_start", "candidate_recall", "sources", "faithfulness",
)  # fmt: skip
"""What of an evaluation is a figure to follow from run to run."""

Warn = Callable[[str], None]
Order = dict[str, Any]


class Run:
    """A run that is being written down, or not, where there is no scribe."""

    def __init__(self, orders: SimpleQueue[Order | None] | None = None) -> None:
        self._orders = orders

    def settings(self, **given: object) -> None:
        """Settings and facts, nested ones by path."""
        self._order("params", values=dict(plain(given)))

    def tags(self, **given: object) -> None:
        """Short texts to find the run by."""
        self._order("tags", values={name: str(value) for name, value in given.items()})

    def figures(self, given: Mapping[str, Any], step: int = 0) -> None:
        """Numbers, nested ones by path; two in a list are a lower and an upper bound."""
        self._order("metrics", values=[(name, step, value) for name, value in flat(given)])

    def curve(self, points: list[tuple[str, int, float]]) -> None:
        """Points of curves: name, step, value."""
        self._order("metrics", values=[(name_of(name), step, v) for name, step, v in points])

    def text(self, name: str, text: str) -> None:
        """A file by its name."""
        self._order("text", name=name, text=text)

    def learned(self, learning: Mapping[str, Any]) -> None:
        """How the models learned (see ``Fitted.learning``)."""
        points = [
            (f"collaborative/rate {rate:g}/ndcg@10", epoch, quality)
            for rate, epoch, quality in learning["collaborative"]
        ]
        self.curve(points + [("ranker/ndcg@10", k, q) for k, q in enumerate(learning["ranker"], 1)])

    def evaluated(self, report: Mapping[str, Any], page: str | None = None) -> None:
        """An evaluation: its figures, and the whole as a file and as a page."""
        self.figures({name: report[name] for name in MEASURED if report.get(name) is not None})
        if "learning" in report:
            self.learned(report["learning"])
        self.settings(data=report.get("data", {}))
        self.text("evaluation.json", json.dumps(report, indent=2) + "\n")
        if page is not None:
            self.text("evaluation.html", page)

    def trained(self, done: Trained) -> None:
        """A bundle that was written: how good it is, its manifest, a version of the model."""
        folder = done.folder
        if done.report is not None:
            self.evaluated(done.report)
        self.learned(done.learning)
        for name, path in done.papers.items():
            self.text(name, path.read_text("utf-8"))
        manifest = (folder / MANIFEST).read_text("utf-8")
        self.settings(data=json.loads(manifest)["data"])
        self.tags(
            bundle_version=folder.name,
            registry=folder.parent.resolve(),
            gate="; ".join(done.faults) or "passed",
        )
        self._order("bundle", version=folder.name, manifest=manifest)

    def tuned(self, found: Tuned, page: str) -> None:
        """A search: every trial as a step, what held, what matters, and the best settings."""
        for trial in found.trials:
            told = {"ndcg@10": trial.quality, "ms": trial.ms, "times": trial.times}
            self.figures({"trials": told}, step=trial.number)
        for each in found.confirmed:
            again = {"ndcg@10": each.quality, "given": each.given, "better": each.interval}
            self.figures({"confirmed": again}, step=each.number)
        self.figures({"importance": found.importance, "best": {"ndcg@10": found.best.quality}})
        self.tags(verdict=found.verdict)
        self.text("best.json", found.file.read_text())
        self.text("tuning.html", page)

    def champion(self, version: str) -> None:
        """The bundle is the one that is served from now on."""
        self._order("champion", version=version)

    def watching(self, shown: Progress) -> Progress:
        """What shows ``shown`` and tells the times of its stages."""
        return shown if self._orders is None else Watched(shown, self)

    def _order(self, do: str, /, **order: object) -> None:
        if self._orders is not None:
            self._orders.put({"do": do, **order})


class Watched(Progress):
    """Shows what another progress does; tells a run what each stage took."""

    def __init__(self, shown: Progress, run: Run) -> None:
        self._shown, self._run = shown, run

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        begun = time.perf_counter()
        with self._shown.stage(name, total) as advance:
            yield advance
        self._run.figures({"seconds": {name: time.perf_counter() - begun}})


def to_stderr(message: str) -> None:
    """Warn whoever sits before the terminal."""
    print(f"cairn: tracking: {message}", file=sys.stderr)


@contextmanager
def started(
    settings: Settings, kind: str, warn: Warn = to_stderr, *, wanted: bool = True
) -> Iterator[Run]:
    """A run while the block runs: FAILED when it raises, KILLED when it is interrupted or its
    process ends before it. ``warn`` is told in a line when it could not be written down. Nothing
    is written down where that is not ``wanted`` or the settings say no.
    """
    if not wanted or not _can_track(settings, warn):
        yield Run()
        return
    with _scribe(settings, warn) as orders:
        orders.put({"do": "begin", "kind": kind})
        status = "KILLED"
        try:
            yield Run(orders)
            status = "FINISHED"
        except Exception:
            status = "FAILED"
            raise
        finally:
            orders.put({"do": "end", "status": status})


def crown(settings: Settings, version: str, warn: Warn = to_stderr) -> None:
    """Say which bundle is served now. Nothing happens where nothing was ever tracked."""
    tracked = settings.mlflow_tracking_uri is not None or settings.tracked.exists()
    if not tracked or not _can_track(settings, warn):
        return
    with _scribe(settings, warn) as orders:
        Run(orders).champion(version)


def _can_track(settings: Settings, warn: Warn) -> bool:
    if settings.tracking and find_spec("mlflow") is None:
        warn("MLflow is not installed: nothing is written down")
        return False
    return settings.tracking


@contextmanager
def _scribe(settings: Settings, warn: Warn) -> Iterator[SimpleQueue[Order | None]]:
    process = subprocess.Popen(  # noqa: S603 - this very Python, and a file of this room
        [sys.executable, "-P", str(SCRIBE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(QUIET),
        text=True,
        start_new_session=True,  # an interruption is for the run; the scribe is told of it
    )
    orders: SimpleQueue[Order | None] = SimpleQueue()
    orders.put(
        {
            "uri": settings.tracking_uri,
            "folder": str(settings.tracked.resolve()),
            "experiment": settings.mlflow_experiment_name,
        }
    )
    hand = Thread(target=_hand_over, args=(orders, process), daemon=True)
    hand.start()
    try:
        yield orders
    finally:
        orders.put(None)
        _await(process, hand, warn)


def _hand_over(orders: SimpleQueue[Order | None], process: subprocess.Popen[str]) -> None:
    """Write orders as they come; in a thread, since a pipe may be full."""
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    with suppress(BrokenPipeError), process.stdin:
        while (order := orders.get()) is not None:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()


def _await(process: subprocess.Popen[str], hand: Thread, warn: Warn) -> None:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    until = time.monotonic() + PATIENCE
    hand.join(PATIENCE)
    try:
        code = process.wait(max(0.0, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        warn(f"not written down after {PATIENCE:g} s: going on without waiting for it")
        process.stdout.close()
        Thread(target=process.wait, daemon=True).start()
        return
    with process.stdout as last_words:
        said = last_words.read().strip()
    if code:
        warn(f"not written down: {said or f'the process that does it ended with {code}'}")
