"""What another ranking would have earned, from a log of what was shown and with what odds.

Each logged answer showed one item in the place that counts, drawn with a known propensity. The
other ranking's worth is the mean of what the log earned, each answer weighted by how much more
often the other ranking would have shown that item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.trials import Estimate, Values, mean, ratio


@dataclass(frozen=True, slots=True)
class Worth:
    """Estimates of a target policy's mean reward from ``answers`` logged ones.

    ``effective`` is the effective sample size (Kish): so many answers logged by the target itself
    would tell as much. ``covered`` 0..1 is the mean weight: the probability that the target shows
    what the log could show. Well under 1, the log cannot judge it, and ``ips`` is too low.
    """

    answers: int
    ips: Estimate
    snips: Estimate
    effective: float
    covered: Estimate


def worth(rewards: Values, logged: Values, target: Values, learners: NDArray[np.int64]) -> Worth:
    """All ``(answers,)``: what an answer earned, the logging policy's propensity (> 0) of what it
    showed and the target's, and who it was for (0, 1, …; a learner's answers hang together).

    IPS is ``mean(w · reward)`` with ``w = target / logged`` (Horvitz and Thompson, 1952), unbiased
    where the log can show all that the target would. SNIPS is ``Σ w · reward / Σ w`` (Swaminathan
    and Joachims, The self-normalized estimator for counterfactual learning, NIPS 2015): slightly
    biased, of less variance. Intervals by the delta method over learners.
    """
    weights = target / logged
    squares = float((weights**2).sum())
    return Worth(
        answers=len(rewards),
        ips=mean(weights * rewards, learners),
        snips=ratio(weights * rewards, weights, learners),
        effective=float(weights.sum()) ** 2 / squares if squares > 0 else 0.0,
        covered=mean(weights, learners),
    )
