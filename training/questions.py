"""The questions that teach the ranker, each with its candidates and their features: the heaviest
stage of a run.

Learners are divided into folds. For each fold the base models are fitted on the other
folds' learners only; then every meeting of the fold's learners is a question: what came
before it is the history, the credential met is the answer. Since no base model saw
anything of these learners, no feature can see its label, and every step of a history
teaches, not only the last.

What is left to chance is drawn here, in the order of the questions. All else of a question depends
on the question alone, so it is worked out wherever ``spread`` has it done, and is the same there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import features, gap, signals, sources
from models.bundle import Bundle
from models.eligibility import eligible
from models.feature_names import FEATURES
from models.query import Query, unguided
from models.signals import Signals
from models.sources import Candidates
from training.config import Config
from training.interactions import Interactions
from training.progress import Progress
from training.spread import HERE, Spread, Whole

PER_LEARNER: Final = 20
"""At most so many meetings of one learner are asked for, the latest."""

SOON: Final = 10
"""So many credentials after the answer were met soon; time grows with their number."""

FORGETFUL: Final = 0.25
FEW: Final = 4
"""Such a share of the questions is asked once more as if only the latest steps were known, 1 to so
many: where histories are long, nothing else tells how little a single step says.
"""

NEXT: Final = 2
"""The label of the answer; 1 is that of what was met soon after, 0 of all else."""

TOGETHER: Final = 200
"""So many questions are handed over at once: seconds of work, and some megabytes that come back."""

Ask = Callable[[Bundle, int, int], Query]
"""The question a learner (row) would have asked just before the meeting at a position."""

Columns = Callable[[Bundle, Query, Signals, Candidates], NDArray[np.float32]]
"""What the ranker reads of candidates, ``(m, columns)``."""

FoldBundle = Callable[[NDArray[np.bool_]], Whole]
"""A bundle whose base models know only the learners under the mask ``(n_learners,)``."""

Table = tuple[NDArray[np.float32], NDArray[np.int8]]
"""Features ``(m, f)`` and labels ``(m,)`` of one question's candidates."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Candidates of all questions end to end: features ``(m, f)``, label 0..``NEXT`` and learner
    per row ``(m,)``, and ``sizes`` ``(q,)``: candidates by question.
    """

    features: NDArray[np.float32]
    label: NDArray[np.int8]
    sizes: NDArray[np.int64]
    learner: NDArray[np.int64]
    names: tuple[str, ...] = FEATURES


class Teaching(NamedTuple):
    """What the ranker is taught from: first meetings ``met``, how to ``ask`` before one of them,
    and the bundle of some learners.
    """

    met: Interactions
    ask: Ask
    fold_bundle: FoldBundle


class Unseen(NamedTuple):
    """A question to a bundle that knows nothing of its ``learner`` (row); the answer is the first
    of the credentials ``met`` (rows), the others came soon after.
    """

    query: Query
    learner: int
    met: NDArray[np.int32]


class Fold(NamedTuple):
    """A bundle, and the questions of learners it knows nothing of."""

    whole: Whole
    unseen: Iterator[Unseen]


def collect(
    met: Interactions,
    ask: Ask,
    fold_bundle: FoldBundle,
    config: Config,
    seed: int,
    progress: Progress,
    spread: Spread = HERE,
    columns: Columns = features.matrix,
    names: tuple[str, ...] = FEATURES,
) -> Questions | None:
    """Questions from fold after fold until there are enough of them; ``names`` are those of the
    ``columns``.
    """
    rng = np.random.default_rng(seed)
    found: list[tuple[int, Table]] = []
    with progress.stage("collect questions", config.questions) as advance:
        for fold in folds(met, ask, fold_bundle, config, rng):
            for learner, table in _answered(fold, config.questions - len(found), columns, spread):
                found.append((learner, _drawn(*table, rng, config.negatives)))
                advance(1)
            if len(found) == config.questions:
                break
    return _joined(found, names) if found else None


def folds(
    met: Interactions,
    ask: Ask,
    fold_bundle: FoldBundle,
    config: Config,
    rng: np.random.Generator,
) -> Iterator[Fold]:
    """All questions by fold, save those of whom nothing is known."""
    fold = rng.integers(0, config.folds, met.n_learners)
    for part in range(config.folds):
        if (fold[met.learner] != part).any():  # else nobody is left to learn from
            whole = fold_bundle(fold != part)
            yield Fold(whole, _unseen(met, ask, whole.bundle, np.flatnonzero(fold == part), rng))


def _unseen(
    met: Interactions,
    ask: Ask,
    bundle: Bundle,
    learners: NDArray[np.int64],
    rng: np.random.Generator,
) -> Iterator[Unseen]:
    # How far ahead questions are made depends on where they are worked out: chances of their own.
    [chance] = rng.spawn(1)
    for learner in rng.permutation(learners).tolist():
        cut = met.of(learner)
        for position in range(max(cut.start, cut.stop - PER_LEARNER), cut.stop):
            query = ask(bundle, learner, position)
            if unguided(bundle, query):  # see models.rank.raw_scores
                continue
            answers = met.credential[position : min(cut.stop, position + 1 + SOON)]
            yield Unseen(query, learner, answers)
            few = int(chance.integers(1, FEW + 1))
            if chance.random() < FORGETFUL and few < len(query.walk.steps):
                less = replace(query, walk=query.walk.latest(few))
                yield Unseen(less, learner, answers)


def _answered(
    fold: Fold, wanted: int, columns: Columns, spread: Spread
) -> Iterator[tuple[int, Table]]:
    """By learner the tables of the first ``wanted`` questions whose answer is a candidate."""
    with spread.lending(fold.whole) as lent:
        worked_out = partial(tables, lent, columns)
        more = True
        while wanted and more:
            more = False
            # No more than are wanted, so that none is worked out for nothing.
            for found in spread.each(worked_out, _several(islice(fold.unseen, wanted))):
                more = True
                wanted -= len(found)
                yield from found


def _several(asked: Iterator[Unseen]) -> Iterator[Sequence[Unseen]]:
    return iter(lambda: list(islice(asked, TOGETHER)), [])


def tables(
    lent: Callable[[], Bundle], columns: Columns, asked: Sequence[Unseen]
) -> list[tuple[int, Table]]:
    """By learner all candidates of each question that has the answer among them."""
    bundle = lent()
    worked_out = ((each.learner, _table(bundle, each, columns)) for each in asked)
    return [(learner, table) for learner, table in worked_out if table is not None]


def _table(bundle: Bundle, asked: Unseen, columns: Columns) -> Table | None:
    query = asked.query
    known = signals.compute(bundle, query, gap.measure(bundle, query))
    candidates = sources.propose(bundle, query, known, eligible(bundle, query))
    answer, *later = asked.met.tolist()
    label = np.isin(candidates.rows, later).astype(np.int8)
    label[candidates.rows == answer] = NEXT
    if not (label == NEXT).any():
        return None
    return columns(bundle, query, known, candidates), label


def _drawn(
    matrix: NDArray[np.float32],
    label: NDArray[np.int8],
    rng: np.random.Generator,
    negatives: int,
) -> Table:
    """The table with so many of the wrong candidates at most."""
    kept = label > 0
    wrong = np.flatnonzero(~kept)
    kept[rng.permutation(wrong)[:negatives]] = True
    return matrix[kept], label[kept]


def _joined(found: Sequence[tuple[int, Table]], names: tuple[str, ...]) -> Questions:
    sizes = np.array([len(label) for _, (_, label) in found], np.int64)
    return Questions(
        features=np.concatenate([matrix for _, (matrix, _) in found]),
        label=np.concatenate([label for _, (_, label) in found]),
        sizes=sizes,
        learner=np.repeat([learner for learner, _ in found], sizes),
        names=names,
    )
