"""One search: trials by one process or several, until there are enough or time is up."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread
from typing import Final

from models.bundle import Bundle
from models.errors import TrainingFailed
from training.config import Config
from training.kept import Kept
from training.progress import Progress, Silent
from training.tuning.bench import BaseModels, Bench
from training.tuning.confirm import Confirmation, Confirmed, further, promising
from training.tuning.space import around, changed, values
from training.tuning.study import Asked, Study, Trial, alone

REFERENCE: Final = "reference"
CONFIRMED: Final = "confirmed"
BEST: Final = "best.json"
CONFIRMING: Final = 1 / 3
"""So much of the time given is for confirming; what the search leaves of its own is, too."""

LOOK: Final = 0.5
"""Seconds between looks at what the workers have done."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a study knows. ``trials`` are those that have ended; among them ``first`` is that of
    the settings given, ``ahead`` the best of the search, and ``front`` those that none beats in
    both quality and latency, the fastest first. Those ``chosen`` were to be judged on so many
    further ``splits``, and ``confirmed`` says how that ended, unless time was up. ``best`` is the
    best of those that are better than ``first`` there, beyond chance, or else ``first``;
    ``config`` is its, written to ``file``.
    """

    study: Path
    trials: tuple[Trial, ...]
    first: Trial
    ahead: Trial
    front: tuple[Trial, ...]
    importance: dict[str, float]
    learners: int
    chosen: tuple[int, ...]
    splits: int
    confirmed: tuple[Confirmed, ...]
    best: Trial
    config: Config
    file: Path

    @property
    def verdict(self) -> str:
        """What is best, in plain words."""
        if self.best is not self.first:
            said = f"Best: trial {self.best.number}, on further inner splits, too, beyond chance."
        else:
            said = f"The settings given are the best known. {self._why}"
        if self.splits and len(self.confirmed) < len(self.chosen):
            return f"{said} Time was up before all was judged: the same command goes on."
        return said

    @property
    def _why(self) -> str:
        if not self.chosen:
            return "No trial is better on the inner split of the search."
        if not self.splits:
            return f"Trial {self.ahead.number} is ahead; histories are too short to confirm it."
        return "On further inner splits no trial is seen to be better beyond chance."


@dataclass(frozen=True, slots=True)
class Search:
    """What a worker needs to know; ``until`` on the clock that all processes share."""

    data: Path
    folder: Path
    config: Config
    seed: int
    cache: Path | None
    trials: int
    until: float | None


def tune(
    data: Path,
    folder: Path,
    config: Config,
    seed: int,
    progress: Progress,
    *,
    trials: int,
    minutes: float | None = None,
    workers: int = 1,
    cache: Path | None = None,
) -> Tuned:
    """Try settings around ``config`` until the study in ``folder`` holds ``trials``, or its share
    of the time is up and what was begun has ended; ``config`` itself is tried first. Then judge the
    few best once more, on splits that the search did not see.

    Raises ``UsageError`` for a study of something else.
    """
    begun = time.time()
    with alone(folder):
        bench = Bench.of(data, config, seed, cache, progress)
        study = Study(folder, around(config), seed)
        study.begin(bench.identity, values(config))
        enough = None if minutes is None else begun + 60 * minutes * (1 - CONFIRMING)
        search = Search(data, folder, config, seed, cache, trials, enough)
        with progress.stage("trials", trials) as advance:
            done = study.count()
            advance(done)
            if not done:
                _try(bench, study, study.ask(0), bench.fit(config, _kept(folder)))
                advance(1)
            elif done < trials:
                bench.fit(config, _kept(folder))
            if workers == 1:
                for _ in _work(search, bench, study, 0):
                    advance(1)
            else:
                shown = study.count()
                with _processes(search, workers) as started:
                    while any(each.is_alive() for each in started):
                        time.sleep(LOOK)
                        now = study.count()
                        advance(now - shown)
                        shown = now
                    if failed := [each.exitcode for each in started if each.exitcode]:
                        raise TrainingFailed(f"{len(failed)} of {workers} workers ended early")
        until = None if minutes is None else begun + 60 * minutes
        return _concluded(study, folder, config, bench, until, progress)


def front(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """The trials that no other beats in quality without being slower, the fastest first."""
    found: list[Trial] = []
    timed = [each for each in trials if each.quality is not None and each.times is not None]
    for each in sorted(timed, key=lambda each: (each.times, -(each.quality or 0), each.number)):
        if not found or (each.quality or 0) > (found[-1].quality or 0):
            found.append(each)
    return tuple(found)


def _work(search: Search, bench: Bench, study: Study, worker: int) -> Iterator[None]:
    """Trial after trial."""
    reference = bench.fit(search.config, _kept(search.folder))
    while study.count() < search.trials and (search.until is None or time.time() < search.until):
        asked = study.ask(worker)
        config = changed(search.config, asked.values)
        kept = BaseModels()
        if asked.hopeless(bench.glance(config, kept)):
            study.tell(asked, None)
        else:
            _judge(bench, study, asked, bench.fit(config, kept), reference)
        yield


def _try(bench: Bench, study: Study, asked: Asked, reference: Bundle) -> None:
    """The first trial: the settings that all others are compared with."""
    asked.hopeless(bench.glance(bench.prepared.config, BaseModels()))
    _judge(bench, study, asked, reference, reference)


def _judge(bench: Bench, study: Study, asked: Asked, bundle: Bundle, reference: Bundle) -> None:
    latency = bench.latency(bundle, reference)
    asked.keep(ms=latency.ms, times=latency.times)
    study.tell(asked, bench.quality(bundle))


def _kept(folder: Path) -> Kept:
    """What the fit with the settings given is made of, for all who compare with it."""
    return Kept(folder / REFERENCE)


@contextmanager
def _processes(search: Search, count: int) -> Iterator[list[BaseProcess]]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what takes seconds to import is imported once
    started: list[BaseProcess] = [
        context.Process(target=_worker, args=(search, number), daemon=True)
        for number in range(1, count + 1)
    ]
    try:
        for each in started:
            each.start()
        yield started
    finally:
        for each in started:
            each.terminate()
            each.join()


def _worker(search: Search, number: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told, and ends this
    Thread(target=_end_with_parent, daemon=True).start()
    bench = Bench.of(search.data, search.config, search.seed, search.cache, Silent())
    study = Study(search.folder, around(search.config), search.seed)
    for _ in _work(search, bench, study, number):
        pass


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _concluded(
    study: Study,
    folder: Path,
    config: Config,
    bench: Bench,
    until: float | None,
    progress: Progress,
) -> Tuned:
    """Judge the few best again, write what is best, and tell of it."""
    ended = tuple(study.trials())
    first, trials = ended[0], {each.number: each for each in ended}
    chosen = study.judged(promising(ended))
    splits = further(bench) if chosen else []
    configs = {number: changed(config, trials[number].values) for number in [first.number, *chosen]}
    confirmation = Confirmation(splits, configs, Kept(folder / CONFIRMED), until)
    confirmed = confirmation.confirmed(progress, bench.seed)
    better = [each for each in confirmed if each.better]
    named = max(better, key=lambda each: each.quality).number if better else first.number
    scratch = folder / f".{BEST}.writing"
    scratch.write_text(json.dumps(configs[named].model_dump(mode="json"), indent=2) + "\n")
    scratch.replace(folder / BEST)
    return Tuned(
        study=folder,
        trials=ended,
        first=first,
        ahead=max(ended, key=lambda each: (each.quality or 0, -each.number)),
        front=front(ended),
        importance=study.importance(),
        learners=len(bench.split),
        chosen=tuple(chosen),
        splits=len(splits),
        confirmed=tuple(confirmed),
        best=trials[named],
        config=configs[named],
        file=folder / BEST,
    )
