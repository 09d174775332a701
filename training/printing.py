"""Reports for people: what a terminal shows of an evaluation, a training run, an import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from training.evaluate import PIPELINE
from training.importers import Summary
from training.job import Trained

if TYPE_CHECKING:
    from training.crosswalk import Made
    from training.tuning import Tuned


def trained(done: Trained) -> Iterator[RenderableType]:
    """How good the new bundle is, and where it lies."""
    if done.report is None:
        yield Text("No learner has enough history to evaluate with.")
    else:
        yield from evaluation(done.report)
    yield _stages(done)
    yield from _erased(done.erased)
    if done.rejects is not None:
        yield Text(f"Rows left out are listed in {done.rejects}.")
    yield Text(f"Bundle {done.folder.name} is in {done.folder}.")


def evaluation(report: Mapping[str, Any]) -> Iterator[RenderableType]:
    """The models side by side, then the slices, then what the candidates hold."""
    yield _models(report)
    if len(report["models"]) > 1:
        yield _slices(report)
    found = ", ".join(f"{name} {share:.3f}" for name, share in report["sources"].items())
    yield Text(f"Candidates hold {report['candidate_recall']:.3f} of the answers ({found}).")
    for name, reason in report.get("absent", {}).items():
        yield Text(f"Left out: {name}, {reason}.")
    yield from _erased(report.get("erased", 0))


def _erased(learners: int) -> Iterator[Text]:
    if learners:
        noun = "learner" if learners == 1 else "learners"
        yield Text(f"{learners} erased {noun} left out.")


def _stages(done: Trained) -> Table:
    table = _table("what it took", "stage")
    for name in ("seconds", "peak MB"):
        table.add_column(name, justify="right")
    for stage in done.stages:
        peak = "" if stage.peak_mb is None else str(stage.peak_mb)
        table.add_row(stage.name, f"{stage.seconds:.1f}", peak)
    return table


def _models(report: Mapping[str, Any]) -> Table:
    table = _table(f"split '{report['split']}', {report['learners']} learners", "model")
    # Narrow enough for 80 columns, where a longer heading would be cut.
    for name in ("NDCG@10", "95 %", "recall@10", "MRR", "better by"):
        table.add_column(name, justify="right", no_wrap=True)
    table.caption = Text(f"better by: {PIPELINE} against each, paired, 95 %")
    table.caption_justify = "left"
    for name, slices in report["models"].items():
        figures = slices["all"]
        paired = report["paired"].get(name)
        table.add_row(
            name,
            f"{figures['ndcg@10']:.3f}",
            _interval(figures["ci"]["ndcg@10"]),
            f"{figures['recall@10']:.3f}",
            f"{figures['mrr']:.3f}",
            "" if paired is None else _interval(paired, signed=True),
        )
    return table


def _slices(report: Mapping[str, Any]) -> Table:
    """NDCG@10 of the pipeline beside the best baseline of each slice."""
    table = _table("NDCG@10 by slice", "slice")
    for name in ("learners", PIPELINE, "best baseline", "better by"):
        table.add_column(name, justify="right")
    mine = report["models"][PIPELINE]
    for part, figures in mine.items():
        best, value = max(
            (
                (name, each[part]["ndcg@10"])
                for name, each in report["models"].items()
                if name != PIPELINE
            ),
            key=lambda pair: pair[1],
        )
        table.add_row(
            part,
            str(figures["learners"]),
            f"{figures['ndcg@10']:.3f}",
            f"{value:.3f} ({best})",
            _interval(report["paired_slices"][part][best], signed=True),
        )
    return table


def _table(title: str, first: str) -> Table:
    table = Table(title=Text(title), title_justify="left", box=SIMPLE, pad_edge=False)
    table.add_column(first, no_wrap=True)
    return table


def _interval(bounds: tuple[float, float], *, signed: bool = False) -> str:
    low, high = (f"{bound:+.3f}" if signed else f"{bound:.3f}" for bound in bounds)
    return f"{low}…{high}"


def imported(summary: Summary) -> Iterator[RenderableType]:
    """What an import changed, and what there is to know of it."""
    table = _table(f"{summary.source} → {summary.out}", "table")
    for name in ("before", "added", "changed", "now"):
        table.add_column(name, justify="right")
    for name, counts in summary.tables.items():
        table.add_row(name, *map(str, counts))
    yield table
    yield from map(Text, summary.notes)


def linked(made: Made) -> Iterator[RenderableType]:
    """How many skills each framework has, and how many links there are between them."""
    table = _table("skills", "framework")
    table.add_column("skills", justify="right")
    for name, count in made.frameworks.items():
        table.add_row(name, str(count))
    yield table
    yield Text(f"{made.stated} links as stated, {made.meant} by meaning.")


def tuned(found: Tuned) -> Iterator[RenderableType]:
    """What a search found: what matters, what is fast and what is good, and what is best."""
    given_up = sum(each.quality is None for each in found.trials)
    yield Text(
        f"{len(found.trials)} trials, {given_up} of them given up at first sight; NDCG@10 on an "
        f"inner split of {found.learners} learners."
    )
    if found.importance:
        table = _table("what the differences in quality come from", "setting")
        for name in ("share", "best"):
            table.add_column(name, justify="right")
        for name, share in found.importance.items():
            table.add_row(name, f"{share:.2f}", f"{found.best.values[name]:g}")
        yield table
    table = _table("none is both better and faster", "trial")
    for name in ("NDCG@10", "ms an answer", "times the first's"):
        table.add_column(name, justify="right")
    for each in found.front:
        table.add_row(str(each.number), *(f"{x:.3f}" for x in (each.quality, each.ms, each.times)))
    yield table
    yield Text(
        f"Best: trial {found.best.number} with {found.best.quality:.3f}, where the settings given "
        f"have {found.first.quality:.3f}. Train with it: --config {found.file}"
    )
