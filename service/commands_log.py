"""Commands that read what a service has recorded: decisions, the audit log, experiments.

Each imports what it needs when it runs.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal

from typer import Argument, Option, Typer, echo

from service.terminal import Terminal

_group = partial(Typer, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
decisions = _group(help="The log of how answers came about.")
log = _group(help="Who erased, exported or looked up what.")
experiment = _group(help="Variants tried out on learners.")

WHO: Final = "cli"
"""Stands for the key in audit records of the command line."""

Tenant = Annotated[str, Option(help="Whose.")]
Json = Annotated[bool, Option("--json", help="Print JSON.")]


@decisions.command("show")
def show_decision(
    request_id: Annotated[str, Argument(metavar="REQUEST_ID")],
    tenant: Tenant = "demo",
    as_json: Json = False,
) -> None:
    """Show how the answers under a request id came about."""
    from models.errors import CairnError
    from service.experiments import printing
    from service.schemas.decisions import DecisionOut, DecisionsOut
    from service.settings import chosen
    from service.unattended import decisions_under

    found = asyncio.run(decisions_under(chosen(), tenant, WHO, request_id, time.time))
    if not found:
        raise CairnError(f"no decision is kept under {request_id} for the tenant {tenant}")
    answers = [DecisionOut.model_validate(each) for each in found]
    if as_json:
        echo(DecisionsOut(items=answers).model_dump_json())
        return
    for each in answers:
        Terminal().print(*printing.decision(each), sep="\n")


@decisions.command("export")
def export_decisions(
    out: Annotated[Path, Option(metavar="FILE", help="A Parquet file to write.")],
    tenant: Tenant = "demo",
) -> None:
    """Write the log as a table: a row for each credential shown, with its propensity."""
    from models.bundle import write_table
    from service.decisions.table import table
    from service.settings import chosen
    from service.unattended import all_decisions

    columns = table(asyncio.run(all_decisions(chosen(), tenant, WHO, time.time)))
    write_table(columns, out)
    answers = len(set(zip(columns["request_id"], columns["at"], strict=True)))
    echo(f"{out}: {len(columns['rank'])} rows of {answers} answers")


@log.command("audit")
def show_audit(tenant: Tenant = "demo", as_json: Json = False) -> None:
    """Show the audit log, oldest first."""
    import orjson

    from service.experiments import printing
    from service.settings import chosen
    from service.unattended import audit_records

    records = asyncio.run(audit_records(chosen(), tenant))
    if as_json:
        echo(orjson.dumps(records).decode())
    else:
        Terminal().print(*printing.audit(records))


@experiment.command("report")
def report_experiment(
    name: Annotated[str, Argument(metavar="NAME")],
    tenant: Tenant = "demo",
    days: Annotated[float, Option(min=0, help="A conversion counts so long after.")] = 14.0,
    conversion: Annotated[
        Literal["complete", "enrol", "either"], Option(help="What counts as one.")
    ] = "either",
    control: Annotated[str | None, Option(help="The variant that others are compared to.")] = None,
    target: Annotated[
        str | None,
        Option(metavar="VARIANT|BUNDLE", help="Judge another ranking by what chance showed."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare an experiment's variants, with intervals; judge a ranking that was not served."""
    import orjson

    from models.domain import Kind
    from service.experiments import printing
    from service.settings import chosen
    from service.unattended import experiment_report

    kinds = [kind for kind in (Kind.COMPLETE, Kind.ENROL) if conversion in ("either", kind)]
    found = asyncio.run(experiment_report(chosen(), tenant, name, days, kinds, control, target))
    if as_json:
        echo(orjson.dumps(found).decode())
    else:
        Terminal().print(*printing.experiment(found), sep="\n")


def rebuild_states(
    tenant: Annotated[str | None, Option(help="Whose. Default: all tenants'.")] = None,
) -> None:
    """Drop what was folded of learners' histories, and fold it anew from the log."""
    from service.export import rebuild
    from service.settings import chosen

    for done in rebuild(chosen(), tenant):
        echo(f"{done.tenant}: {done.events} events of {done.learners} learners folded anew")
