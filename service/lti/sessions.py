"""What follows a launch: who it was, sealed into the page; tokens, and what goes back."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service import signing
from service.lti.launches import CLAIM, DEEP, DeepLink, Launch, Refused, Why
from service.lti.platforms import SCOPES, Platform
from service.state import Service
from service.tenants.tokens import Grant, issue

SESSION: Final = "cairn:lti-session"
SECONDS: Final = 28_800
"""A launch is good for a working day: so long tokens are renewed, and choices made."""

TOKEN_SECONDS: Final = 900
ANSWER_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Session:
    """A launch as its page remembers it."""

    platform: Platform
    deployment: str
    learner: str
    locale: str
    deep: DeepLink | None


async def begun(service: Service, launch: Launch) -> str:
    """The session of a launch, for its page. Raises ``StoreUnavailable`` as all here do, while
    the store that has a secret was never met.
    """
    deep = launch.deep
    claims = {
        "platform": launch.platform.id,
        "deployment": launch.deployment,
        "learner": launch.learner,
        "locale": launch.locale,
        "deep": None if deep is None else [deep.url, deep.data],
        "exp": int(service.now()) + SECONDS,
    }
    return await service.seal.put(SESSION, claims)


async def resumed(service: Service, sealed: str) -> Session:
    """The session that a page sent back. Raises ``Refused``."""
    claims = await service.seal.open(SESSION, sealed)
    if claims is None or service.now() >= claims["exp"]:
        raise Refused(Why.STATE)
    platform = service.lti.platforms.named(claims["platform"])
    if platform is None or claims["deployment"] not in platform.deployments:
        raise Refused(Why.PLATFORM)
    deep = None if claims["deep"] is None else DeepLink(*claims["deep"])
    return Session(platform, claims["deployment"], claims["learner"], claims["locale"], deep)


async def token(service: Service, platform: Platform, learner: str, origin: str) -> str:
    """A widget token for who was launched, on pages of the service itself."""
    until = int(service.now()) + TOKEN_SECONDS
    return await issue(
        service.seal, Grant(platform.tenant, platform.id, learner, origin, SCOPES, until)
    )


async def answer(
    service: Service, session: Session, deep: DeepLink, title: str, role: str, address: str
) -> str:
    """What a platform is told was chosen: a link that opens the path to a role."""
    now = int(service.now())
    claims: Mapping[str, Any] = {
        "iss": session.platform.client_id,
        "aud": session.platform.issuer,
        "iat": now,
        "exp": now + ANSWER_SECONDS,
        "nonce": secrets.token_urlsafe(24),
        f"{CLAIM}deployment_id": session.deployment,
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{DEEP}content_items": [
            {
                "type": "ltiResourceLink",
                "title": title,
                "url": f"{address}/lti/launch",
                "custom": {"role": role},
            }
        ],
        **({} if deep.data is None else {f"{DEEP}data": deep.data}),
    }
    return signing.signed_by(claims, await service.lti.tool.get())
