"""The record of a search, and what to try next: the only module that imports Optuna.

The record is a SQLite file to which every trial is added when it ends, so that a search may be
killed at any time. What is tried next depends on the seed and on the trials before, and on no
chance besides: one worker that was killed goes on as if it had not been.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import optuna
from optuna.trial import TrialState

from models.errors import UsageError
from training.tuning.space import Range

IDENTITY: Final = "identity"
JUDGED: Final = "judged"
FIRST: Final = 8
"""So many trials are drawn at random before what they taught is used, and before any is given up
for being worse at first sight than ``KEPT`` percent of the others."""

KEPT: Final = 75.0
"""What is best after a quarter of the questions need not be best after all of them; what is among
the worst hardly is."""

ENDED: Final = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried. ``quality`` is ``None`` for one that was given up at first sight."""

    number: int
    values: Mapping[str, Any]
    quality: float | None
    ms: float | None
    times: float | None


class Study:
    """The search recorded in ``folder``."""

    def __init__(self, folder: Path, space: Mapping[str, Range], seed: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._space, self._seed = space, seed
        storage = optuna.storages.RDBStorage(
            f"sqlite:///{folder.resolve() / 'study.db'}",
            engine_kwargs={"connect_args": {"timeout": 60}},
        )
        self._study = optuna.create_study(
            storage=storage,
            study_name="cairn",
            direction="maximize",
            load_if_exists=True,
            pruner=optuna.pruners.PercentilePruner(KEPT, n_startup_trials=FIRST),
        )

    def begin(self, identity: str, first: Mapping[str, Any]) -> None:
        """Make sure that the record is of this search, and that ``first`` is tried first.

        Trials that nobody works on any more are given up. Raises ``UsageError`` for the record of
        another search.
        """
        known = self._study.user_attrs.get(IDENTITY)
        if known is None:
            self._study.enqueue_trial(dict(first))
            self._study.set_user_attr(IDENTITY, identity)
        elif known != identity:
            raise UsageError(
                "this study was made from other data, settings or another seed: give another name"
            )
        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            self._study.tell(trial.number, state=TrialState.FAIL)
            if trial.number == 0:
                self._study.enqueue_trial(dict(first))

    def count(self) -> int:
        """How many trials have ended."""
        return len(self._study.get_trials(deepcopy=False, states=ENDED))

    def ask(self, worker: int) -> Asked:
        """What to try next, for ``worker`` from 1 of several, or 0 where there is only one.

        Alone, a trial that was killed is tried again; among several that would repeat another's.
        """
        counted = None if worker else (*ENDED, TrialState.RUNNING)
        number = len(self._study.get_trials(deepcopy=False, states=counted))
        (seed,) = np.random.SeedSequence([self._seed, number, worker]).generate_state(1).tolist()
        self._study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=FIRST)
        trial = self._study.ask()
        return Asked(trial, {name: _value(trial, name, each) for name, each in self._space.items()})

    def tell(self, asked: Asked, quality: float | None) -> None:
        """How good it was; ``None`` for what is given up."""
        state = TrialState.PRUNED if quality is None else TrialState.COMPLETE
        self._study.tell(asked.trial, quality, state=state)

    def judged(self, numbers: Sequence[int]) -> list[int]:
        """The trials to judge again: these, then those that ever were, who count as tries too."""
        before = self._study.user_attrs.get(JUDGED, [])
        judged = [*numbers, *(number for number in before if number not in numbers)]
        self._study.set_user_attr(JUDGED, judged)
        return judged

    def trials(self) -> list[Trial]:
        """All that have ended."""
        return [
            Trial(
                trial.number,
                trial.params,
                trial.value if trial.state is TrialState.COMPLETE else None,
                trial.user_attrs.get("ms"),
                trial.user_attrs.get("times"),
            )
            for trial in self._study.get_trials(deepcopy=False, states=ENDED)
        ]

    def importance(self) -> dict[str, float]:
        """The share of the differences in quality that each setting explains (functional ANOVA);
        nothing where trials are too few or all alike.
        """
        quality = [trial.quality for trial in self.trials() if trial.quality is not None]
        if len(quality) < FIRST or len(set(quality)) == 1:
            return {}
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=self._seed)
        found = optuna.importance.get_param_importances(self._study, evaluator=evaluator)
        return {name: float(share) for name, share in found.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """A trial that is going on, with the ``values`` to try."""

    trial: optuna.Trial
    values: Mapping[str, Any]

    def hopeless(self, glanced: float) -> bool:
        """Whether it looks worse at first sight than half of the trials before did."""
        self.trial.report(glanced, 0)
        return bool(self.trial.should_prune())

    def keep(self, **facts: float) -> None:
        """Facts besides the quality."""
        for name, value in facts.items():
            self.trial.set_user_attr(name, value)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """While the block runs, no other command works on the study.

    Raises ``UsageError`` when one does.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{folder}: another command works on this study") from None
        yield


def _value(trial: optuna.Trial, name: str, within: Range) -> float:
    if within.whole:
        return trial.suggest_int(name, int(within.low), int(within.high), log=within.log)
    return trial.suggest_float(name, within.low, within.high, log=within.log)
