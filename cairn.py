"""The command line, and the only place where training and service are wired together.

Each command imports what it needs when it runs, so that neither half must be installed for
the other. Exit codes: 0 done; 1 the work failed; 2 unusable arguments or data.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

from rich.console import Console
from typer import Argument, Option, Typer, echo

from models.errors import CairnError, UsageError
from service import commands, commands_log, commands_lti
from service.terminal import Terminal, shown
from training import commands as commands_training
from training.commands import ConfigFile, Data, Seed, spreading

ROOMS: Final = {"models", "service", "training"}
EXTRAS: Final = """train, tune, batch, evaluate, import and simulate need 'cairn-paths[training]',
with --workers or --cluster 'cairn-paths[training,cluster]', demo and events export
'cairn-paths[service,training]', the other commands 'cairn-paths[service]'."""


_group = partial(Typer, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app = _group(help="What should a learner earn next towards a role, in what order, and why?")
events = _group(help="The durable log of what learners did.")
app.add_typer(commands.bundles, name="bundle", result_callback=commands_training.crown)
app.add_typer(events, name="events")
app.add_typer(commands.keys, name="keys")
app.add_typer(commands_lti.lti, name="lti")
app.add_typer(commands_log.decisions, name="decisions")
app.add_typer(commands_log.log, name="log")
app.add_typer(commands_log.experiment, name="experiment")

SOURCES: Final = "case|coursera|csv|ctdl|esco|mars|oews|onet|osmt|schema-org"
Out = Annotated[Path, Option(metavar="DATA", help="Folder to write the tables to.")]
Workers = Annotated[int | None, Option(min=1, help="So many processes of this machine count.")]
Scheduler = Annotated[
    str | None, Option("--cluster", metavar="URL", help="Dask scheduler, such as tcp://host:8786.")
]
Port = Annotated[int | None, Option(min=0, max=65535, help="Default: CAIRN_PORT, 8000.")]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code; without ``arguments``, the process's own."""
    try:
        app(arguments, prog_name="cairn")
    except (CairnError, OSError) as error:
        print(shown(f"cairn: {error}"), file=sys.stderr)
        sys.exit(error.exit_code if isinstance(error, CairnError) else 1)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] in ROOMS:
            raise
        print(f"cairn: {error.name} is not installed. {EXTRAS}", file=sys.stderr)
        sys.exit(1)


@app.command()
def demo(port: Port = None) -> None:
    """Serve a bundle with a demo page; without one, train on the illustrative sample first."""
    from models.bundle import registry
    from service import bundles, offline, server
    from service.settings import chosen

    settings = chosen(port=port, log_level="warning", demo_page=True)
    if not registry.has_bundle(settings.bundle):
        from training.sample import PATH

        echo("There is no bundle yet: training on the illustrative sample.", err=True)
        train(PATH, out=settings.bundle, track=False)
    settings, key = server.with_demo_key(settings)
    loaded, _ = bundles.begin(settings.bundle)
    server.serve(settings, lambda url: print(offline.invitation(loaded, url, key), flush=True))


@app.command()
def train(
    data: Data,
    out: Annotated[Path | None, Option(help="Registry. Default: bundles in CAIRN_VAR.")] = None,
    config: ConfigFile = None,
    seed: Seed = 1,
    on_bad_row: Annotated[Literal["fail", "skip"], Option(help="skip: but list them.")] = "fail",
    promote: Annotated[bool, Option("--promote/--no-promote", help="Make it current.")] = True,
    workers: Workers = None,
    cluster: Scheduler = None,
    resume: Annotated[bool, Option("--resume", help="Go on where a killed run was.")] = False,
    track: Annotated[bool, Option(help="Write it down, if CAIRN_TRACKING says so.")] = True,
) -> None:
    """Check DATA, fit, evaluate, write a bundle, and promote it if it is good enough."""
    from models.bundle import registry
    from training import config as configuration
    from training import job, printing, progress, tracking
    from training.settings import Settings

    settings = Settings()
    root = out or settings.bundles
    chosen = configuration.read(config)
    with (
        tracking.started(settings, "train", wanted=track) as run,
        spreading(workers, cluster) as spread,
        progress.on(Console(stderr=True)) as shown_progress,
    ):
        run.settings(folder=data, seed=seed, config=chosen.model_dump(mode="json"))
        trained = job.train(
            data,
            root,
            chosen,
            seed,
            datetime.now(UTC),
            run.watching(shown_progress),
            served=registry.served(root),
            cache=settings.cache,
            on_bad_row=on_bad_row,
            spread=spread,
            work=settings.work,
            resume=resume,
        )
        Terminal().print(*printing.trained(trained), sep="\n")
        run.trained(trained.folder, trained.report, trained.faults)
        if promote and not trained.faults:
            registry.promote(root, trained.folder.name)
            run.champion(trained.folder.name)
            echo(f"It is now the current bundle of {root}.")
    if promote and trained.faults:
        raise CairnError("not promoted, but kept for inspection: " + "; ".join(trained.faults))


