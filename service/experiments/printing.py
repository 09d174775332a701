"""Experiments, decisions and audit records on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table

from models.trials import MISMATCH, Estimate
from service.experiments.report import Judged, Report
from service.schemas.decisions import DecisionOut


def experiment(found: Report) -> Iterable[RenderableType]:
    """The variants side by side, then what speaks against trusting them."""
    table = Table(
        title=f"Experiment {found.experiment}, conversions within {found.days:g} days", box=SIMPLE
    )
    for name in ("variant", "learners", "answers", "completed", "enrolled", "rate", "difference"):
        table.add_column(name, justify="left" if name == "variant" else "right")
    for arm in found.arms:
        table.add_row(
            arm.variant,
            str(arm.learners),
            str(arm.exposures),
            str(arm.completions),
            str(arm.enrolments),
            _share(arm.rate),
            "" if arm.gain is None else _share(arm.gain),
        )
    yield table
    yield f"Rates of answers, with 95 % intervals by learner; differences to {found.control}."
    if found.split < MISMATCH:
        yield (
            f"Sample ratio mismatch (p = {found.split:.2g}): learners did not fall to the variants "
            "as they should; do not trust the differences."
        )
    else:
        yield f"Learners fell to the variants as they should (p = {found.split:.2g})."
    if found.crossed:
        yield f"{found.crossed} learners saw more than one variant: was it changed midway?"
    if found.judged is not None:
        yield from _judged(found.judged)


def _judged(found: Judged) -> Iterable[RenderableType]:
    yield f"What {found.target} would have earned by what it puts first:"
    table = Table("", box=SIMPLE)
    table.add_column("conversions", justify="right")
    table.add_row("as logged", _share(found.reward))
    table.add_row("IPS", _share(found.worth.ips))
    table.add_row("SNIPS", _share(found.worth.snips))
    yield table
    yield (
        f"{found.worth.answers} answers, as good as {found.worth.effective:.0f} of its own; "
        f"{found.left_out} could not be asked again; mean weight {found.worth.covered.value:.2f}."
    )
    if found.worth.covered.high < 1:
        yield "The log lacks part of what it would show: IPS is too low."


def decision(found: DecisionOut) -> Iterable[RenderableType]:
    """One answer and what it was made from."""
    yield (
        f"{found.route} at {found.at:%Y-%m-%d %H:%M:%S} UTC, bundle {found.bundle_version}"
        + (f", {found.mode}" if found.mode else "")
        + (f", without {', '.join(found.degraded)}" if found.degraded else "")
    )
    for each in found.experiments:
        yield f"experiment {each.experiment}: {each.variant} (of {each.propensity:.0%})"
    if found.candidates:
        named = (f"{name} {count}" for name, count in found.candidates.items() if count)
        yield f"candidates: {', '.join(named)}"
    table = Table("rank", "credential", "score", "sources", "reasons", box=SIMPLE)
    for item in found.items:
        table.add_row(
            str(item.rank),
            item.credential,
            "" if item.score is None else f"{item.score:.3f}",
            ", ".join(item.sources),
            ", ".join(reason.kind for reason in item.reasons),
        )
    for role in found.roles:
        table.add_row("", *role.first_steps[:1], "", f"{role.steps} steps", "")
    yield table


def audit(records: Iterable[Mapping[str, Any]]) -> Iterable[RenderableType]:
    """The audit log, oldest first."""
    table = Table("when", "key", "act", "learner", "request", box=SIMPLE)
    for column in table.columns:
        column.overflow = "fold"  # what is looked up by it must be whole
    for each in records:
        at = datetime.fromtimestamp(each["at"], UTC)
        learner, request = each["learner"] or "", each["request"] or ""
        table.add_row(f"{at:%Y-%m-%d %H:%M:%S}", each["key"], each["act"], learner, request)
    yield table


def _share(found: Estimate) -> str:
    if np.isnan(found.low):
        return "unknown" if np.isnan(found.value) else f"{found.value:.2%}"
    return f"{found.value:.2%} [{found.low:.2%}, {found.high:.2%}]"
