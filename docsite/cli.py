"""Every command, as the program itself describes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from cairn import app
from docsite.markdown import code, page, table


def reference() -> str:
    """The page."""
    told = """Exit codes: 0 done; 1 the work failed; 2 unusable arguments or data.
`cairn COMMAND --help` says the same as this page."""
    return page("Command line", told, *_commands(get_command(app), "cairn", None))


def _commands(command: Any, name: str, parent: typer.Context | None) -> Iterator[str]:
    context = typer.Context(command, info_name=name, parent=parent)
    if hasattr(command, "commands"):
        for inner in sorted(command.commands):
            yield from _commands(command.commands[inner], inner, context)
        return
    records = [each.get_help_record(context) for each in command.params]
    usage = command.get_usage(context).partition(": ")[2]
    yield f"## {context.command_path}\n\n{command.help}\n\n```text\n{usage}\n```\n\n" + table(
        ["argument or option", "meaning"],
        [(code(record[0]), record[1]) for record in records if record],
    )
