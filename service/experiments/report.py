"""What an experiment found, from the decision log and the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.domain import Kind
from models.errors import UsageError
from models.offpolicy import Worth, worth
from models.trials import Estimate, difference, mean, mismatch
from service.experiments.outcomes import Exposure

Odds = Callable[[Mapping[str, Any], str], float | None]
"""With what probability a ranking would have shown a credential first in a decision's place."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant: how many learners saw how many answers, and what these led to.

    ``rate`` is the share of answers that led to a conversion, ``gain`` its difference to the
    control's; both with intervals by learner.
    """

    variant: str
    share: float
    learners: int
    exposures: int
    completions: int
    enrolments: int
    rate: Estimate
    gain: Estimate | None


@dataclass(frozen=True, slots=True)
class Judged:
    """Another ranking, judged by the answers in which chance decided who came first.

    ``reward`` is what those earned: the share that led to a conversion of what came first.
    ``left_out`` answers could not be asked again.
    """

    target: str
    left_out: int
    reward: Estimate
    worth: Worth


@dataclass(frozen=True, slots=True)
class Report:
    """``split`` is the p-value that learners fell to variants as they should; ``crossed`` counts
    learners who saw several, which happens only when weights or the salt are changed midway.
    """

    experiment: str
    control: str
    days: float
    arms: tuple[Arm, ...]
    split: float
    crossed: int
    judged: Judged | None = None


def report(
    experiment: str,
    shown: Sequence[Exposure],
    days: float,
    kinds: Sequence[Kind],
    control: str | None = None,
) -> Report:
    """The variants side by side; ``shown`` is attributed. The control is the variant named, else
    the one called ``control``, else the first by name.

    Raises ``UsageError`` when there is nothing to report, or no such variant.
    """
    shares = {each.variant: each.share for each in shown}
    names = sorted(shares)
    if not names:
        raise UsageError(f"no answer was given within an experiment '{experiment}'")
    if control is not None and control not in shares:
        raise UsageError(f"no variant '{control}': expected one of {', '.join(names)}")
    first = control or ("control" if "control" in shares else names[0])
    arms = {name: [each for each in shown if each.variant == name] for name in names}
    rates = {name: _rate(answers, kinds) for name, answers in arms.items()}
    learners = {name: {each.learner for each in answers} for name, answers in arms.items()}
    counts, weights = [len(learners[name]) for name in names], [shares[name] for name in names]
    unseen = 1.0 - sum(weights)
    if unseen > 1e-6:  # a variant that nobody got
        counts, weights = [*counts, 0], [*weights, unseen]
    return Report(
        experiment,
        first,
        days,
        tuple(
            Arm(
                name,
                shares[name],
                len(learners[name]),
                len(arms[name]),
                sum(each.reached([Kind.COMPLETE]) for each in arms[name]),
                sum(each.reached([Kind.ENROL]) for each in arms[name]),
                rates[name],
                None if name == first else difference(rates[name], rates[first]),
            )
            for name in sorted(names, key=lambda name: (name != first, name))
        ),
        mismatch(counts, weights),
        sum(map(len, learners.values())) - len(set().union(*learners.values())),
    )


def judge(target: str, shown: Sequence[Exposure], kinds: Sequence[Kind], odds: Odds) -> Judged:
    """What a ranking would have earned by what it puts first.

    Raises ``UsageError`` when the log holds nothing to judge it by.
    """
    drawn = [each for each in shown if each.propensity is not None]
    asked = [(each, odds(each.decision, each.shown[0])) for each in drawn]
    usable = [(each, would) for each, would in asked if would is not None]
    if not usable:
        raise UsageError(
            f"'{target}' cannot be judged: of {len(drawn)} answers in which chance decided what "
            "came first, none can be asked again"
        )
    rewards = np.array([each.reached(kinds, each.shown[0]) for each, _ in usable], np.float64)
    logged = np.array([each.propensity for each, _ in usable], np.float64)
    would = np.array([would for _, would in usable])
    learners = _places([each.learner for each, _ in usable])
    found = worth(rewards, logged, would, learners)
    return Judged(target, len(drawn) - len(usable), mean(rewards, learners), found)


def _rate(answers: Sequence[Exposure], kinds: Sequence[Kind]) -> Estimate:
    learners = _places([each.learner for each in answers])
    led = np.array([each.reached(kinds) for each in answers], np.float64)
    return mean(led, learners)


def _places(names: Sequence[str]) -> NDArray[np.int64]:
    """Each name as the number of its kind: 0, 1, …"""
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