@app.command()
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
    from training import progress
    from training.batch import answer_all

    with spreading(workers, cluster) as spread, progress.on(Console(stderr=True)) as shown_progress:
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


@app.command()
def evaluate(
    data: Data,
    split: Annotated[
        Literal["last", "temporal", "given"] | None,
        Option(help="Default: last, or given where --test is named."),
    ] = None,
    test: Annotated[Path | None, Option(help="Test interactions, if not DATA's own.")] = None,
    baselines: Annotated[str, Option(help="all, none, or names with commas.")] = "all",
    json_file: Annotated[Path | None, Option("--json", help="File for all figures.")] = None,
    page: Annotated[Path | None, Option("--report", help="HTML file with charts.")] = None,
    config: ConfigFile = None,
    against: Annotated[Path | None, Option(help="Other settings to compare with.")] = None,
    seed: Seed = 1,
) -> None:
    """Fit on one part of DATA, ask for the held-out part, and compare with other models."""
    from training import config as configuration
    from training import printing, progress, report, tracking
    from training.comparison import compare
    from training.settings import Settings

    report.check(json_file, page)
    settings, chosen = Settings(), configuration.read(config)
    kind = split or ("given" if test else "last")
    with (
        tracking.started(settings, "evaluate") as run,
        progress.on(Console(stderr=True)) as shown_progress,
    ):
        run.settings(folder=data, split=kind, seed=seed, config=chosen.model_dump(mode="json"))
        measured = compare(
            data,
            kind,
            [] if baselines == "none" else baselines.split(","),
            chosen,
            seed,
            run.watching(shown_progress),
            test=test,
            cache=settings.cache,
            against=None if against is None else configuration.read(against),
        )
        Terminal().print(*printing.evaluation(measured), sep="\n")
        now = datetime.now(UTC)
        run.evaluated(measured, report.render(measured, now))
        report.save(measured, json_file, page, now)


for command in (
    commands_training.tune, commands_training.crosswalk,
    commands.recommend, commands.plan, commands.compare, commands.closest,
):  # fmt: skip
    app.command()(command)


@app.command()
def serve(
    bundle: Annotated[Path | None, Option(help="Or a registry. Default: CAIRN_BUNDLE.")] = None,
    host: Annotated[str | None, Option(help="Default: CAIRN_HOST, 127.0.0.1.")] = None,
    port: Port = None,
    workers: Annotated[int | None, Option(min=1, help="Default: CAIRN_WORKERS, 1.")] = None,
) -> None:
    """Run the service; without CAIRN_REDIS_URL on a Valkey server of its own."""
    from service import server
    from service.settings import chosen

    settings = chosen(bundle=bundle, host=host, port=port, workers=workers)
    server.serve(settings, lambda url: print(f"Serving {settings.bundle} on {url}", flush=True))


@app.command("import")
def import_(
    source: Annotated[str, Argument(metavar="SOURCE", help=SOURCES)],
    path: Annotated[Path, Argument(metavar="PATH", help="The originals, archives included.")],
    out: Out,
) -> None:
    """Bring a public source into the data contract, merged by id with what is in --out."""
    from training import importers, printing

    Terminal().print(*printing.imported(importers.run(source, path, out)), sep="\n")


@app.command()
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


@events.command("export")
def export_events(out: Out, tenant: Annotated[str, Option(help="Whose events.")] = "demo") -> None:
    """Add the events a service has accepted to the interactions in --out, each once."""
    from service.export import log_of
    from service.settings import chosen
    from training.writing import take_log

    log = log_of(chosen(), tenant)
    rows = (
        (each.learner_id, each.credential, each.kind, each.at, each.value, each.event_id)
        for each in log.events
    )
    taken = take_log(out, rows, tenant, log.tombstones)
    erased = f", rows of {taken.erased} erased learners removed" if taken.erased else ""
    echo(f"{out}: {taken.added} interactions added{erased}")


@events.command("rebuild")
def rebuild_states(
    tenant: Annotated[str | None, Option(help="Whose. Default: all tenants'.")] = None,
) -> None:
    """Drop what was folded of learners' histories, and fold it anew from the log."""
    from service.export import rebuild
    from service.settings import chosen

    for done in rebuild(chosen(), tenant):
        echo(f"{done.tenant}: {done.events} events of {done.learners} learners folded anew")


if __name__ == "__main__":
    main()
