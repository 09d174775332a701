"""The command line, and the only place where training and service are wired together.

Each command imports what it needs when it runs, so that neither half must be installed for
the other. Exit codes: 0 done; 1 the work failed; 2 unusable arguments or data; ``retrain`` has
two more (``models.errors``).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from typer import Argument, Option, Typer, echo

from models.errors import CairnError
from service import commands, commands_log, commands_lti
from service.terminal import Terminal, shown
from training import commands as offline

if TYPE_CHECKING:
    from training.writing import Taken

ROOMS: Final = {"models", "service", "training"}
EXTRAS: Final = """demo, retrain, drift and events export need 'cairn-paths[service,training]',
what serves or answers 'cairn-paths[service]', the rest 'cairn-paths[training]', with --workers or
--cluster 'cairn-paths[training,cluster]'."""


_group = partial(Typer, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app = _group(help="What should a learner earn next towards a role, in what order, and why?")
events = _group(help="The durable log of what learners did.")
app.add_typer(commands.bundles, name="bundle", result_callback=offline.crown)
app.add_typer(events, name="events")
app.add_typer(commands.keys, name="keys")
app.add_typer(commands_lti.lti, name="lti")
app.add_typer(commands_log.decisions, name="decisions")
app.add_typer(commands_log.log, name="log")
app.add_typer(commands_log.experiment, name="experiment")

Tenant = Annotated[str, Option(help="Whose events.")]
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
    from service import bundles, server
    from service.offline import invitation
    from service.settings import chosen

    settings = chosen(port=port, log_level="warning", demo_page=True)
    if not registry.has_bundle(settings.bundle):
        from training.sample import PATH

        echo("There is no bundle yet: training on the illustrative sample.", err=True)
        train(PATH, out=settings.bundle, track=False)
    settings, key = server.with_demo_key(settings)
    loaded, _ = bundles.begin(settings.bundle)
    server.serve(settings, lambda url: print(invitation(loaded, url, key), flush=True))


@app.command()
def train(
    data: offline.Data,
    out: Annotated[Path | None, Option(help="Registry. Default: bundles in CAIRN_VAR.")] = None,
    config: offline.ConfigFile = None,
    seed: offline.Seed = 1,
    on_bad_row: Annotated[Literal["fail", "skip"], Option(help="skip: but list them.")] = "fail",
    promote: Annotated[bool, Option("--promote/--no-promote", help="Make it current.")] = True,
    interactions: offline.Elsewhere = None,
    workers: offline.Workers = None,
    cluster: offline.Scheduler = None,
    resume: Annotated[bool, Option("--resume", help="Go on where a killed run was.")] = False,
    track: Annotated[bool, Option(help="Write it down, if CAIRN_TRACKING says so.")] = True,
) -> None:
    """Check DATA, fit, evaluate, write a bundle, and promote it if it is good enough."""
    from models.bundle import registry
    from training import printing, tracking
    from training.settings import Settings

    settings = Settings()
    root = out or settings.bundles
    spreading = offline.spread_over(workers, cluster)
    with tracking.started(settings, "train", wanted=track) as run, spreading as spread:
        made = offline.trained(
            data, root, config, seed, run, spread,
            on_bad_row=on_bad_row, resume=resume, interactions=interactions,
        )  # fmt: skip
        Terminal().print(*printing.trained(made), sep="\n")
        if promote and not made.faults:
            registry.promote(root, made.folder.name)
            run.champion(made.folder.name)
            echo(f"It is now the current bundle of {root}.")
    if promote and made.faults:
        raise CairnError("not promoted, but kept for inspection: " + "; ".join(made.faults))


@app.command()
def retrain(
    data: offline.Data,
    out: Annotated[Path | None, Option(help="Registry. Default: bundles in CAIRN_VAR.")] = None,
    url: Annotated[str | None, Option(help="Registry in object storage to follow too.")] = None,
    tenant: Tenant = "demo",
    config: offline.ConfigFile = None,
    seed: offline.Seed = 1,
    on_bad_row: Annotated[Literal["fail", "skip"], Option(help="skip: but count them.")] = "fail",
    warm: Annotated[bool, Option("--warm/--cold", help="Keep the settings chosen before.")] = True,
    anew: Annotated[bool, Option("--anew", help="Forget a run that was killed.")] = False,
    workers: offline.Workers = None,
    cluster: offline.Scheduler = None,
) -> None:
    """Train on DATA and the events a service accepted, and promote what is no worse.

    Killed at any point, it goes on there when it is run again. Exits with 0 when a bundle was
    promoted or nothing is new, 3 when the new one is not good enough, 4 while another run is on.
    """
    from service.delivery import deliver, fetched
    from training import config as configuration
    from training import printing, retraining, tracking
    from training.settings import Settings

    settings = Settings()
    root = fetched(url, out or settings.bundles)

    def train_on(folder: Path) -> dict[str, str]:
        spreading = offline.spread_over(workers, cluster)
        with tracking.started(settings, "train") as run, spreading as spread:
            made = offline.trained(folder, root, config, seed, run, spread, resume=True, warm=warm)
            Terminal().print(*printing.trained(made), sep="\n")
        return {"bundle": made.folder.name}

    def promote(version: str) -> None:
        deliver(root, url, version)
        tracking.crown(settings, version)

    retraining.retrain(
        retraining.Job(data, tenant, root, configuration.read(config), seed, on_bad_row),
        settings.work / "retrain",
        lambda folder: _export(folder, tenant)._asdict(),
        train_on,
        promote,
        anew=anew,
        now=lambda: datetime.now(UTC),
        say=partial(echo, err=True),
    )


@app.command()
def drift(
    bundle: Annotated[Path, Argument(metavar="BUNDLE", help="Folder of a bundle or registry.")],
    tenant: Tenant = "demo",
    days: Annotated[float, Option(min=0.01, help="So many days up to now are looked at.")] = 7.0,
    json_file: offline.Figures = None,
    page: Annotated[Path | None, Option("--report", help="HTML file with charts.")] = None,
) -> None:
    """Compare what a service meets with what its bundle was trained on."""
    from models.bundle import read, registry
    from service.settings import chosen
    from service.unattended import recorded
    from training import report
    from training.drift import measure, shown

    report.check(json_file, page)
    now = datetime.now(UTC)
    rows, decisions = asyncio.run(recorded(chosen(), tenant, commands_log.WHO, now.timestamp))
    found = measure(read(registry.resolve(bundle)), rows, decisions, tenant, now.timestamp(), days)
    Terminal().print(*shown.printed(found), sep="\n")
    report.save(found, json_file, page, now, render=shown.page)


@app.command()
def evaluate(
    data: offline.Data,
    split: offline.Split = None,
    test: offline.Test = None,
    cut: offline.Cut = None,
    baselines: Annotated[str, Option(help="all, none, or names with commas.")] = "all",
    json_file: offline.Figures = None,
    page: Annotated[Path | None, Option("--report", help="HTML file with charts.")] = None,
    config: offline.ConfigFile = None,
    against: Annotated[Path | None, Option(help="Other settings to compare with.")] = None,
    seed: offline.Seed = 1,
) -> None:
    """Fit on one part of DATA, ask for the held-out part, and compare with other models."""
    from training import config as configuration
    from training import printing, report, tracking
    from training.comparison import compare
    from training.settings import Settings

    report.check(json_file, page)
    settings, chosen = Settings(), configuration.read(config)
    kind = split or ("given" if test else "last")
    with tracking.started(settings, "evaluate") as run, offline.watched(run) as shown_progress:
        run.settings(folder=data, split=kind, seed=seed, config=chosen.model_dump(mode="json"))
        measured = compare(
            data,
            kind,
            [] if baselines == "none" else baselines.split(","),
            chosen,
            seed,
            shown_progress,
            test=test,
            cut=cut,
            cache=settings.cache,
            against=None if against is None else configuration.read(against),
        )
        Terminal().print(*printing.evaluation(measured), sep="\n")
        now = datetime.now(UTC)
        run.evaluated(measured, report.render(measured, now))
        report.save(measured, json_file, page, now)


@app.command()
def audit(
    bundle: Annotated[Path, Argument(metavar="BUNDLE", help="Folder of a bundle or registry.")],
    data: offline.Data,
    split: offline.Split = None,
    test: offline.Test = None,
    smallest_group: Annotated[
        int | None, Option(min=2, help="Smaller groups are not told of. Default: the bundle's.")
    ] = None,
    json_file: offline.Figures = None,
    page: Annotated[Path | None, Option("--html", help="HTML file with charts.")] = None,
) -> None:
    """Quality, exposure and paths by group of learners and of credentials."""
    from training import printing, report, tracking
    from training.equity.audit import audit as measured_by_group
    from training.settings import Settings

    report.check(json_file, page)
    with offline.watched(tracking.Run()) as shown_progress:
        kind = split or ("given" if test else "last")
        found = measured_by_group(
            bundle, data, kind, shown_progress, test=test, cache=Settings().cache,
            smallest_group=smallest_group,
        )  # fmt: skip
    Terminal().print(*printing.audited(found), sep="\n")
    report.save(found, json_file, page, datetime.now(UTC), render=report.render_audit)


ANSWERS: Final = (commands.recommend, commands.plan, commands.compare, commands.closest)
for command in (*offline.ALONE, *ANSWERS, commands.serve):
    app.command()(command)
events.command("rebuild")(commands_log.rebuild_states)


@app.command("import")
def import_(
    source: Annotated[str, Argument(metavar="SOURCE", help="Such as esco, ctdl, csv or xapi.")],
    path: Annotated[Path, Argument(metavar="PATH", help="The originals, archives included.")],
    out: offline.Out,
    tenant: Annotated[str, Option(help="Whose learners, of xapi and caliper.")] = "demo",
) -> None:
    """Bring a public source into the data contract, merged by id with what is in --out."""
    from training import importers, printing
    from training.settings import Settings

    summary = importers.run(source, path, out, Settings().people(tenant))
    Terminal().print(*printing.imported(summary), sep="\n")


@events.command("export")
def export_events(out: offline.Out, tenant: Tenant = "demo") -> None:
    """Add the events a service has accepted to the interactions in --out, each once."""
    taken = _export(out, tenant)
    erased = f", rows of {taken.erased} erased learners removed" if taken.erased else ""
    echo(f"{out}: {taken.added} interactions added{erased}")


def _export(out: Path, tenant: str) -> Taken:
    from service.export import log_of
    from service.settings import chosen
    from training.writing import take_log

    log = log_of(chosen(), tenant)
    return take_log(out, log.rows(), tenant, log.tombstones)


if __name__ == "__main__":
    main()
