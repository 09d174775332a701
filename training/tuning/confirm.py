"""Whether what a search found best is better where the search never looked.

The best of many trials owes some of its lead to chance. So the few best are judged beside the
settings given on further inner splits, each a step before the last: none of the answers asked for
there was asked for in the search. Each has its own seed, since a fit, too, may be lucky: on MARS
the same settings differ by .005 in NDCG@10 from seed to seed.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.config import Config
from training.kept import Kept
from training.metrics import crossed
from training.progress import Progress
from training.tuning.bench import Bench
from training.tuning.study import Trial

CANDIDATES: Final = 2
"""So many of the best trials are judged again: the more are, the wider is the interval of each."""

FITS: Final = 4
"""Each is fitted so many times, on as many splits where histories are long enough."""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A trial beside the settings given: mean NDCG@10 of both over all that was asked. The
    ``interval`` of the difference is over learners and fits, and holds with 95 % for all trials
    judged together.
    """

    number: int
    quality: float
    given: float
    interval: tuple[float, float]

    @property
    def better(self) -> bool:
        """Whether it is so beyond chance."""
        return self.interval[0] > 0


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Judges ``configs``, by number of trial, the settings given first, on ``splits``. What is
    known is ``kept``; no fit begins after ``until``, on the clock.
    """

    splits: Sequence[Bench]
    configs: Mapping[int, Config]
    kept: Kept
    until: float | None

    @property
    def fits(self) -> list[tuple[int, int]]:
        """Trial and split of all that is fitted, what is most worth knowing first."""
        return [(trial, split) for trial in self.configs for split in range(len(self.splits))]

    def confirmed(self, progress: Progress, seed: int) -> list[Confirmed]:
        """The trials that all splits tell of: every one but the first, unless time was up."""
        known: dict[int, list[NDArray[np.float64]]] = {trial: [] for trial in self.configs}
        with progress.stage("confirm", len(self.fits)) as advance, suppress(TimeUpError):
            for trial, split in self.fits:
                known[trial].append(self._qualities(trial, split))
                advance(1)
        whole = [trial for trial, by_split in known.items() if len(by_split) == len(self.splits)]
        if not self.splits or len(whole) < 2:
            return []
        given, *others = [self._by_learner(known[trial]) for trial in whole]
        among = len(self.configs) - 1
        return [
            Confirmed(
                trial,
                float(np.nanmean(mine)),
                float(np.nanmean(given)),
                crossed(mine - given, seed, among=among),
            )
            for trial, mine in zip(whole[1:], others, strict=True)
        ]

    def _qualities(self, trial: int, split: int) -> NDArray[np.float64]:
        def judged() -> dict[str, NDArray[np.float64]]:
            if self.until is not None and time.time() >= self.until:
                raise TimeUpError
            bench = self.splits[split]
            return {"ndcg": bench.qualities(bench.fit(self.configs[trial]))}

        return self.kept.arrays(f"{trial}-{split}", judged)["ndcg"]

    def _by_learner(self, by_split: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """``(learners, splits)``, NaN where one was not asked."""
        asked = np.unique(np.concatenate([each.split.learners for each in self.splits]))
        found = np.full((len(asked), len(self.splits)), np.nan)
        for k, (bench, values) in enumerate(zip(self.splits, by_split, strict=True)):
            found[np.searchsorted(asked, bench.split.learners), k] = values
        return found


class TimeUpError(Exception):
    """There is no time to begin another fit."""


def further(bench: Bench) -> list[Bench]:
    """The splits to confirm on, each with a seed of its own, the latest first, over again where
    they are few; none where no history is long enough.
    """
    found: list[Bench] = []
    while len(found) < FITS and (before := (found or [bench])[-1].earlier()) is not None:
        found.append(before)
    every = islice(cycle(found), FITS)
    return [replace(each, seed=bench.seed + k) for k, each in enumerate(every, 1)]


def promising(trials: Sequence[Trial]) -> list[int]:
    """Numbers of the few best of those that the search found better than the first."""
    given = trials[0].quality or 0
    ahead = [(-(each.quality or 0), each.number) for each in trials if (each.quality or 0) > given]
    return [number for _, number in sorted(ahead)[:CANDIDATES]]
