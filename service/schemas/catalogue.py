"""Credentials, roles and what is loaded."""

from __future__ import annotations

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue

Card = TypeVar("Card", bound=BaseModel)


class CredentialOut(BaseModel):
    """A credential as the bundle holds it; unknown is null."""

    model_config = ConfigDict(extra="allow")

    id: str
    title: str


class RoleCard(BaseModel):
    """A role with its requirements; unknown is null."""

    model_config = ConfigDict(extra="allow")

    id: str
    title: str


class Page(BaseModel, Generic[Card]):
    """One page of a search or a listing; ``total`` counts what the query found."""

    items: list[Card]
    total: int
    limit: int
    offset: int
    bundle_version: str


class ModelOut(BaseModel):
    """What is loaded: the bundle's manifest, without its list of files."""

    bundle_version: str
    manifest: dict[str, JsonValue]


class HealthOut(BaseModel):
    """The process is alive."""

    status: str


class ReadyOut(BaseModel):
    """Able to answer; ``degraded`` lists what is unavailable meanwhile."""

    status: str
    bundle_version: str
    degraded: list[str]
