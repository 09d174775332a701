"""Does the planner order real programmes as their makers did? Declared order is withheld.

The planner sees the courses' titles, descriptions, levels and skills in a shuffled catalogue: no
recommended order, no prerequisites, no histories, and no phrase such as "the third course" in a
description. A third of the programmes, by a digest of their id, is where its evidence was chosen
on; only the others are reported.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from models import gap
from models.bundle import Bundle, Manifest, Parts, assemble
from models.domain import ASSUMED_LEVEL, Learner, Target
from models.plan import PathAsk
from models.plan.ordering import ordered
from models.plan.problem import Limits, Problem
from models.plan.question import read
from models.plan.worth import Solution
from training import behaviour, tables
from training.config import Config
from training.embedder import Embedder
from training.importers import coursera
from training.learners import held_kinds
from training.metrics import interval, paired
from training.pipeline import facts, prepare
from training.progress import Progress
from training.schema import REQUIREMENT
from training.writing import write

SEED: Final = 1
RIDGE: Final = 30.0
"""Nobody met anything here, so there is nothing to choose it by."""
START: Final = 1_767_225_600.0
FEWEST: Final = 3
"""Programmes of fewer courses say too little of order."""

NTH: Final = (
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final|next"
    r"|previous|\d+(?:st|nd|rd|th))\b"
)
DECLARED: Final = (
    r"(?i)\b(?:course|module|part)\s*#?\d+(?:\s*(?:of|/)\s*\w+)?"
    rf"|{NTH}(?:\s+and\s+{NTH})?(?:\s+\w+){{0,2}}?\s+(?:courses?|class|module|part)\b"
)
"""Phrases of a description that tell a course's place in its programme."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """With the declared orders: Kendall's ``tau`` (p,) by programme, and pairs turned round."""

    tau: NDArray[np.float64]
    turned: int


def measure(data: Path, work: Path, shown: Progress) -> dict[str, Any]:
    """The figures, JSON-ready; ``data`` is the folder of the originals."""
    declared = coursera.declared_order(data)
    loaded = _bundle(data, declared, work, shown)
    reported = {
        name: courses
        for name, courses in sorted(declared.items())
        if len(courses) >= FEWEST and not chosen_on(name)
    }
    own, popular = list(reported.values()), coursera.enrolments(data)
    planned = agreement(own, [planned_order(loaded, *each) for each in reported.items()])
    plain = agreement(own, [plain_order(loaded, courses, popular) for courses in own])
    return {
        "kendall_tau": float(planned.tau.mean()),
        "kendall_tau_baseline": float(plain.tau.mean()),
        "kendall_tau_ci": interval(planned.tau, SEED),
        "kendall_tau_baseline_ci": interval(plain.tau, SEED),
        "kendall_tau_difference_ci": paired(planned.tau, plain.tau, SEED),
        "programmes": len(own),
        "pairs": sum(len(list(combinations(courses, 2))) for courses in own),
        "later_before_earlier": planned.turned,
        "later_before_earlier_baseline": plain.turned,
    }


def table(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines of text."""
    yield f"{'order':>24}{'tau':>8}{'95 %':>16}{'later before earlier':>24}"
    for label, name in (("planned", ""), ("level, then popularity", "_baseline")):
        low, high = figures[f"kendall_tau{name}_ci"]
        turned = f"{figures[f'later_before_earlier{name}']} of {figures['pairs']}"
        spread = f"{low:.3f}…{high:.3f}"
        yield f"{label:>24}{figures[f'kendall_tau{name}']:>8.3f}{spread:>16}{turned:>24}"
    low, high = figures["kendall_tau_difference_ci"]
    yield f"{figures['programmes']} programmes; planned is better by {low:+.3f}…{high:+.3f}"


def chosen_on(programme: str) -> bool:
    """Whether the evidence was chosen on this programme, which is so never reported."""
    return int(hashlib.sha256(programme.encode()).hexdigest(), 16) % 3 == 0


def agreement(declared: Sequence[Sequence[str]], orders: Sequence[Sequence[str]]) -> Agreement:
    """How far orders agree with the declared ones, programme by programme."""
    tau, turned = [], 0
    for own, other in zip(declared, orders, strict=True):
        place = {course: at for at, course in enumerate(other)}
        pairs = [place[a] > place[b] for a, b in combinations(own, 2)]
        tau.append(1.0 - 2.0 * sum(pairs) / len(pairs))
        turned += sum(pairs)
    return Agreement(np.array(tau), turned)


