"""Commands that need neither training nor a running service: bundles and keys.

Each imports what it needs when it runs.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

from rich.console import Console
from typer import Argument, Option, Typer, echo


def _registry() -> Path:
    from service.settings import chosen

    return chosen().bundle


_group = partial(Typer, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
bundles = _group(help="The registry of bundles: which there are, which one is served.")
keys = _group(help="API keys of the service.")

Named = Annotated[str, Argument(metavar="BUNDLE", help="A version; verify, diff: or a folder.")]
Root = Annotated[
    Path, Option(default_factory=_registry, show_default="CAIRN_BUNDLE", help="The registry.")
]


@bundles.command("list")
def list_bundles(root: Root) -> None:
    """Show all bundles, newest first, with the current one marked."""
    from models.bundle import registry
    from service import printing

    Console().print(printing.bundles(registry.entries(root)))


@bundles.command("verify")
def verify_bundle(bundle: Named, root: Root) -> None:
    """Check every file of a bundle against its checksum."""
    from models.bundle import registry, verify

    folder = registry.locate(root, bundle)
    echo(f"{folder} is intact: {len(verify(folder).files)} files")


@bundles.command()
def promote(version: Named, root: Root) -> None:
    """Make a bundle current, if it is intact."""
    from models.bundle import registry

    registry.promote(root, version)
    echo(f"{version} is now current")


@bundles.command()
def rollback(root: Root) -> None:
    """Make the bundle promoted before the current one current again."""
    from models.bundle import registry

    echo(f"{registry.rollback(root)} is current again")


@bundles.command()
def diff(a: Named, b: Named, root: Root) -> None:
    """Show what two bundles hold differently: settings, data, figures, files."""
    from models.bundle import registry
    from service import printing

    Console().print(
        printing.differences(
            registry.diff(registry.locate(root, a), registry.locate(root, b)), a, b
        )
    )


@keys.command("create")
def create_key(
    tenant: Annotated[str, Argument(metavar="TENANT", help="Whose data the key opens.")],
    file: Annotated[Path, Option(help="Keys file to add it to; made when absent.")],
    scopes: Annotated[str, Option(help="What it allows.")] = "recommend,events,learners",
) -> None:
    """Make an API key, print it once, and keep its hash in a keys file."""
    from service import auth

    key, kept = auth.new_key(tenant, auth.parse_scopes(scopes))
    auth.add_key(file, kept)
    echo(key)
