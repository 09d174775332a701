"""What is written for people beside a bundle: the report of the run, and the two cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl

from models.bundle import read_manifest
from models.bundle.registry import Served
from training.cards import data_card, model_card
from training.comparison import circumstances
from training.evaluate import Evaluation
from training.gate import FIGURE
from training.pipeline import Fitted, Prepared
from training.progress import Progress
from training.report import render
from training.review import inputs, review
from training.review.against import against, changes, kept_beside, questions
from training.splits import Split

REPORT: Final = "report.html"
COMPARED: Final = ("version", "questions", FIGURE, "current", "paired")


@dataclass(frozen=True, slots=True)
class Papers:
    """What is known so far of a run: ``told`` of its evaluation, JSON-ready, and the ``questions``
    asked in it. Without an evaluation there are the cards alone.
    """

    prepared: Prepared
    seed: int
    told: dict[str, Any] = field(default_factory=dict)
    questions: pl.DataFrame | None = None

    def about(
        self,
        fitted: Fitted,
        split: Split,
        measured: Evaluation,
        served: Served | None,
        progress: Progress,
    ) -> Papers:
        """With what was ``measured`` of the models as they knew only the split's training part."""
        reviewed = self.prepared.kept.plain(
            "review", lambda: review(self.prepared, fitted, split, measured, self.seed, progress)
        )
        told = measured.report | reviewed
        if served is not None:
            with progress.stage("compare with current", 0):
                told["served"] = against(self.prepared, fitted.bundle, split, measured, served)
        asked = questions(self.prepared, split, measured.ndcg)
        return replace(self, told=told, questions=asked)

    def compared(self) -> dict[str, Any]:
        """For the release gate and the manifest: the current bundle on the ``questions`` that could
        fairly be put to both, as ``served``; nothing where there are none.
        """
        found = self.told.get("served", {})
        return {"served": {name: found[name] for name in COMPARED}} if found.get("paired") else {}

    def write(
        self, folder: Path, served: Served | None, faults: list[str], now: datetime
    ) -> Mapping[str, Path]:
        """Write them beside the bundle in ``folder``, by its name; by their own names what was
        written: ``REPORT``, where there is one, and the cards.
        """
        manifest = read_manifest(folder)
        told = {"inputs": inputs.told(self.prepared.data, self.prepared.known.period())} | self.told
        told |= circumstances(self.prepared) | {"absent": {}, "faults": faults}
        told |= {"bundle": manifest.bundle_version}
        papers = {
            "model-card.md": model_card(manifest, told),
            "data-card.md": data_card(manifest, told),
        }
        if self.questions is not None:
            papers |= {REPORT: self._report(folder, told, served, now)}
        return {name: _put(folder, name, text) for name, text in papers.items()}

    def _report(
        self, folder: Path, told: dict[str, Any], served: Served | None, now: datetime
    ) -> str:
        assert self.questions is not None  # noqa: S101 - asked by the caller
        scratch = folder.with_name(f".{folder.name}.questions.writing")
        self.questions.write_parquet(scratch)
        scratch.replace(kept_beside(folder))
        if "served" in told and served is not None:
            told["served"] |= {"changes": changes(served.folder, folder)}
        return render(told, now)


def _put(folder: Path, name: str, text: str) -> Path:
    path = folder.with_name(f"{folder.name}.{name}")
    scratch = folder.with_name(f".{path.name}.writing")
    scratch.write_text(text, encoding="utf-8")
    scratch.replace(path)
    return path
