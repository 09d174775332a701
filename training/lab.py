"""Trying an idea: does a feature order candidates better, does a source reach more answers?

Ideas are tried as the ranker is taught: every question is one of a learner whom the base models
have not seen. What ``cairn evaluate`` asks for with the split ``last`` is left out, so that it
stays unread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from models import features, gap, signals, sources
from models.bundle import Bundle
from models.eligibility import eligible
from models.errors import UsageError
from models.feature_names import FEATURES
from models.query import Query
from models.signals import Signals
from models.sources import Candidates, Source
from models.trees import Trees
from training import metrics, pipeline, ranking, splits, tables
from training.config import Config
from training.embedder import embedder_of
from training.pipeline import Fitted, Prepared
from training.progress import Progress, Silent
from training.questions import NEXT, Questions, Teaching, collect, folds
from training.ranking import VALIDATION

CUTOFF: Final = 10

PARTS: Final = 5
"""Learners are judged in so many parts, each by rankers taught on the others."""

Feature = Callable[[Bundle, Query, NDArray[np.int32]], NDArray[np.float32]]
"""A value for each of the candidates' rows ``(m,)``; NaN where the data do not tell."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What an idea changed, over ``learners``: a measure ``without`` and ``with_`` it, and the 95 %
    ``interval`` of the difference, paired by learner.
    """

    measure: str
    learners: int
    without: float
    with_: float
    interval: tuple[float, float]

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.measure}: {self.without:.4f} without, {self.with_:.4f} with it "
            f"({low:+.4f} to {high:+.4f}, {self.learners} learners)"
        )


@dataclass(frozen=True, slots=True)
class Lab:
    """Models fitted once, on which ideas are tried."""

    prepared: Prepared
    fitted: Fitted
    teaching: Teaching
    seed: int

    @classmethod
    def open(
        cls,
        folder: Path,
        config: Config,
        seed: int = 1,
        *,
        cache: Path | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Fit everything on the data in ``folder``. Raises ``DataError`` for data at fault."""
        shown = progress or Silent()
        embedder = embedder_of(config, cache)
        prepared = pipeline.prepare(tables.load(folder), config, embedder, shown)
        known = splits.last(prepared.known).train
        fitted = pipeline.fit(prepared, known, seed, shown)
        arrays = dict(fitted.parts.arrays)
        taught = pipeline.teaching(prepared, known, fitted.shape, arrays, seed)
        return cls(prepared, fitted, taught, seed)

    @property
    def bundle(self) -> Bundle:
        """The bundle in memory: ask it with ``models.recommend``."""
        return self.fitted.bundle

    def feature(self, name: str, values: Feature) -> Trial:
        """NDCG@10 of the answers among the candidates kept to teach by, ordered by rankers taught
        with and without the feature; every learner is judged by rankers not taught on them.

        Raises ``UsageError`` where there are too few questions to teach a ranker.
        """
        if name in FEATURES:
            raise UsageError(f"'{name}' is a feature already")

        def columns(
            bundle: Bundle, query: Query, known: Signals, candidates: Candidates
        ) -> NDArray[np.float32]:
            usual = features.matrix(bundle, query, known, candidates)
            added = np.asarray(values(bundle, query, candidates.rows), np.float32)
            return np.column_stack([usual, added])

        wide = collect(
            *self.teaching,
            self.prepared.config,
            self.seed,
            Silent(),
            columns=columns,
            names=(*FEATURES, name),
        )
        if wide is None or len(wide.sizes) < ranking.FEWEST_QUESTIONS:
            raise UsageError(
                f"expected at least {ranking.FEWEST_QUESTIONS} questions to learn from"
            )
        plain = replace(wide, features=wide.features[:, : len(FEATURES)], names=FEATURES)
        owner = wide.learner[np.cumsum(wide.sizes) - 1]
        without, with_ = (self._quality(questions) for questions in (plain, wide))
        return _trial(f"NDCG@{CUTOFF}", owner, without, with_, self.seed)

    def source(self, name: str, proposed: Source, *, most: int = 1000) -> Trial:
        """Share of answers among the candidates with and without the source, as many candidates
        either way, over at most ``most`` questions.

        Raises ``UsageError`` where nobody has history enough to be asked.
        """
        if name in sources.SOURCES:
            raise UsageError(f"'{name}' is a source already")
        wide = {**sources.SOURCES, name: proposed}
        rng = np.random.default_rng(self.seed)
        unseen = (
            (fold.whole.bundle, *each)
            for fold in folds(*self.teaching, self.prepared.config, rng)
            for each in fold.unseen
        )
        reached: list[tuple[bool, bool]] = []
        owner: list[int] = []
        for bundle, query, learner, met in islice(unseen, most):
            known = signals.compute(bundle, query, gap.measure(bundle, query))
            among = eligible(bundle, query)
            answer = int(met[0])
            without, with_ = (
                sources.propose(bundle, query, known, among, sources=each).rows
                for each in (sources.SOURCES, wide)
            )
            reached.append((answer in without, answer in with_))
            owner.append(learner)
        if not reached:
            raise UsageError("expected learners with at least two credentials")
        found = np.array(reached, np.float64)
        name = f"share of answers among {self.bundle.manifest.candidates} candidates"
        return _trial(name, np.array(owner), found[:, 0], found[:, 1], self.seed)

    def _quality(self, questions: Questions) -> NDArray[np.float64]:
        """NDCG of the answer of each question ``(q,)``, by trees taught on other learners."""
        score = np.empty(len(questions.label))
        # Across the fifths by which the ranker itself leaves learners out, so that it still can.
        part = questions.learner // VALIDATION % PARTS
        for judged in (part == number for number in range(PARTS)):
            taught = _part(questions, ~judged)
            boosted = ranking.boost(taught, self.prepared.config, self.seed, lambda _: None)
            trees = Trees.parse(str(boosted.text), len(questions.names))
            score[judged] = trees.score(questions.features[judged])
        begins = np.cumsum(questions.sizes) - questions.sizes
        own = np.repeat(score[questions.label == NEXT], questions.sizes)
        # The answer stands behind what scores the same, so that a tie is no merit.
        place = np.add.reduceat(score >= own, begins, dtype=np.int64) - 1
        return np.asarray(np.where(place < CUTOFF, 1.0 / np.log2(place + 2.0), 0.0))


def _part(questions: Questions, kept: NDArray[np.bool_]) -> Questions:
    """Questions all of whose candidates are under the mask; of the others none is."""
    begins = np.cumsum(questions.sizes) - questions.sizes
    return Questions(
        questions.features[kept],
        questions.label[kept],
        questions.sizes[kept[begins]],
        questions.learner[kept],
        questions.names,
    )


def _trial(
    measure: str,
    owner: NDArray[np.int64],
    without: NDArray[np.float64],
    with_: NDArray[np.float64],
    seed: int,
) -> Trial:
    """Of values for each question ``(q,)``, averaged by the learner who owns it."""
    _, place, counts = np.unique(owner, return_inverse=True, return_counts=True)
    a, b = (np.bincount(place, each) / counts for each in (without, with_))
    return Trial(measure, len(counts), a.mean(), b.mean(), metrics.paired(b, a, seed))
