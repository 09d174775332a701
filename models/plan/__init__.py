"""From a target role to an ordered path: what to take, in which order, within every limit; and
what if it were another role.
"""

from __future__ import annotations

from models.plan.answer import plan
from models.plan.candidates import commonest_currency
from models.plan.terms import (
    LEAST_PACE,
    MOST_PARALLEL,
    Alternative,
    Binding,
    Path,
    PathAsk,
    SolverName,
    Step,
    Then,
    Totals,
)
from models.plan.whatif import MOST_CLOSEST, Closest, Comparison, Nearby, closest, compare

__all__ = [
    "LEAST_PACE",
    "MOST_CLOSEST",
    "MOST_PARALLEL",
    "Alternative",
    "Binding",
    "Closest",
    "Comparison",
    "Nearby",
    "Path",
    "PathAsk",
    "SolverName",
    "Step",
    "Then",
    "Totals",
    "closest",
    "commonest_currency",
    "compare",
    "plan",
]
