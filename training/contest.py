"""What baselines answer to the questions of a split: found here, or meanwhile in a process beside.

Some take as long to fit as the whole pipeline and keep a single core busy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.columns import Columns, Numbers
from training.baselines import Baseline, Fitted, Params, tune
from training.beside import process
from training.pipeline import Prepared
from training.splits import Split, inner
from training.toplists import Available, top_lists

WORTHWHILE: Final = 10_000
"""Interactions from which on another process saves more time than it takes to begin."""


class Entered(NamedTuple):
    """A baseline's setting, and its lists ``(m, depth)`` for every question of the split."""

    params: Params
    lists: NDArray[np.int32]


Entry: TypeAlias = Callable[[], Entered]
"""One baseline's part in a contest; waits until it is found."""


@dataclass(frozen=True, slots=True)
class Contest:
    """What every baseline is given: the split, the ``tie_order`` (n,) of credentials, which are
    ``available`` when, and a seed. They are ``tuned`` over their grids on an inner split, or else
    take their usual setting.
    """

    split: Split
    tie_order: NDArray[np.int32]
    available: Available | None
    seed: int
    tuned: bool = True

    @classmethod
    def of(cls, prepared: Prepared, split: Split, seed: int, *, tuned: bool = True) -> Self:
        """On prepared data; ties go by id."""
        order = np.argsort(np.array(list(prepared.credentials), object), kind="stable")
        offered = availability(prepared.catalogue.tables["credentials"], split)
        return cls(split, order.astype(np.int32), offered, seed, tuned)

    def lists(self, fitted: Fitted) -> NDArray[np.int32]:
        """The lists of one that was fitted."""
        return top_lists(
            fitted.scores, self.split, tie_order=self.tie_order, available=self.available
        )

    def enter(self, baseline: Baseline) -> Entered:
        """Tune it, fit it and ask it."""
        usual = baseline.grid[0]
        params = tune(baseline, inner(self.split), self.seed) if self.tuned else usual
        fitted = baseline.fit(self.split.train, params, self.seed)
        return Entered(dict(params), self.lists(fitted))

    def here(self, baselines: Mapping[str, Baseline]) -> dict[str, Entry]:
        """Each is found when it is asked for."""
        return {name: partial(self.enter, each) for name, each in baselines.items()}

    @contextmanager
    def meanwhile(self, baselines: Mapping[str, Baseline]) -> Iterator[dict[str, Entry]]:
        """They are found in a process beside, the last first, while the block does other things.
        Whichever is asked for before its turn is found here.
        """
        here = self.here(baselines)
        if not here or len(self.split.train) < WORTHWHILE:
            yield here
            return
        with process() as pool:
            begun = {name: pool.submit(each) for name, each in reversed(here.items())}
            yield {name: partial(_taken, begun[name], each) for name, each in here.items()}


def _taken(begun: Future[Entered], here: Entry) -> Entered:
    return here() if begun.cancel() else begun.result()


def availability(columns: Columns, split: Split) -> Available | None:
    """The mask of credentials (with their ``columns``) on offer at given moments; ``None`` when all
    always are.
    """
    begins, ends = (
        Numbers.of(columns[name]).values for name in ("available_from", "available_until")
    )
    if not split.train.dated or (np.isnan(begins).all() and np.isnan(ends).all()):
        return None
    return partial(_on_offer, begins, ends)


def _on_offer(
    begins: NDArray[np.float64], ends: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.bool_]:
    return ~((begins > at[:, None]) | (ends < at[:, None]))
