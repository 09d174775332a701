"""Credentials, roles and what is loaded."""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, JsonValue

Card = TypeVar("Card", bound=BaseModel)


class CostOut(BaseModel):
    """A price; the currency may be unknown."""

    amount: float
    currency: str | None


class TaughtSkill(BaseModel):
    """A skill a credential teaches, up to ``level`` 0..1.

    ``match`` 0..1 is how well free text fitted the skill, null where it was named outright;
    ``inferred`` marks a skill read out of title and description.
    """

    skill: str
    label: str
    level: float | None
    match: float | None
    inferred: bool


class RequiredSkill(BaseModel):
    """A skill a role asks for, at ``level`` 0..1 with ``importance`` 0..1."""

    skill: str
    label: str
    level: float | None
    match: float | None
    importance: float | None


class CredentialOut(BaseModel):
    """A credential as the bundle holds it; unknown is null."""

    id: str
    title: str
    description: str | None
    issuer: str | None
    skills: list[TaughtSkill]
    level: float | None
    hours: float | None
    cost: CostOut | None
    language: str | None
    delivery: str | None
    prerequisites: JsonValue
    stacks_into: list[str]
    available_from: datetime | None
    available_until: datetime | None
    expires_after_days: float | None
    quality: JsonValue
    url: str | None


class SkillName(BaseModel):
    """A skill."""

    skill: str
    label: str


class WorkOut(BaseModel):
    """A year's median wage and the people working in a role, and where and from which year
    these figures are; skills ``in_demand`` there, and where and from when that is; unknown is null.
    """

    median_wage: float | None
    currency: str | None
    employment: float | None
    wage_source: str | None
    wage_year: int | None
    in_demand: list[SkillName] | None
    demand_source: str | None
    demand_date: str | None


class RoleCard(BaseModel):
    """A role with its requirements, and what its employers often ask for (``in_demand``) or use
    that is asked for in general (``hot``), as of a date; unknown is null.
    """

    id: str
    title: str
    aliases: list[str]
    description: str | None
    requirements: list[RequiredSkill]
    median_wage: float | None
    currency: str | None
    employment: float | None
    growth: float | None
    wage_source: str | None
    wage_year: int | None
    in_demand: list[SkillName] | None
    hot: list[SkillName] | None
    demand_source: str | None
    demand_date: str | None


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
    """Able to answer; ``degraded`` lists what is unavailable meanwhile, ``spooled_events`` counts
    those that wait on the local disk for the store.
    """

    status: str
    bundle_version: str
    degraded: list[str]
    spooled_events: int
