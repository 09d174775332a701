"""Commands for the learning platforms that may open Cairn.

Each imports what it needs when it runs.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer, echo

from service.terminal import Terminal

_group = partial(Typer, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
lti = _group(help="Learning platforms that open Cairn by LTI 1.3.")

PlatformsFile = Annotated[Path, Option(help="The platforms file.")]


@lti.command("add")
def add_platform(
    tenant: Annotated[str, Argument(metavar="TENANT", help="Whose learners come from there.")],
    file: Annotated[Path, Option(help="Platforms file to add it to; made when absent.")],
    issuer: Annotated[str, Option(help="What the platform calls itself.")],
    client_id: Annotated[str, Option(help="What it calls Cairn.")],
    auth_url: Annotated[str, Option(help="Where it signs people in.")],
    deployment: Annotated[list[str], Option(help="A deployment id; one or more.")],
    jwks_url: Annotated[str | None, Option(help="Where its keys are.")] = None,
    jwks: Annotated[Path | None, Option(help="Or a file of its keys.")] = None,
    page_origin: Annotated[
        list[str] | None,
        Option(help="Where its pages are. Default: where it signs people in."),
    ] = None,
) -> None:
    """Register a platform, and print its id."""
    import orjson

    from models.errors import UsageError
    from service.lti import platformfile

    try:
        keys = None if jwks is None else orjson.loads(jwks.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"{jwks}: not a file of keys: {error}") from error
    registration = {
        "tenant": tenant,
        "issuer": issuer,
        "client_id": client_id,
        "auth_url": auth_url,
        "deployments": deployment,
        "jwks_url": jwks_url,
        "jwks": keys,
        "page_origins": page_origin or ["/".join(auth_url.split("/")[:3])],
    }
    echo(platformfile.add(file, registration).id)


@lti.command("list")
def list_platforms(file: PlatformsFile) -> None:
    """Show the platforms, and for which tenant each is."""
    from service import printing
    from service.lti.platforms import read_platforms

    Terminal().print(printing.platforms(read_platforms(file)))


@lti.command("remove")
def remove_platform(
    name: Annotated[str, Argument(metavar="ID", help="As 'lti list' shows it.")],
    file: PlatformsFile,
) -> None:
    """Let nobody in from a platform any more; running services follow within seconds."""
    from service.lti import platformfile

    echo(f"{name} of {platformfile.remove(file, name).tenant} is removed")
