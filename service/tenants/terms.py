"""The tenants file: what each tenant is served, and how much of it.

.. code-block:: toml

    [tenants.acme]
    bundle = "bundles/acme"
    owns_histories = true
    catalogue = {issuers = ["Acme Academy"], exclude = ["old-course"]}
    limits.answers = {per_second = 50, burst = 100}
    badges.issuers = [{id = "did:web:badges.example.edu"}]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic_core import to_json

from models.errors import UsageError
from models.narrow import Shelf
from service.badges.trust import Key, Trust, key
from service.schemas.fields import HOST, Id, Word
from service.tenants.auth import TenantName
from service.tenants.limits import Costly, Rate

Words = Annotated[tuple[Word, ...], Field(max_length=10_000)]
Ids = Annotated[tuple[Id, ...], Field(max_length=100_000)]


class Table(BaseModel):
    """A table of the file: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RateTable(Table):
    """Tokens a second on average, and at once at most."""

    per_second: Annotated[float, Field(gt=0, le=1_000_000)]
    burst: Annotated[int, Field(ge=1, le=1_000_000)]


class LimitsTable(Table):
    """What is limited; what is left out is not."""

    answers: RateTable | None = None
    events: RateTable | None = None


class CatalogueTable(Table):
    """Which credentials are shown, as ``models.narrow.Shelf`` has it."""

    issuers: Words = ()
    languages: Words = ()
    delivery: Words = ()
    include: Ids = ()
    exclude: Ids = ()


def _public(jwk: dict[str, Any]) -> dict[str, Any]:
    key(jwk)
    return jwk


Jwk = Annotated[dict[str, Any], AfterValidator(_public)]
Host = Annotated[str, StringConstraints(max_length=300, pattern=HOST)]


class IssuerTable(Table):
    """Who is trusted to certify, and the public keys that are known of them."""

    id: Id
    keys: Annotated[tuple[Jwk, ...], Field(max_length=10)] = ()

    def known(self) -> tuple[Key, ...]:
        """The keys."""
        return tuple(map(key, self.keys))


class BadgesTable(Table):
    """Whose credentials count as verified, and which hosts may be asked for keys and lists."""

    issuers: Annotated[tuple[IssuerTable, ...], Field(max_length=1_000)] = ()
    hosts: Annotated[tuple[Host, ...], Field(max_length=1_000)] = ()

    def trust(self) -> Trust:
        """The same."""
        return Trust({each.id: each.known() for each in self.issuers}, frozenset(self.hosts))


class TenantTable(Table):
    """One tenant. ``owns_histories`` says that its learners are those whom the bundle was trained
    on, so that what training knew of a learner may be used for it.
    """

    bundle: Path | None = None
    owns_histories: bool = False
    catalogue: CatalogueTable = CatalogueTable()
    limits: LimitsTable = LimitsTable()
    badges: BadgesTable = BadgesTable()


class TenantsFile(Table):
    """The whole file."""

    tenants: dict[TenantName, TenantTable]


@dataclass(frozen=True, slots=True)
class Terms:
    """What one tenant is served; ``source`` is a bundle or a registry."""

    source: Path
    owns_histories: bool = False
    shelf: Shelf = field(default_factory=Shelf)
    rates: Mapping[Costly, Rate] = field(default_factory=dict)
    trust: Trust = field(default_factory=Trust)


def read(file: Path, default: Path, with_keys: Set[str]) -> dict[str, Terms]:
    """The terms of every tenant in ``file``, by name; who names no bundle gets the ``default``.

    A bundle's path counts from the file's folder. Raises ``UsageError`` with every fault: the
    file, the tenant, the field and what was expected; also where a tenant ``with_keys`` is not in
    it, since nobody could tell whether that one was forgotten or misspelt.
    """
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
        found = TenantsFile.model_validate_json(to_json(tables))
    except OSError as error:
        raise UsageError(f"{file}: cannot read the tenants: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: not TOML: {error}") from error
    except ValidationError as error:
        faults = [_told(fault["loc"], fault["msg"]) for fault in error.errors()]
        raise UsageError("\n".join(f"{file}: {fault}" for fault in faults)) from error
    if missing := sorted(with_keys - found.tenants.keys()):
        told = [f"{file}: tenant '{name}': expected a table, since it has keys" for name in missing]
        raise UsageError("\n".join(told))
    return {name: _terms(table, file, default) for name, table in found.tenants.items()}


def _terms(table: TenantTable, file: Path, default: Path) -> Terms:
    limits = {Costly.ANSWERS: table.limits.answers, Costly.EVENTS: table.limits.events}
    return Terms(
        source=default if table.bundle is None else file.parent / table.bundle,
        owns_histories=table.owns_histories,
        shelf=Shelf(**table.catalogue.model_dump()),
        rates={
            kind: Rate(rate.per_second, rate.burst)
            for kind, rate in limits.items()
            if rate is not None
        },
        trust=table.badges.trust(),
    )


def _told(place: tuple[int | str, ...], expected: str) -> str:
    match place:
        case ("tenants", name, *rest) if rest and rest != ["[key]"]:
            return f"tenant '{name}', {'.'.join(map(str, rest))}: {expected}"
        case ("tenants", name, *_):
            return f"tenant '{name}': {expected}"
        case _:
            return f"{'.'.join(map(str, place)) or 'the whole file'}: {expected}"
