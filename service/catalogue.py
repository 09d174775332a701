"""Listing and searching credentials and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from models.bundle import Bundle
from models.search import search
from service.problems import ProblemError
from service.schemas.catalogue import CredentialOut, ModelOut, Page, RoleCard


def credentials(bundle: Bundle, text: str, limit: int, offset: int) -> Page[CredentialOut]:
    """Credentials by meaning and word, or all of them when the text is empty."""
    return Page[CredentialOut].model_validate(_page(bundle, "credentials", text, limit, offset))


def roles(bundle: Bundle, text: str, limit: int, offset: int) -> Page[RoleCard]:
    """Roles by meaning and word, or all of them when the text is empty."""
    return Page[RoleCard].model_validate(_page(bundle, "roles", text, limit, offset))


def credential(bundle: Bundle, name: str) -> CredentialOut:
    """One credential; a 404 problem when the bundle has none of that id."""
    row = bundle.credentials.row(name)
    if row is None:
        raise ProblemError(404, "No credential has this id.")
    return CredentialOut.model_validate(bundle.credentials.card(row))


def role(bundle: Bundle, name: str) -> RoleCard:
    """One role; a 404 problem when the bundle has none of that id."""
    row = bundle.roles.row(name)
    if row is None:
        raise ProblemError(404, "No role has this id.")
    return RoleCard.model_validate(bundle.roles.card(row))


def loaded(bundle: Bundle) -> ModelOut:
    """What is loaded."""
    manifest = bundle.manifest.model_dump(mode="json", exclude={"files"})
    return ModelOut(bundle_version=bundle.version, manifest=manifest)


def _page(
    bundle: Bundle,
    table: Literal["credentials", "roles"],
    text: str,
    limit: int,
    offset: int,
) -> Mapping[str, Any]:
    entries = bundle.credentials if table == "credentials" else bundle.roles
    found = search(bundle, table, text, limit, offset)
    return {
        "items": [entries.card(row) for row in found.rows],
        "total": found.total,
        "limit": limit,
        "offset": offset,
        "bundle_version": bundle.version,
    }
