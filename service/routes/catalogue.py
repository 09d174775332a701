"""``/v1/roles``, ``/v1/credentials`` and ``/v1/model``."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query

from service import catalogue
from service.access import Browsing
from service.problems import documented
from service.schemas.catalogue import CredentialOut, ModelOut, Page, RoleCard
from service.schemas.fields import Id
from service.state import ServiceDep

router = APIRouter(tags=["catalogue"], responses=documented(401, 403, 422, 429))
EntryId = Annotated[Id, Path()]
Search = Annotated[str, Query(max_length=2_000, description="Words to find; empty lists all.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get("/v1/roles")
async def roles(
    tenant: Browsing,
    service: ServiceDep,
    q: Search = "",
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[RoleCard]:
    """Roles by meaning and by word."""
    return await service.aside(
        partial(catalogue.roles, service.tenants.bundle(tenant), q, limit, offset)
    )


@router.get("/v1/roles/{role_id:path}", responses=documented(404))
async def role(role_id: EntryId, tenant: Browsing, service: ServiceDep) -> RoleCard:
    """One role with its requirements."""
    return catalogue.role(service.tenants.bundle(tenant), role_id)


@router.get("/v1/credentials")
async def credentials(
    tenant: Browsing,
    service: ServiceDep,
    q: Search = "",
    limit: Limit = 20,
    offset: Offset = 0,
) -> Page[CredentialOut]:
    """Credentials by meaning and by word."""
    return await service.aside(
        partial(catalogue.credentials, service.tenants.bundle(tenant), q, limit, offset)
    )


@router.get("/v1/credentials/{credential_id:path}", responses=documented(404))
async def credential(
    credential_id: EntryId, tenant: Browsing, service: ServiceDep
) -> CredentialOut:
    """One credential."""
    return catalogue.credential(service.tenants.bundle(tenant), credential_id)


@router.get("/v1/model")
async def model(tenant: Browsing, service: ServiceDep) -> ModelOut:
    """What is loaded: the bundle's manifest."""
    return catalogue.loaded(service.tenants.bundle(tenant))
