"""One training run, from a data folder to a written bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from models.bundle import write
from models.bundle.registry import Served
from training import gate, partitioned, tables
from training.baselines import BASELINES
from training.config import Config
from training.contest import Contest
from training.embedder import embedder_of
from training.evaluate import Evaluation, evaluate
from training.kept import Kept, place
from training.ledger import Ledger, Stage
from training.papers import Papers
from training.pipeline import facts, fit, prepare, refit
from training.progress import Progress
from training.shape import Shape
from training.splits import last, sampled
from training.spread import HERE, Spread
from training.writing import write_rejects

BESIDE: Final = ("popularity", "lightfm")
"""Baselines that every training run is measured against, in their usual settings."""

JUDGED: Final = 10_000
"""So many learners are asked at most: their intervals are narrow enough for the gate."""

GROWN: Final = 1.5
"""Settings are chosen anew once there are so many times the interactions they were chosen on."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A written bundle. ``faults`` say why it must not be promoted; ``report`` is its
    evaluation, ``None`` when no learner has enough history to be asked; ``rejects`` the
    file that lists the rows left out, ``None`` when there are none; ``erased`` how many learners
    were left out because they asked to be forgotten; ``stages`` what each took; ``learning`` how
    the models learned (see ``Fitted``); ``papers`` by their names what is beside the bundle for
    people: the report, where there is one, and the cards.
    """

    folder: Path
    faults: tuple[str, ...]
    report: dict[str, Any] | None
    rejects: Path | None = None
    erased: int = 0
    stages: tuple[Stage, ...] = ()
    learning: Mapping[str, Any] = field(default_factory=dict)
    papers: Mapping[str, Path] = field(default_factory=dict)


def train(
    folder: Path,
    out: Path,
    config: Config,
    seed: int,
    now: datetime,
    progress: Progress,
    *,
    served: Served | None = None,
    cache: Path | None = None,
    on_bad_row: Literal["fail", "skip"] = "fail",
    spread: Spread = HERE,
    work: Path | None = None,
    resume: bool = False,
    warm: bool = False,
    interactions: str | None = None,
) -> Trained:
    """Load, fit, evaluate and write one bundle below ``out``.

    ``served`` is the bundle now current, which the new one must not be significantly below.
    ``cache`` keeps text vectors between runs. With ``on_bad_row="skip"`` the rows left out
    are listed in ``out/<version>.rejects.jsonl``. ``spread`` is where learners' acts are counted,
    which makes no difference to the bundle. Below ``work`` the results of heavy stages are kept
    until the bundle is written; to ``resume`` is to take up those of the same run, if they are
    there. A ``warm`` start takes the settings of the base models from the ``served`` bundle, as
    long as the data have not grown by much. ``interactions`` is the URL of a folder of Parquet
    files to read in place of the table in ``folder``. Where nobody has met anything yet, the bundle
    answers by what roles ask for and credentials say. Raises ``DataError`` for bad data and
    ``TrainingFailed`` when fitting diverges.
    """
    progress = ledger = Ledger(progress)
    with partitioned.placed(folder, work, interactions) as parts:
        with progress.stage("read tables", 0):
            data = tables.load(folder, on_bad_row, parts=parts)
        embedder = embedder_of(config, cache)
        made_from = {
            "data": data.content_hash,
            "config": config.model_dump(mode="json"),
            "seed": seed,
        }
        kept = Kept(None if work is None else place(work, made_from))
        if not resume:
            kept.forget()
        prepared = replace(
            prepare(data, config, embedder, progress, spread, parts and parts.scratch), kept=kept
        )
        chosen = _chosen_before(served, config, len(prepared.known)) if warm else None
        if chosen is not None:
            prepared = replace(prepared, shape=Shape.of(chosen["shape"]))
        split = sampled(last(prepared.known), seed, JUDGED)
        report, papers = None, Papers(prepared, seed)
        fitted = fit(prepared, split.train, seed, progress)
        if len(split):
            contest = Contest.of(prepared, split, seed, tuned=False)
            beside = contest.here({name: BASELINES[name] for name in BESIDE})
            measured = Evaluation(
                *kept.plain(
                    "evaluation",
                    lambda: evaluate(prepared, split, fitted.bundle, beside, seed, progress),
                )
            )
            papers = papers.about(fitted, split, measured, served, progress)
            report = measured.report | papers.compared()
            fitted = refit(prepared, fitted, prepared.known, seed, progress)
        manifest = facts(
            prepared, prepared.known, seed, fitted.parts, fitted.bundle.manifest.held_kinds
        )
        settings = chosen or {"chosen_on": len(prepared.known), "shape": fitted.shape.told()}
        metrics = (report or {}) | ledger.told() | {"settings": settings}
        manifest |= {"created_at": now.isoformat(), "metrics": metrics}
        with tempfile.TemporaryDirectory() as exported, progress.stage("write bundle", 0):
            made = fitted.parts
            if embedder is not None:
                embedder.export(Path(exported))
                made = replace(made, encoder=Path(exported))
            written = write(made, manifest, out)
        kept.forget()
        rejects = None
        if data.rejects:
            rejects = out / f"{written.name}.rejects.jsonl"
            write_rejects(rejects, data.rejects)
        found = gate.verdict(
            report, frozenset(prepared.credentials), served, config.largest_disparity,
            interactions=len(prepared.known),
        )  # fmt: skip
        return Trained(
            written,
            tuple(found),
            report,
            rejects,
            data.erased,
            ledger.all(),
            fitted.learning,
            papers.write(written, served, found, now),
        )


def _chosen_before(served: Served | None, config: Config, n: int) -> Mapping[str, Any] | None:
    """The settings that the ``served`` bundle was made with, if they were chosen for the same
    configuration on about as many interactions as the ``n`` there are now.
    """
    if served is None or served.manifest.config != config.model_dump(mode="json"):
        return None
    found: Mapping[str, Any] | None = served.metrics.get("settings")
    return found if found is not None and n < GROWN * found["chosen_on"] else None
