"""Commands that do without training: answers, bundles, keys, and the service itself.

Each imports what it needs when it runs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from rich.console import RenderableType
from typer import Argument, Option, Typer, echo

from service.ids import fresh
from service.terminal import Terminal

if TYPE_CHECKING:
    from pydantic import BaseModel

    from models.bundle import Bundle
    from service.objects import Objects


def _registry() -> Path:
    from service.settings import chosen

    return chosen().bundle


def _objects(url: str) -> Objects:
    from service.objects import Objects

    return Objects(url)


_group = partial(Typer, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
bundles = _group(help="The registry of bundles: which there are, which one is served.")
keys = _group(help="API keys of the service.")

Named = Annotated[str, Argument(metavar="BUNDLE", help="A version; verify, diff: or a folder.")]
Root = Annotated[
    Path, Option(default_factory=_registry, show_default="CAIRN_BUNDLE", help="The registry.")
]

Url = Annotated[str | None, Option(help="A registry in object storage, in place of --root.")]

Source = Annotated[Path, Argument(metavar="BUNDLE", help="A bundle or a registry.")]
LearnerFile = Annotated[
    Path | None, Option("--learner", help="JSON: 'learner' of the API's request.")
]
LearnerId = Annotated[str | None, Option(help="A learner the bundle was trained on.")]
MaxHours = Annotated[float | None, Option(min=0, help="Of the whole path.")]
MaxCost = Annotated[
    str | None, Option(metavar="AMOUNT[CUR]", help="Of the whole path: 300 or 300EUR.")
]
Json = Annotated[bool, Option("--json", help="Print the API's exact body.")]
Port = Annotated[int | None, Option(min=0, max=65535, help="Default: CAIRN_PORT, 8000.")]


def recommend(
    source: Source,
    learner: LearnerFile = None,
    learner_id: LearnerId = None,
    role: Annotated[str | None, Option(metavar="ID|TEXT", help="The role to aim at.")] = None,
    limit: Annotated[int, Option(min=1, max=100)] = 10,
    as_json: Json = False,
) -> None:
    """Answer once, without a server: what to earn next, and why."""
    from models import bundle
    from service import offline, printing, recommender

    loaded = bundle.read(bundle.resolve(source))
    request = offline.request(loaded, learner, learner_id, role, limit)
    _answer(loaded, request, recommender.answer, printing.recommendation, as_json)


def plan(
    source: Source,
    role: Annotated[str, Option(metavar="ID|TEXT", help="The role to aim at.")],
    learner: LearnerFile = None,
    learner_id: LearnerId = None,
    max_hours: MaxHours = None,
    max_cost: MaxCost = None,
    hours_per_week: Annotated[float | None, Option(help="The pace; gives dates.")] = None,
    deadline: Annotated[datetime | None, Option(help="With --hours-per-week.")] = None,
    reach: Annotated[float | None, Option(min=0, max=1, help="So much of the role.")] = None,
    then: Annotated[
        Literal["cheapest", "fastest", "fewest"], Option(help="What comes second.")
    ] = "cheapest",
    solver: Annotated[Literal["fast", "exact"], Option(help="exact proves its answer.")] = "fast",
    as_json: Json = False,
    ctdl_file: Annotated[Path | None, Option("--ctdl", help="File for CTDL pathways.")] = None,
) -> None:
    """Plan once, without a server: what to take, in which order, and what it takes."""
    from models import bundle
    from service import ctdl, offline, planner, printing_paths

    loaded = bundle.read(bundle.resolve(source))
    request = offline.path_request(
        loaded, learner, learner_id, role,
        {"max_hours": max_hours, "max_cost": max_cost, "hours_per_week": hours_per_week,
         "deadline": deadline, "reach": reach, "then": then, "solver": solver},
    )  # fmt: skip
    path = _answer(loaded, request, planner.answer, printing_paths.path, as_json)
    if ctdl_file is not None:
        ctdl_file.write_text(json.dumps(ctdl.pathways(loaded, path), indent=2, ensure_ascii=False))


def compare(
    source: Source,
    role: Annotated[list[str], Option(metavar="ID|TEXT", help="A role; give two or three.")],
    learner: LearnerFile = None,
    learner_id: LearnerId = None,
    max_hours: MaxHours = None,
    max_cost: MaxCost = None,
    as_json: Json = False,
) -> None:
    """Compare two or three roles: what each would take, and what the paths share."""
    from models import bundle
    from service import offline, printing_paths, whatif

    loaded = bundle.read(bundle.resolve(source))
    limits = {"max_hours": max_hours, "max_cost": max_cost}
    request = offline.compare_request(loaded, learner, learner_id, role, limits)
    _answer(loaded, request, whatif.compared, printing_paths.comparison, as_json)


def closest(
    source: Source,
    learner: LearnerFile = None,
    learner_id: LearnerId = None,
    limit: Annotated[int, Option(min=1, max=20)] = 10,
    max_hours: MaxHours = None,
    max_cost: MaxCost = None,
    as_json: Json = False,
) -> None:
    """Rank roles by what it still takes to reach them."""
    from models import bundle
    from service import offline, printing_paths, whatif

    loaded = bundle.read(bundle.resolve(source))
    limits = {"max_hours": max_hours, "max_cost": max_cost}
    request = offline.closest_request(loaded, learner, learner_id, limit, limits)
    _answer(loaded, request, whatif.nearest, printing_paths.nearest, as_json)


Answer = TypeVar("Answer", bound="BaseModel")


def _answer(
    loaded: Bundle,
    request: BaseModel,
    answered: Callable[..., Answer],
    printed: Callable[[Answer], Iterable[RenderableType]],
    as_json: bool,
) -> Answer:
    answer = answered(loaded, request, at=time.time(), request_id=fresh())
    if as_json:
        echo(answer.model_dump_json())
    else:
        Terminal().print(*printed(answer), sep="\n")
    return answer


@bundles.command("list")
def list_bundles(root: Root, url: Url = None) -> None:
    """Show all bundles, newest first, with the current one marked."""
    from models.bundle import registry
    from service import printing

    found = registry.entries(root) if url is None else _objects(url).entries()
    Terminal().print(printing.bundles(found))


@bundles.command()
def push(
    bundle: Named,
    url: Annotated[str, Argument(metavar="URL", help="A registry, as s3://bucket/prefix.")],
    root: Root,
    promote: Annotated[bool, Option("--promote/--no-promote", help="Make it current.")] = True,
) -> None:
    """Upload a bundle to object storage, and make it current there once it is whole."""
    from models.bundle import registry

    objects = _objects(url)
    version = objects.push(registry.locate(root, bundle))
    echo(f"{version} is in {url}")
    if promote:
        objects.promote(version)
        echo(f"{version} is now current")


@bundles.command("verify")
def verify_bundle(bundle: Named, root: Root) -> None:
    """Check every file of a bundle against its checksum."""
    from models.bundle import registry, verify

    folder = registry.locate(root, bundle)
    echo(f"{folder} is intact: {len(verify(folder).files)} files")


@bundles.command()
def promote(version: Named, root: Root, url: Url = None) -> str:
    """Make a bundle current, if it is intact."""
    from models.bundle import registry

    if url is None:
        registry.promote(root, version)
    else:
        _objects(url).promote(version)
    echo(f"{version} is now current")
    return version


@bundles.command()
def rollback(root: Root, url: Url = None) -> str:
    """Make the bundle promoted before the current one current again."""
    from models.bundle import registry

    version = registry.rollback(root) if url is None else _objects(url).rollback()
    echo(f"{version} is current again")
    return version


@bundles.command()
def diff(a: Named, b: Named, root: Root) -> None:
    """Show what two bundles hold differently: settings, data, figures, files."""
    from models.bundle import registry
    from service import printing

    Terminal().print(
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
    from service.tenants import auth, keyfile

    echo(keyfile.create(file, tenant, auth.parse_scopes(scopes), datetime.now(UTC)))


KeysFile = Annotated[Path, Option(help="The keys file.")]
KeyId = Annotated[str, Argument(metavar="ID", help="As 'keys list' shows it.")]


@keys.command("list")
def list_keys(file: KeysFile) -> None:
    """Show whose keys there are, what each allows, and its state; never a secret."""
    from service import printing
    from service.tenants import auth

    Terminal().print(printing.api_keys(auth.read_keys(file), time.time()))


@keys.command()
def rotate(
    name: KeyId,
    file: KeysFile,
    grace: Annotated[float, Option(min=0, max=8_760, help="Hours the old one lives on.")] = 24.0,
) -> None:
    """Make a key that allows the same, print it once, and let the old one expire."""
    from service.tenants import keyfile

    echo(keyfile.rotate(file, name, timedelta(hours=grace), datetime.now(UTC)))


@keys.command()
def revoke(name: KeyId, file: KeysFile) -> None:
    """Let nobody in with a key any more; running services follow within seconds."""
    from service.tenants import keyfile

    echo(f"{name} of {keyfile.revoke(file, name).tenant} is revoked")


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