def planned_order(loaded: Bundle, programme: str, courses: Sequence[str]) -> list[str]:
    """The courses of a programme as the planner orders them on the way to its skills."""
    rows = np.sort(loaded.credentials.ids.rows(courses)).astype(np.int32)
    m = len(rows)
    state = read(loaded, PathAsk(Learner(), Target(id=programme), START)).state
    nothing, unknown = np.zeros(m), np.full(m, np.nan)
    problem = Problem(
        rows=rows,
        reached=np.zeros((m, 1), np.float32) if state is None else gap.reached(state, rows),
        base=np.zeros(1, np.float32) if state is None else state.coverage,
        weight=np.ones(1, np.float32) if state is None else state.weight,
        cost=nothing,
        hours=nothing,
        known_cost=unknown,
        known_hours=unknown,
        price=nothing,
        tie=np.ones(m),
        opens=np.full(m, -np.inf),
        closes=np.full(m, np.inf),
        needs=(None,) * m,
        start=START,
        pace=None,
        limits=Limits(np.inf, np.inf, np.inf, np.inf),
        wanted=None,
    )
    order = ordered(loaded, problem, Solution(frozenset(range(m))), ())
    return [loaded.credentials.ids[int(rows[step])] for step in order]


def plain_order(loaded: Bundle, courses: Sequence[str], popular: dict[str, float]) -> list[str]:
    """By level, then by learners enrolled, then by id."""

    def key(course: str) -> tuple[float, float, str]:
        level = float(loaded.credentials.level[loaded.credentials.ids.rows([course])[0]])
        return ASSUMED_LEVEL if np.isnan(level) else level, -popular.get(course, 0.0), course

    return sorted(courses, key=key)


def _bundle(data: Path, declared: dict[str, list[str]], work: Path, shown: Progress) -> Bundle:
    """The catalogue with its order withheld, each programme a role that asks for its skills."""
    folder = work / "order"
    shutil.rmtree(folder, ignore_errors=True)
    write(withheld(coursera.read(data, {}).tables["credentials"], declared), folder)
    config = Config.model_validate({})
    ready = prepare(tables.load(folder), config, Embedder(work / "cache"), shown)
    known = ready.known
    fitted = behaviour.fit(known, ready.learners.roles, ready.data.roles.height, RIDGE)
    histories = {
        f"histories.{name}": getattr(known, name) for name in ("indptr", "credential", "kind", "at")
    }
    parts = Parts(
        arrays=ready.catalogue.arrays | fitted | histories,
        tables=ready.catalogue.tables | {"learners": {"id": list(ready.learners.ids)}},
        indexes=ready.catalogue.indexes,
    )
    about = facts(ready, known, SEED, parts, held_kinds(known))
    return assemble(Manifest(bundle_version="unwritten", files={}, **about), parts, None)


def withheld(credentials: pl.DataFrame, declared: dict[str, list[str]]) -> dict[str, pl.DataFrame]:
    """The tables a planner may see. There are no histories; the one meeting is there because a
    bundle is made of at least one.
    """
    told = (
        credentials.drop("recommended_after", "stacks_into")
        .with_columns(pl.col("description").str.replace_all(DECLARED, " "))
        .sample(fraction=1.0, shuffle=True, seed=SEED)
    )
    taught = dict(zip(told["id"], told["skills"].to_list(), strict=True))
    required = [
        sorted({entry["skill"] for course in courses for entry in taught[course] or ()})
        for courses in declared.values()
    ]
    roles = {
        "id": list(declared),
        "title": list(declared),
        "requirements": [
            [{"skill": skill, "importance": 1.0, "level": None} for skill in skills]
            for skills in required
        ],
    }
    nobody = {"learner_id": ["nobody"], "credential_id": [told["id"][0]], "occurred_at": [0]}
    return {
        "credentials": told,
        "roles": pl.DataFrame(roles, schema_overrides={"requirements": pl.List(REQUIREMENT)}),
        "interactions": pl.DataFrame(nobody),
    }
