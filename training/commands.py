"""Commands that need training alone, and what training commands have in common.

Each imports what it needs when it runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from rich.console import Console
from typer import Argument, Option, echo

from models.errors import UsageError

if TYPE_CHECKING:
    from training.job import Trained
    from training.progress import Progress
    from training.spread import Spread
    from training.tracking.run import Run

Data = Annotated[Path, Argument(metavar="DATA", help="Folder with the tables.")]
ConfigFile = Annotated[Path | None, Option("--config", metavar="FILE", help="TOML or JSON.")]
Seed = Annotated[int, Option(min=0, help="The same seed and data give the same result.")]
Out = Annotated[Path, Option(metavar="DATA", help="Folder to write the tables to.")]
Elsewhere = Annotated[
    str | None, Option(metavar="URL", help="Folder of Parquet files, in place of DATA's own.")
]
Workers = Annotated[int | None, Option(min=1, help="So many processes of this machine count.")]
Scheduler = Annotated[
    str | None, Option("--cluster", metavar="URL", help="Dask scheduler, such as tcp://host:8786.")
]
Split = Annotated[
    Literal["last", "temporal", "given"] | None,
    Option(help="Default: last, or given where --test is named."),
]
Test = Annotated[Path | None, Option(help="Test interactions, if not DATA's own.")]
Cut = Annotated[
    float | None,
    Option(min=0.01, max=0.99, help="Where temporal cuts: a quantile of all times. Default: 0.8."),
]
Figures = Annotated[Path | None, Option("--json", help="File for all figures.")]


@contextmanager
def spread_over(workers: int | None, cluster: str | None) -> Iterator[Spread]:
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


def enrich(
    data: Data,
    out: Annotated[
        Path | None, Option(metavar="DATA", help="Folder for all tables. Default: DATA itself.")
    ] = None,
    threshold: Annotated[float, Option(min=0, max=1, help="Infer from this score on.")] = 0.5,
) -> None:
    """Infer skills from the texts of credentials that name none, each with its score."""
    from training import progress
    from training.embedder import Embedder
    from training.enrich import enrich as enriched
    from training.settings import Settings

    with progress.on(Console(stderr=True)) as shown_progress:
        found = enriched(data, out, Embedder(Settings().cache), shown_progress, threshold)
    echo(
        f"{out or data}: {found.skills} skills inferred for {found.enriched} of {found.without} "
        "credentials that name none"
    )


@contextmanager
def watched(run: Run) -> Iterator[Progress]:
    """Progress of long work on standard error, of which the ``run`` is told too."""
    from training import progress

    with progress.on(Console(stderr=True)) as shown_progress:
        yield run.watching(shown_progress)


def crown(promoted: object) -> None:
    """What a command of ``bundle`` made current, if it did, is the champion among the runs."""
    from training import tracking
    from training.settings import Settings

    if isinstance(promoted, str):
        tracking.crown(Settings(), promoted)


def trained(
    data: Path,
    root: Path,
    config: Path | None,
    seed: int,
    run: Run,
    spread: Spread,
    **more: Any,
) -> Trained:
    """One training run into the registry ``root``, beside what is current there, written down as
    ``run``. ``more`` goes to ``job.train``.
    """
    from models.bundle import registry
    from training import config as configuration
    from training import job
    from training.settings import Settings

    settings, chosen = Settings(), configuration.read(config)
    run.settings(folder=data, seed=seed, config=chosen.model_dump(mode="json"))
    with watched(run) as shown_progress:
        made = job.train(
            data,
            root,
            chosen,
            seed,
            datetime.now(UTC),
            shown_progress,
            served=registry.served(root),
            cache=settings.cache,
            work=settings.work,
            spread=spread,
            **more,
        )
    run.trained(made)
    return made


def crosswalk(data: Data) -> None:
    """Link the skills of DATA's frameworks: as they state, and else where they mean the same."""
    from training import printing, tracking
    from training.crosswalk import link
    from training.embedder import Embedder
    from training.settings import Settings

    with watched(tracking.Run()) as shown_progress:
        made = link(data, Embedder(Settings().cache), shown_progress)
    Console().print(*printing.linked(made), sep="\n")


def tune(
    data: Data,
    study: Annotated[
        str | None, Option(metavar="NAME", help="One that is there goes on. Default: by the data.")
    ] = None,
    trials: Annotated[int, Option(min=1, help="So many in all, of this study.")] = 30,
    minutes: Annotated[
        float | None, Option(min=0, help="Begin nothing after that; a third confirms.")
    ] = None,
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
    from training import printing, report, tracking, tuning
    from training.settings import Settings

    report.check(out, page)
    settings, chosen = Settings(), configuration.read(config)
    name = study or f"{data.resolve().name}-{seed}"
    with tracking.started(settings, "tune") as run, watched(run) as shown_progress:
        run.settings(folder=data, study=name, seed=seed, config=chosen.model_dump(mode="json"))
        tuned = tuning.tune(
            data,
            settings.studies / name,
            chosen,
            seed,
            shown_progress,
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


def batch(
    bundle: Annotated[Path, Argument(metavar="BUNDLE", help="Folder of a bundle or registry.")],
    out: Annotated[Path, Option(metavar="FILE.parquet", help="File for the answers.")],
    learners: Annotated[
        Path | None, Option(metavar="FILE", help="Table of learners: their skills and roles.")
    ] = None,
    limit: Annotated[int, Option(min=1, max=100, help="Items for each learner.")] = 10,
    at: Annotated[
        datetime | None, Option(help="As of this moment, UTC. Default: the last one known.")
    ] = None,
    workers: Workers = None,
    cluster: Scheduler = None,
) -> None:
    """Answer every learner of a bundle, without a server: one row for each item."""
    from models.bundle import registry
    from training import progress, report
    from training.batch import answer_all

    report.check(out)
    with (
        spread_over(workers, cluster) as spread,
        progress.on(Console(stderr=True)) as shown_progress,
    ):
        count = answer_all(
            registry.resolve(bundle),
            out,
            learners,
            at=None if at is None else at.replace(tzinfo=UTC).timestamp(),
            limit=limit,
            spread=spread,
            progress=shown_progress,
        )
    echo(f"{out}: answers for {count} learners")


def simulate(
    learners: Annotated[int, Option(min=0)],
    credentials: Annotated[int, Option(min=1)],
    out: Out,
    seed: Seed = 1,
) -> None:
    """Make up a world whose true next steps are known, for load and scale."""
    from training.simulate import simulate_world, write_world

    if out.exists() and any(out.iterdir()):
        raise UsageError(f"{out} is not empty; simulate into a new folder")
    world = simulate_world(learners, credentials, seed)
    write_world(world, out)
    echo(f"{out}: " + ", ".join(f"{frame.height} {name}" for name, frame in world.items()))


ALONE: Final = (tune, enrich, crosswalk, batch, simulate)
"""Commands as they are."""
