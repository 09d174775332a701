"""Where settings are judged: the training part of the data, split once more.

The test part of the split ``last`` is taken out of the tables before anything looks at them, so
that no choice made here can know it.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.errors import UsageError
from models.ids import IdMap
from models.query import Query
from models.rank import rank
from training import tables
from training.config import Config
from training.content import content_hash
from training.embedder import embedder_of
from training.evaluate import ask_all
from training.kept import NOTHING, Arrays, Kept
from training.learners import Asker, interactions, row_of
from training.metrics import measure
from training.pipeline import Prepared, fit, prepare
from training.progress import Progress, Silent
from training.splits import Split, last, sampled
from training.tables import Dataset

GLANCE: Final = 4
"""At first sight the ranker learns from so many times fewer questions."""

TIMED: Final = 60
"""So many questions are timed, each ``REPEATED`` times."""

REPEATED: Final = 4
"""Each of the two goes first in turn, since who comes second finds the memory warm."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How long an answer takes: the median in milliseconds, and how many times as long as the
    reference's answer to the same question, asked next to it.
    """

    ms: float
    times: float


class BaseModels(Kept):
    """In memory, what a second fit on more questions for the ranker need not make again."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Any] = {}

    def arrays(self, name: str, make: Callable[[], Arrays]) -> Arrays:
        if name not in self._made:
            self._made[name] = make()
        return dict(self._made[name])

    def plain(self, name: str, make: Callable[[], Any]) -> Any:
        if name != "ranker" and name not in self._made:
            self._made[name] = make()
        return self._made[name] if name in self._made else make()


@dataclass(frozen=True, slots=True)
class Bench:
    """``prepared`` knows the training part only; ``split`` is within it."""

    prepared: Prepared
    split: Split
    seed: int

    @classmethod
    def of(
        cls, folder: Path, config: Config, seed: int, cache: Path | None, progress: Progress
    ) -> Bench:
        """From a data folder. Raises ``DataError`` and ``UsageError`` for what cannot be used."""
        with progress.stage("read tables", 0):
            data = without_test(tables.load(folder))
        embedder = embedder_of(config, cache)
        prepared = prepare(data, config, embedder, progress)
        split = sampled(last(prepared.known), seed)
        if not len(split):
            raise UsageError(f"{folder}: no learner has history enough for an inner split")
        return cls(prepared, split, seed)

    @property
    def identity(self) -> str:
        """A digest (hex) of all that the search rests on."""
        told = [self.prepared.data.content_hash, self.prepared.config.model_dump_json(), self.seed]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def fit(self, config: Config, kept: Kept = NOTHING) -> Bundle:
        """The pipeline with these settings, which knows nothing of the inner split's answers."""
        prepared = replace(self.prepared, config=config, kept=kept)
        return fit(prepared, self.split.train, self.seed, Silent()).bundle

    def glance(self, config: Config, kept: Kept) -> float:
        """About how good the settings are, for about a quarter of the cost."""
        fewer = max(config.questions // GLANCE, Config.model_fields["questions"].metadata[0].ge)
        bundle = self.fit(config.model_copy(update={"questions": fewer}), kept)
        return self.quality(bundle)

    def quality(self, bundle: Bundle) -> float:
        """Mean NDCG@10 on the inner split."""
        return float(self.qualities(bundle).mean())

    def qualities(self, bundle: Bundle) -> NDArray[np.float64]:
        """NDCG@10 of each learner of the inner split, ``(m,)``."""
        lists = ask_all(self.prepared, bundle, self.split, Silent()).lists
        return measure(lists, self.split.relevant)["ndcg@10"]

    def earlier(self) -> Bench | None:
        """The same a step before: the answers asked for here are not known there. ``None`` where no
        history is long enough.
        """
        split = sampled(last(self.split.train), self.seed)
        return replace(self, split=split) if len(split) else None

    def latency(self, bundle: Bundle, reference: Bundle) -> Latency:
        """Of a bundle beside a reference, in this process."""
        few = sampled(self.split, self.seed, TIMED)
        pairs = list(zip(self._asked(bundle, few), self._asked(reference, few), strict=True))
        took = np.full((2, REPEATED, len(pairs)), np.inf)
        for again in range(REPEATED):
            for i, (query, beside) in enumerate(pairs):
                both = [(0, bundle, query), (1, reference, beside)]
                for which, asked, question in both if again % 2 else both[::-1]:
                    took[which, again, i] = _seconds(asked, question)
        mine, other = took.min(axis=1)
        return Latency(float(np.median(mine)) * 1000, float(np.median(mine / other)))

    def _asked(self, bundle: Bundle, split: Split) -> list[Query]:
        asker = Asker(split.train, self.prepared.learners, bundle.manifest.held_kinds)
        return [
            asker.ask(bundle, learner, int(split.train.indptr[learner + 1]), float(split.at[i]))
            for i, learner in enumerate(split.learners.tolist())
        ]


def without_test(data: Dataset) -> Dataset:
    """The data as if the test part of the split ``last`` had never been written."""
    frame = data.interactions
    learners = IdMap(frame["learner_id"].unique().sort().to_list())
    credentials = IdMap(data.credentials["id"].to_list())
    known = interactions(data.acts, learners, credentials, dated=data.dated)
    trained = np.diff(last(known).train.indptr)
    kept = np.arange(len(known)) - known.indptr[known.learner] < trained[known.learner]
    in_table = np.zeros(len(known), np.bool_)
    learner = row_of(data.acts, "learner_id", learners)
    in_table[_order(frame["occurred_at"].to_numpy(), learner)] = kept
    part = replace(data, acts=frame.filter(in_table).lazy(), test_interactions=None)
    names = ("credentials", "skills", "roles", "learners", "interactions")
    return replace(part, content_hash=content_hash({name: getattr(part, name) for name in names}))


def _order(at: NDArray[Any], learner: NDArray[np.int32]) -> NDArray[np.int64]:
    """Rows of a table in the order of ``Interactions``."""
    return np.lexsort((at, learner))


def _seconds(bundle: Bundle, query: Query) -> float:
    begun = time.perf_counter()
    rank(bundle, query)
    return time.perf_counter() - begun
