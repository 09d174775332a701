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
from training import gate, tables
from training.baselines import BASELINES
from training.config import Config
from training.embed import embedder_of
from training.evaluate import Evaluation, evaluate
from training.kept import Kept, place
from training.ledger import Ledger, Stage
from training.papers import Papers
from training.pipeline import facts, fit, prepare, refit
from training.progress import Progress
from training.splits import last, sampled
from training.spread import HERE, Spread
from training.tables import Dataset
from training.writing import write_rejects

BESIDE: Final = ("popularity", "lightfm")
"""Baselines that every training run is measured against, in their usual settings."""

JUDGED: Final = 10_000
"""So many learners are asked at most: their intervals are narrow enough for the gate."""


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
) -> Trained:
    """Load, fit, evaluate and write one bundle below ``out``.

    ``served`` is the bundle now current, which the new one must not be significantly below.
    ``cache`` keeps text vectors between runs. With ``on_bad_row="skip"`` the rows left out
    are listed in ``out/<version>.rejects.jsonl``. ``spread`` is where learners' acts are counted,
    which makes no difference to the bundle. Below ``work`` the results of heavy stages are kept
    until the bundle is written; to ``resume`` is to take up those of the same run, if they are
    there. Raises ``DataError`` for bad data and ``TrainingFailed`` when there is nothing to learn
    from.
    """
    progress = ledger = Ledger(progress)
    with progress.stage("read tables", 0):
        data = tables.load(folder, on_bad_row)
    embedder = embedder_of(config, cache)
    made_from = {"data": data.content_hash, "config": config.model_dump(mode="json"), "seed": seed}
    kept = Kept(None if work is None else place(work, made_from))
    if not resume:
        kept.forget()
    prepared = replace(prepare(data, config, embedder, progress, spread), kept=kept)
    split = sampled(last(prepared.known), seed, JUDGED)
    report, papers = None, Papers(prepared, seed)
    fitted = fit(prepared, split.train, seed, progress)
    if len(split):
        beside = {name: BASELINES[name] for name in BESIDE}
        measured = Evaluation(
            *kept.plain(
                "evaluation",
                lambda: evaluate(
                    prepared, split, fitted.bundle, beside, seed, progress, tuned=False
                ),
            )
        )
        report = measured.report
        papers = papers.about(fitted, split, measured, served, progress)
        fitted = refit(prepared, fitted, prepared.known, seed, progress)
    manifest = facts(
        prepared, prepared.known, seed, fitted.parts, fitted.bundle.manifest.held_kinds
    )
    manifest |= {"created_at": now.isoformat(), "metrics": (report or {}) | ledger.told()}
    with tempfile.TemporaryDirectory() as scratch, progress.stage("write bundle", 0):
        parts = fitted.parts
        if embedder is not None:
            embedder.export(Path(scratch))
            parts = replace(parts, encoder=Path(scratch))
        written = write(parts, manifest, out)
    kept.forget()
    rejects = None
    if data.rejects:
        rejects = out / f"{written.name}.rejects.jsonl"
        write_rejects(rejects, data.rejects)
    bar = _bar(served, data)
    found = gate.faults(report, bar, config.largest_disparity) if report else []
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


def _bar(served: Served | None, data: Dataset) -> Mapping[str, Any] | None:
    """The evaluation to measure up to: that of a bundle over mostly the same credentials.

    Figures over another catalogue say nothing about this one.
    """
    if served is None:
        return None
    kept = served.credentials.intersection(data.credentials["id"].to_list())
    return served.metrics if 2 * len(kept) >= len(served.credentials) else None
