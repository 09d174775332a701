"""The numbers of the behaviour model; ``docs/simulator.md`` explains the formulas."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How simulated learners weigh, decide and spend time. The defaults made the sample.

    The first five weigh the parts of a credential's utility, which competes with standard
    Gumbel noise. Medians are of lognormal distributions; probabilities are 0..1.
    """

    gap: float = 22.0
    """Worth of closing the whole remaining gap to the target role."""
    stack: float = 4.0
    """Worth of adding to a stack of which all other parts are complete."""
    similar: float = 1.5
    """Worth of the very same skills as the credential completed last."""
    appeal: float = 0.5
    """Worth of one standard deviation of a credential's general appeal."""
    effort: float = 1.0
    """Loss for a credential that takes all the hours the learner would ever give to one."""

    shelf: int = 120
    """Credentials nearest to a role that its learners get to see, before what leads to them."""
    popular: int = 6
    """Credentials of the highest appeal that everybody sees."""

    choices: float = 6.0
    """Mean number of credentials taken up, if nothing ends the search sooner; at least 1."""
    median_hours: float = 60.0
    """Median of the hours a learner would give to one credential."""
    median_cost: float = 500.0
    """Median of the price a learner would pay for one credential."""
    median_hours_per_week: float = 9.0
    """Median of the hours of study in a week."""
    spread: float = 0.5
    """Standard deviation of the logarithm of those limits."""
    other_language: float = 0.12
    """Probability of reading each language besides the catalogue's most frequent one."""

    starting_skill: float = 0.4
    """Probability of having some of a skill that the target role requires."""
    spare_skill: float = 0.08
    """Probability of having some of another skill that opens credentials."""

    browse: float = 0.22
    """Probability of looking at the runner-up before the choice."""
    dismiss: float = 0.5
    """Probability of dismissing a runner-up that closes nothing of the gap."""
    save: float = 0.3
    """Probability of saving a runner-up that closes something."""
    abandon: float = 0.08
    """Probability of giving up a credential that takes no time at all."""
    abandon_long: float = 0.15
    """Added probability for one that takes all the hours the learner would give."""
    pause_days: float = 9.0
    """Mean pause between two sessions."""
    minutes: float = 15.0
    """Mean gap between two acts in a session."""

    undeclared: float = 0.15
    """Probability that a profile states no skills, and likewise no target role."""
