"""Issuing widget tokens."""

from __future__ import annotations

from datetime import UTC, datetime

from service.access import Caller
from service.problems import ProblemError
from service.schemas.tokens import TokenIn, TokenOut
from service.state import Service
from service.tenants.auth import Scope
from service.tenants.tokens import Grant
from service.tenants.tokens import issue as sealed


async def issue(service: Service, caller: Caller, asked: TokenIn) -> TokenOut:
    """A token that allows what is asked for, all of which the caller's key must allow."""
    scopes = frozenset(map(Scope, asked.scopes))
    if lacking := sorted(scopes - caller.scopes):
        raise ProblemError(403, f"This API key lacks the scope '{lacking[0]}'.")
    until = int(service.now()) + asked.seconds
    grant = Grant(
        caller.about(asked.learner), caller.key, asked.learner, asked.origin, scopes, until
    )
    return TokenOut(
        token=await sealed(service.seal, grant),
        expires_at=datetime.fromtimestamp(until, UTC),
        learner=asked.learner,
    )
