"""How much machinery so many learners need: ``python -m load.capacity``; see ``docs/scaling.md``.

Formulas over what was measured on one machine (``Measured``, each with its source), what is assumed
of learners (``Usage``) and prices that are yours to name. It measures nothing itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import ceil
from typing import TypeVar

DAYS = 365.25 / 12
HOURS = 24 * DAYS
EXAMPLES = (1_000_000, 10_000_000, 100_000_000)


@dataclass(frozen=True, slots=True)
class Measured:
    """Defaults: ten thousand credentials, November 2026, two cores shared with other jobs."""

    answer_ms: float = 10.1
    """Of a core for one recommendation asked for the first time: ``load.costs``."""
    event_ms: float = 1.32
    """Of a core for an event sent by itself: ``load.costs``."""
    event_bytes: float = 312.0
    """Of the store for an event, in the log and in its learner's state: ``load.state``."""
    decision_bytes: float = 2_000.0
    """Of the store for an answer's record: ``load.costs``."""
    node_us: float = 26.0
    """Of a store node's core for reading a folded state: ``load.state``."""
    append_us: float = 38.0
    """Of a store node's core for an event: ``load.state``."""
    row_bytes: float = 310.0
    """Of the training process for an interaction: docs/scaling/training.md."""
    epoch_us: float = 3.5
    """Of a core for an interaction in an epoch of LightFM: docs/scaling/training.md."""
    epochs: int = 240
    """At most, over all fits."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is assumed of a learner; ``peak`` is the busiest minute over the mean."""

    answers: float = 10.0
    events: float = 4.0
    months: float = 24.0
    peak: float = 8.0
    decision_days: float = 90.0


@dataclass(frozen=True, slots=True)
class Machines:
    """``busy`` is the share of a core that is planned with, ``node_gb`` what a node of the store
    may hold (half as much again is free for rewriting its file). Prices are a unit's, in any
    currency.
    """

    busy: float = 0.5
    replica_cores: int = 8
    node_gb: float = 48.0
    core_hour: float = 0.04
    gb_month: float = 4.0


Part = TypeVar("Part", Usage, Measured, Machines)


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``learners`` need."""

    learners: int
    answers_per_second: float
    events_per_second: float
    cores: float
    replicas: int
    events_gb: float
    decisions_gb: float
    nodes: int
    node_core_share: float
    tenant_learners: float
    interactions: float
    training_gb: float
    lightfm_hours: float
    month: float


def plan(learners: int, usage: Usage, measured: Measured, machines: Machines) -> Plan:
    """The model."""
    seconds = DAYS * 86_400
    answers = learners * usage.answers * usage.peak / seconds
    events = learners * usage.events * usage.peak / seconds
    cores = (answers * measured.answer_ms + events * measured.event_ms) / 1000 / machines.busy
    replicas = max(2, ceil(cores / machines.replica_cores))
    of_events = usage.events * usage.months * measured.event_bytes
    of_decisions = usage.answers * usage.decision_days / DAYS * measured.decision_bytes
    held_gb = learners * (of_events + of_decisions) / 1e9
    nodes = max(3, ceil(held_gb / machines.node_gb))
    busy_us = answers * measured.node_us + events * measured.append_us
    interactions = learners * usage.events * usage.months
    paid_cores = replicas * machines.replica_cores
    return Plan(
        learners=learners,
        answers_per_second=answers,
        events_per_second=events,
        cores=cores,
        replicas=replicas,
        events_gb=learners * of_events / 1e9,
        decisions_gb=learners * of_decisions / 1e9,
        nodes=nodes,
        node_core_share=busy_us / 1e6 / nodes,
        tenant_learners=machines.node_gb * 1e9 / (of_events + of_decisions),
        interactions=interactions,
        training_gb=interactions * measured.row_bytes / 1e9,
        lightfm_hours=interactions * measured.epoch_us * measured.epochs / 1e6 / 3600,
        month=paid_cores * HOURS * machines.core_hour
        + nodes * machines.node_gb * 1.5 * machines.gb_month,
    )


ROWS = {
    "learners": ("learners", ",.0f"),
    "answers a second at the peak": ("answers_per_second", ",.1f"),
    "events a second at the peak": ("events_per_second", ",.1f"),
    "cores that answer": ("cores", ",.1f"),
    "replicas": ("replicas", ",d"),
    "store: events, GB": ("events_gb", ",.0f"),
    "store: decision log, GB": ("decisions_gb", ",.0f"),
    "store nodes": ("nodes", ",d"),
    "busy share of a node's core": ("node_core_share", ".1%"),
    "learners of a tenant, at most": ("tenant_learners", ",.0f"),
    "interactions to train on": ("interactions", ",.0f"),
    "training on all of them: GB": ("training_gb", ",.0f"),
    "its LightFM, hours at most": ("lightfm_hours", ",.0f"),
    "cost a month": ("month", ",.0f"),
}


def table(plans: Sequence[Plan]) -> str:
    """All plans side by side."""
    return "\n".join(
        f"{title:<32}" + "".join(f"{format(getattr(each, name), form):>16}" for each in plans)
        for title, (name, form) in ROWS.items()
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Reckon and print."""
    parser = argparse.ArgumentParser(prog="python -m load.capacity", description=__doc__)
    parser.add_argument("--learners", type=int, nargs="+", default=list(EXAMPLES))
    for part in (Usage, Measured, Machines):
        for each in fields(part):
            option = "--" + each.name.replace("_", "-")
            parser.add_argument(option, type=type(each.default), default=each.default)
    chosen = vars(parser.parse_args(arguments))

    def of(part: type[Part]) -> Part:
        return part(**{each.name: chosen[each.name] for each in fields(part)})

    found = [plan(each, of(Usage), of(Measured), of(Machines)) for each in chosen["learners"]]
    print(table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
