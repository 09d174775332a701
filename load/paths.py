"""The planner's two solvers on the same instances: ``python -m load.paths --json F``.

Instances are drawn from ESCO roles over two catalogues, the sample and Coursera's programmes, and
times are taken on a made-up catalogue of ten thousand credentials. Orders are compared with those
of real programmes in ``load.order``. Unlike the rest of ``load`` this
runs in one process: through HTTP the milliseconds would be those of the server.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from load import order
from models import bundle
from models.bundle import Bundle, registry
from models.domain import Constraints, HeldSkill, Learner, Money, Target
from models.plan import PathAsk, Then, exact, fast
from models.plan.problem import Problem, problem
from models.plan.question import read
from models.plan.worth import allowed, reaches, worth
from training import importers, job, progress, sample, tables
from training.config import Config
from training.simulate import simulate_histories, simulate_world, write_world
from training.writing import write

START = 1_767_225_600.0
SEED = 1
SMALL = {"questions": 1000, "rounds": 60, "components": 16}


@dataclass(frozen=True, slots=True)
class Measured:
    """One instance: ``gap`` is how far fast is from exact, relatively; ``bounded`` says that exact
    came with a bound, ``proven`` that its answer meets it; times in milliseconds.
    """

    catalogue: str
    kind: str
    gap: float
    proven: bool
    bounded: bool
    violations: int
    fast_ms: float
    exact_ms: float


def main() -> int:
    """Measure once; 1 when any path breaks a limit or a prerequisite."""
    arguments = _arguments()
    with progress.on(Console(stderr=True)) as shown:
        return _measure(arguments, shown)


def _measure(arguments: argparse.Namespace, shown: progress.Progress) -> int:
    each, timed = (30, 20) if arguments.quick else (250, 100)
    found: list[Measured] = []
    for name, loaded in _worlds(arguments.data, arguments.work, shown):
        found += _measured(name, loaded, timed if name == "ten thousand" else each)
    judged = [one for one in found if one.catalogue != "ten thousand"]
    large = [one for one in found if one.catalogue == "ten thousand"]
    summary = {
        "instances": len(judged),
        "violations": sum(one.violations for one in found),
        "fast_gap_p50": float(np.median([one.gap for one in judged])),
        "fast_gap_p95": float(np.quantile([one.gap for one in judged], 0.95)),
        "fast_ms_p50": float(np.median([one.fast_ms for one in large])),
        "exact_ms_p50": float(np.median([one.exact_ms for one in large])),
        "exact_ms_max": max(one.exact_ms for one in found),
        "exact_bounded": float(np.mean([one.bounded for one in found])),
        "exact_proven": float(np.mean([one.proven for one in judged])),
    } | (
        agreement := order.measure(arguments.data / "coursera_programs_2025", arguments.work, shown)
    )
    _print(found)
    print(*order.table(agreement), sep="\n")
    print(json.dumps(summary))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n")
    return 1 if summary["violations"] else 0


def _worlds(data: Path, work: Path, shown: progress.Progress) -> Iterator[tuple[str, Bundle]]:
    """The catalogues, each trained once and kept below ``work``."""
    for name in ("sample", "coursera", "ten thousand"):
        folder = work / name.replace(" ", "-")
        if not registry.has_bundle(folder / "bundles"):
            shutil.rmtree(folder, ignore_errors=True)
            _make(name, data, folder / "data")
            config = SMALL | ({"text": "none"} if name == "ten thousand" else {})
            now = datetime.fromtimestamp(START, UTC)
            made = job.train(
                folder / "data",
                folder / "bundles",
                Config.model_validate(config),
                SEED,
                now,
                shown,
                cache=work / "cache",
            )
            registry.promote(folder / "bundles", made.folder.name)
        yield name, bundle.read(registry.resolve(folder / "bundles"))


def _make(name: str, data: Path, folder: Path) -> None:
    if name == "ten thousand":
        write_world(simulate_world(2_000, 10_000, SEED), folder)
        return
    if name == "sample":
        shutil.copytree(sample.PATH, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    else:
        importers.run("coursera", data / "coursera_programs_2025", folder)
    importers.run("esco", data / "esco_1_1_1", folder)
    if name == "coursera":  # nobody's history is known: somebody's is made up
        bare = tables.read_tables(folder, None)
        frames = {table: read.frame for table, read in bare.items() if read.frame is not None}
        made = simulate_histories(
            frames["credentials"], frames["skills"], frames["roles"], n_learners=500, seed=SEED
        )
        write({"interactions": made.interactions}, folder)


def _measured(name: str, loaded: Bundle, count: int) -> list[Measured]:
    rng = np.random.default_rng(SEED)
    found: list[Measured] = []
    while len(found) < count:
        drawn = _drawn(loaded, rng)
        if drawn is None:
            continue
        kind, ask = drawn
        started = time.perf_counter()
        given = problem(loaded, read(loaded, ask))
        quick = fast.solve(given)
        done = time.perf_counter()
        proven = exact.solve(given, quick.chosen, 1.0)
        ended = time.perf_counter()
        broken = (not allowed(given, quick.chosen)) + (not allowed(given, proven.chosen))
        closed = _is_proven(given, proven.chosen, proven.bound)
        found.append(
            Measured(
                name,
                kind,
                _gap(given, quick.chosen, proven.chosen),
                closed,
                proven.bound is not None,
                broken,
                (done - started) * 1e3,
                (ended - done) * 1e3,
            )
        )
    return found


def _drawn(loaded: Bundle, rng: np.random.Generator) -> tuple[str, PathAsk] | None:
    """A random role, a learner with some of its skills, and one limit that binds; ``None`` when
    the catalogue closes nothing of the role, or nothing is known that could be limited.
    """
    role = int(rng.integers(len(loaded.roles.ids)))
    skills, _ = loaded.roles.requires.links.row(role)
    if len(skills) < 3:
        return None
    held = rng.permutation(skills)[: int(rng.integers(0, 3))].tolist()
    learner = Learner(
        skills=tuple(HeldSkill(loaded.skills.ids[s], float(rng.uniform(0.2, 1))) for s in held)
    )
    free = PathAsk(learner, Target(id=loaded.roles.ids[role]), START)
    asked = read(loaded, free)
    if asked.state is None:
        return None
    whole = problem(loaded, asked)
    all_ = sorted(fast.solve(whole).chosen)
    if len(all_) < 2:
        return None
    share = float(rng.uniform(0.15, 0.8))
    kind = ("cost", "hours", "count", "reach")[int(rng.integers(4))]
    currency = loaded.credentials.currency[whole.rows[all_[0]]] or "USD"
    cost, hours = float(whole.cost[all_].sum()), float(whole.hours[all_].sum())
    if (kind == "cost" and not cost) or (kind == "hours" and not hours):
        return None
    ask = {
        "cost": replace(free, constraints=Constraints(max_cost=Money(cost * share, currency))),
        "hours": replace(free, constraints=Constraints(max_hours=hours * share), then=Then.FASTEST),
        "count": replace(free, max_credentials=max(1, round(len(all_) * share))),
        "reach": replace(
            free, reach=1 - asked.state.before + share * whole.closed(all_), then=Then.FEWEST
        ),
    }[kind]
    return kind, ask


def _gap(given: Problem, quick: frozenset[int], best: frozenset[int]) -> float:
    """How much worse fast is: in the closed share, or, where a share was asked for, in price; 1
    when only exact reaches it.
    """
    if given.wanted is not None and reaches(given, best):
        if not reaches(given, quick):
            return 1.0
        price = -worth(given, best)[1]
        return (-worth(given, quick)[1] - price) / price if price else 0.0
    closed = given.closed(sorted(best))
    return 1.0 - given.closed(sorted(quick)) / closed if closed else 0.0


def _is_proven(given: Problem, best: frozenset[int], bound: float | None) -> bool:
    if bound is None:
        return False
    closed, price, _ = worth(given, best)
    reached = given.wanted is not None and reaches(given, best)
    return abs(bound - (-price if reached else closed)) <= 1e-4 * max(1.0, abs(bound))


def _print(found: list[Measured]) -> None:
    print(f"{'catalogue':>14}{'limit':>8}{'n':>5}{'gap p50':>9}{'gap p95':>9}{'proven':>8}"
          f"{'fast ms':>9}{'exact ms':>10}")  # fmt: skip
    keys = sorted({(one.catalogue, one.kind) for one in found})
    for catalogue, kind in keys:
        rows = [one for one in found if (one.catalogue, one.kind) == (catalogue, kind)]
        gaps = [one.gap for one in rows]
        print(
            f"{catalogue:>14}{kind:>8}{len(rows):>5}{np.median(gaps):>9.4f}"
            f"{np.quantile(gaps, 0.95):>9.4f}{np.mean([one.proven for one in rows]):>8.2f}"
            f"{np.median([one.fast_ms for one in rows]):>9.1f}"
            f"{np.median([one.exact_ms for one in rows]):>10.1f}"
        )


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--quick", action="store_true", help="fewer instances")
    default = Path(os.environ.get("CAIRN_DATA", "../shared/data"))
    parser.add_argument("--data", type=Path, default=default, help="the public originals")
    parser.add_argument("--work", type=Path, default=Path("var/paths"), help="kept between runs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
