"""Commands of the command line that only training is needed for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from rich.console import Console
from typer import Argument, Option

from models.errors import UsageError

if TYPE_CHECKING:
    from training.spread import Spread

Data = Annotated[Path, Argument(metavar="DATA", help="Folder with the tables.")]
ConfigFile = Annotated[Path | None, Option("--config", metavar="FILE", help="TOML or JSON.")]
Seed = Annotated[int, Option(min=0, help="The same seed and data give the same result.")]


@contextmanager
def spreading(workers: int | None, cluster: str | None) -> Iterator[Spread]:
    """Where parts of the learners are worked on; without either option in this process."""
    from training.spread import HERE

    if workers is None and cluster is None:
        yield HERE
        return
    if workers is not None and cluster is not None:
        raise UsageError("--workers starts processes here, --cluster uses others: give one of them")
    from training.cluster import joined
    from training.settings import Settings

    with joined(cluster, workers, Settings().work) as joined_cluster:
        yield joined_cluster


def crown(promoted: object) -> None:
    """What a command of ``bundle`` made current, if it did, is the champion among the runs."""
    from training import tracking
    from training.settings import Settings

    if isinstance(promoted, str):
        tracking.crown(Settings(), promoted)


def crosswalk(data: Data) -> None:
    """Link the skills of DATA's frameworks: as they state, and else where they mean the same."""
    from training import printing, progress
    from training.crosswalk import link
    from training.embed import Embedder
    from training.settings import Settings

    with progress.on(Console(stderr=True)) as shown_progress:
        made = link(data, Embedder(Settings().cache), shown_progress)
    Console().print(*printing.linked(made), sep="\n")


def tune(
    data: Data,
    study: Annotated[
        str | None, Option(metavar="NAME", help="One that is there goes on. Default: by the data.")
    ] = None,
    trials: Annotated[int, Option(min=1, help="So many in all, of this study.")] = 30,
    minutes: Annotated[float | None, Option(min=0, help="Begin no trial after that.")] = None,
    workers: Annotated[int, Option(min=1, help="So many processes of this machine try.")] = 1,
    out: Annotated[
        Path | None, Option("--out", metavar="FILE.json", help="The best settings, for --config.")
    ] = None,
    page: Annotated[Path | None, Option("--report", help="HTML file with charts.")] = None,
    config: ConfigFile = None,
    seed: Seed = 1,
) -> None:
    """Search better settings than the default ones, or than --config's, on a part of DATA."""
    from training import config as configuration
    from training import printing, progress, report, tracking, tuning
    from training.settings import Settings

    report.check(out, page)
    settings, chosen = Settings(), configuration.read(config)
    name = study or f"{data.resolve().name}-{seed}"
    with (
        tracking.started(settings, "tune") as run,
        progress.on(Console(stderr=True)) as shown_progress,
    ):
        run.settings(folder=data, study=name, seed=seed, config=chosen.model_dump(mode="json"))
        tuned = tuning.tune(
            data,
            settings.studies / name,
            chosen,
            seed,
            run.watching(shown_progress),
            trials=trials,
            minutes=minutes,
            workers=workers,
            cache=settings.cache,
        )
        Console().print(*printing.tuned(tuned), sep="\n")
        html = report.tuned(tuned, datetime.now(UTC))
        run.tuned(tuned, html)
        if page is not None:
            page.write_text(html, encoding="utf-8")
        if out is not None:
            out.write_text(tuned.file.read_text())
