"""From a target role to an ordered path: what to take, in which order, within every limit."""

from __future__ import annotations

from models.plan.answer import plan
from models.plan.candidates import commonest_currency
from models.plan.terms import (
    MOST_PARALLEL,
    Alternative,
    Binding,
    Path,
    PathAsk,
    SolverName,
    Step,
    Then,
)

__all__ = [
    "MOST_PARALLEL",
    "Alternative",
    "Binding",
    "Path",
    "PathAsk",
    "SolverName",
    "Step",
    "Then",
    "commonest_currency",
    "plan",
]
