"""Reports for people: what a terminal shows of an evaluation, a training run, an import."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from training.importers import Summary
from training.job import Trained
from training.metrics import PIPELINE
from training.papers import REPORT

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
    if REPORT in done.papers:
        page = done.papers[REPORT]
        yield Text(f"What there is to see of the run is in {page}, with cards beside it.")
    yield Text(f"Bundle {done.folder.name} is in {done.folder}.")


def evaluation(report: Mapping[str, Any]) -> Iterator[RenderableType]:
    """The models side by side, then the slices, cold starts, and what the candidates hold."""
    yield _models(report)
    if len(report["models"]) > 1:
        yield _slices(report)
    if report.get("cold_start"):
        yield _cold_start(report["cold_start"])
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
    shown = table("what it took", "stage", "seconds", "peak MB")
    for stage in done.stages:
        peak = "" if stage.peak_mb is None else str(stage.peak_mb)
        shown.add_row(stage.name, f"{stage.seconds:.1f}", peak)
    return shown


def _models(report: Mapping[str, Any]) -> Table:
    title = f"split '{report['split']}', {report['learners']} learners"
    # Narrow enough for 80 columns, where a longer heading would be cut.
    shown = table(title, "model", "NDCG@10", "95 %", "recall@10", "MRR", "better by")
    shown.caption = Text(f"better by: {PIPELINE} against each, paired, 95 %")
    shown.caption_justify = "left"
    for name, slices in report["models"].items():
        figures = slices["all"]
        paired = report["paired"].get(name)
        shown.add_row(
            name,
            f"{figures['ndcg@10']:.3f}",
            _interval(figures["ci"]["ndcg@10"]),
            f"{figures['recall@10']:.3f}",
            f"{figures['mrr']:.3f}",
            "" if paired is None else _interval(paired, signed=True),
        )
    return shown


def _slices(report: Mapping[str, Any]) -> Table:
    """NDCG@10 of the pipeline beside the best baseline of each slice."""
    title = "NDCG@10 by slice"
    shown = table(title, "slice", "learners", PIPELINE, "best baseline", "better by")
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
        shown.add_row(
            part,
            str(figures["learners"]),
            f"{figures['ndcg@10']:.3f}",
            f"{value:.3f} ({best})",
            _interval(report["paired_slices"][part][best], signed=True),
        )
    return shown


def _cold_start(found: Mapping[str, Any]) -> Table:
    """NDCG@10 of the pipeline beside the better kind of popularity, by what is known."""
    shown = table(
        "NDCG@10 by what is known", "known", "learners", PIPELINE, "best popularity", "better by"
    )
    for name, case in found.items():
        values = {model: figures["ndcg@10"] for model, figures in case["models"].items()}
        best = max(case["paired"], key=values.__getitem__)
        shown.add_row(
            name,
            str(case["learners"]),
            f"{values[PIPELINE]:.3f}",
            f"{values[best]:.3f} ({best})",
            _interval(case["paired"][best], signed=True),
        )
    return shown


def audited(report: Mapping[str, Any]) -> Iterator[RenderableType]:
    """What sets groups of learners apart, and how credentials are shown."""
    yield Text(f"bundle {report['bundle']}, asked: {report['asked']}")
    if not report["same_data"]:
        yield Text("The data are not those that the bundle was made of.")
    tests = [*report["equity"]["tests"], *((report["paths"] or {}).get("tests", ()))]
    title = f"split '{report['split']}', {report['learners']} learners"
    shown = table(title, "group", "measure", "n", "difference", "95 %", "p, Holm")
    shown.caption = Text("n learners; difference of means to all others; * clear of chance at 5 %")
    shown.caption_justify = "left"
    for each in tests:
        shown.add_row(
            _short(f"{each['attribute']} {each['group']}"),
            each["measure"],
            str(each["learners"]),
            f"{each['difference']:+.3f}",
            _interval(each["ci"], signed=True),
            f"{each['holm']:.4f}{' *' if each['clear'] else ''}",
        )
    yield shown if tests else Text("No groups of learners are large enough to be compared.")
    for by, groups in report["exposure"].items():
        title = f"exposure by {by}"
        shown = table(title, by, "number", "available", "taken", "shown", "95 %")
        for group, each in groups.items():
            shares = (f"{each[name]:.3f}" for name in ("available", "taken", "shown"))
            shown.add_row(_short(group), str(each["credentials"]), *shares, _interval(each["ci"]))
        yield shown
    yield from map(Text, report["faults"])
    yield from _erased(report["erased"])


def _short(label: str) -> Text:
    """A name that leaves room for figures in 80 columns."""
    return Text(label if len(label) <= 26 else f"{label[:25]}…")


def table(title: str, first: str, *numbers: str) -> Table:
    """An empty table; the first column names the row, the others hold numbers."""
    made = Table(title=Text(title), title_justify="left", box=SIMPLE, pad_edge=False)
    made.add_column(first, no_wrap=True)
    for name in numbers:
        made.add_column(name, justify="right", no_wrap=True)
    return made


def _interval(bounds: tuple[float, float], *, signed: bool = False) -> str:
    low, high = (f"{bound:+.3f}" if signed else f"{bound:.3f}" for bound in bounds)
    return f"{low}…{high}"


def imported(summary: Summary) -> Iterator[RenderableType]:
    """What an import changed, and what there is to know of it."""
    shown = table(f"{summary.source} → {summary.out}", "table", "before", "added", "changed", "now")
    for name, counts in summary.tables.items():
        shown.add_row(name, *map(str, counts))
    yield shown
    yield from map(Text, summary.notes)


def linked(made: Made) -> Iterator[RenderableType]:
    """How many skills each framework has, and how many links there are between them."""
    shown = table("skills", "framework", "skills")
    for name, count in made.frameworks.items():
        shown.add_row(name, str(count))
    yield shown
    yield Text(f"{made.stated} links as stated, {made.meant} by meaning.")


def tuned(found: Tuned) -> Iterator[RenderableType]:
    """What a search found: what matters, what is fast and what is good, and what is best."""
    given_up = sum(each.quality is None for each in found.trials)
    yield Text(
        f"{len(found.trials)} trials, {given_up} of them given up at first sight; NDCG@10 on an "
        f"inner split of {found.learners} learners: {found.first.quality:.3f} with the settings "
        f"given, {found.ahead.quality:.3f} in trial {found.ahead.number}."
    )
    if found.importance:
        title = "what the differences in quality come from"
        shown = table(title, "setting", "share", "ahead")
        for name, share in found.importance.items():
            shown.add_row(name, f"{share:.2f}", f"{found.ahead.values[name]:g}")
        yield shown
    title = "none is both better and faster"
    shown = table(title, "trial", "NDCG@10", "ms an answer", "times the first's")
    for each in found.front:
        shown.add_row(str(each.number), *(f"{x:.3f}" for x in (each.quality, each.ms, each.times)))
    yield shown
    if found.confirmed:
        title = f"once more, on {found.splits} splits that the search did not see"
        shown = table(title, "trial", "NDCG@10", "settings given", "95 % of the difference")
        for again in found.confirmed:
            figures = f"{again.quality:.3f}", f"{again.given:.3f}"
            shown.add_row(str(again.number), *figures, _interval(again.interval, signed=True))
        yield shown
    yield Text(f"{found.verdict} Train with them: --config {found.file}")
