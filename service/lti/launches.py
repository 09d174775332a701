"""From a platform's word to a launch: OpenID Connect's third-party login, then LTI 1.3's message.

Nothing is stored when a login begins, since anybody can begin one: what has to come back travels
under the seal. What is stored is that a login was used, once the platform's signature was found
right.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlencode

from service import signing
from service.lti.keysets import KeySets, KeysUnavailable
from service.lti.platforms import Platform, Platforms, secure
from service.store import Store
from service.tenants.seal import Seal

STATE: Final = "cairn:lti-state"
LOGIN_SECONDS: Final = 600
LEEWAY: Final = 60
"""Seconds that a platform's clock may be off."""

CLAIM: Final = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP: Final = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AUTHORS: Final = frozenset({"Instructor", "ContentDeveloper", "Administrator"})
MEMBERSHIP: Final = "http://purl.imsglobal.org/vocab/lis/v2/membership"

logger = logging.getLogger(__name__)


class Why(StrEnum):
    """Why somebody is not let in; shown, so that an administrator can find the cause."""

    REQUEST = "request"
    PLATFORM = "platform"
    STATE = "state"
    KEYS = "keys"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NONCE = "nonce"
    REPLAYED = "replayed"
    DEPLOYMENT = "deployment"
    MESSAGE = "message"
    LEARNER = "learner"


OF_CLAIM: Final = {
    "iss": Why.ISSUER, "aud": Why.AUDIENCE, "exp": Why.EXPIRED, "iat": Why.EXPIRED,
    "nbf": Why.EXPIRED, "nonce": Why.NONCE, "sub": Why.LEARNER,
}  # fmt: skip


class Refused(Exception):
    """A login or a launch that is not let in."""

    def __init__(self, why: Why, platform: Platform | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.platform = platform


@dataclass(frozen=True, slots=True)
class DeepLink:
    """Where the platform takes what was chosen, and what it wants back with it."""

    url: str
    data: str | None


@dataclass(frozen=True, slots=True)
class Launch:
    """Somebody whom a platform sent. ``learner`` is a hash of who that is there; ``role`` the one
    that the link was made for.
    """

    platform: Platform
    deployment: str
    learner: str
    author: bool
    role: str | None
    locale: str
    deep: DeepLink | None


class Launches:
    """Logins begun and launches let in; ``store`` keeps which were used."""

    def __init__(self, platforms: Platforms, keys: KeySets, seal: Seal, store: Store) -> None:
        self._platforms = platforms
        self._keys = keys
        self._seal = seal
        self._use = store.operation("once")

    async def begin(self, asked: Mapping[str, str], address: str, now: float) -> str:
        """Where to send the browser to sign in. Raises ``Refused`` and ``StoreUnavailable``."""
        platform = self._platforms.find(asked.get("iss", ""), asked.get("client_id"))
        if platform is None:
            raise Refused(Why.PLATFORM)
        if not asked.get("login_hint"):
            raise Refused(Why.REQUEST, platform)
        nonce = secrets.token_urlsafe(24)
        until = int(now) + LOGIN_SECONDS
        begun = {"platform": platform.id, "nonce": nonce, "exp": until}
        question = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client_id,
            "redirect_uri": f"{address}/lti/launch",
            "login_hint": asked["login_hint"],
            "state": await self._seal.put(STATE, begun),
            "nonce": nonce,
        }
        if "lti_message_hint" in asked:
            question["lti_message_hint"] = asked["lti_message_hint"]
        joint = "&" if "?" in platform.auth_url else "?"
        return f"{platform.auth_url}{joint}{urlencode(question)}"

    async def admit(self, sent: Mapping[str, str], now: float) -> Launch:
        """Who is there. Raises as ``begin`` does."""
        begun = await self._seal.open(STATE, sent.get("state", ""))
        if begun is None or now >= begun["exp"]:
            raise Refused(Why.STATE)
        platform = self._platforms.named(begun["platform"])
        if platform is None:
            raise Refused(Why.PLATFORM)
        claims = await self._signed(platform, sent.get("id_token", ""), begun["nonce"], now)
        launch = _launch(platform, claims)
        # No other login has this nonce, and this one ends.
        lasts = int(begun["exp"] - now) + 1
        if not await self._use(platform.tenant, [("lti-used", begun["nonce"])], [lasts]):
            raise Refused(Why.REPLAYED, platform)
        return launch

    async def _signed(
        self, platform: Platform, token: str, nonce: str, now: float
    ) -> dict[str, Any]:
        try:
            keys = await self._keys.of(platform, token)
            return signing.checked(
                token, keys, now, LEEWAY, iss=platform.issuer, aud=platform.client_id, nonce=nonce
            )
        except KeysUnavailable as error:
            logger.warning("the keys of %s cannot be had: %s", platform.id, error)
            raise Refused(Why.KEYS, platform) from error
        except signing.Unsigned as error:
            raise Refused(Why.SIGNATURE, platform) from error
        except signing.Unmeant as error:
            raise Refused(OF_CLAIM.get(error.claim, Why.MESSAGE), platform) from error


def _launch(platform: Platform, claims: Mapping[str, Any]) -> Launch:
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", platform.client_id if not several else None) != platform.client_id:
        raise Refused(Why.AUDIENCE, platform)
    deployment, subject = claims.get(f"{CLAIM}deployment_id"), claims.get("sub")
    if deployment not in platform.deployments:
        raise Refused(Why.DEPLOYMENT, platform)
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Refused(Why.LEARNER, platform)
    deep = None
    match claims.get(f"{CLAIM}version"), claims.get(f"{CLAIM}message_type"):
        case "1.3.0", "LtiResourceLinkRequest":
            pass
        case "1.3.0", "LtiDeepLinkingRequest":
            deep = _deep_link(platform, claims.get(f"{DEEP}deep_linking_settings"))
        case _:
            raise Refused(Why.MESSAGE, platform)
    custom, shown = claims.get(f"{CLAIM}custom"), claims.get(f"{CLAIM}launch_presentation")
    role = custom.get("role") if isinstance(custom, dict) else None
    locale = shown.get("locale") if isinstance(shown, dict) else None
    return Launch(
        platform=platform,
        deployment=str(deployment),
        learner=pseudonym(platform.issuer, subject),
        author=_author(claims.get(f"{CLAIM}roles")),
        role=role if isinstance(role, str) and role else None,
        locale=locale if isinstance(locale, str) else "",
        deep=deep,
    )


def pseudonym(issuer: str, subject: str) -> str:
    """The learner's id here. The platform's server can compute it too; nobody can read it back."""
    return "lti-" + hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


def _deep_link(platform: Platform, settings: object) -> DeepLink:
    match settings:
        case {"deep_link_return_url": str(url), "accept_types": [*kinds], **rest} if (
            "ltiResourceLink" in kinds
        ):
            data = rest.get("data")
            with suppress(ValueError):
                return DeepLink(secure(url), data if isinstance(data, str) else None)
    raise Refused(Why.MESSAGE, platform)


def _author(roles: object) -> bool:
    """Whether somebody makes the course, by their roles in it."""
    found = roles if isinstance(roles, list) else []
    return any(
        place in ("", MEMBERSHIP) or place.startswith(f"{MEMBERSHIP}/")
        for place in (_place(each) for each in found)
        if place is not None
    )


def _place(role: object) -> str | None:
    """Where somebody has one of the ``AUTHORS``' roles, or one under it; "" is the short name."""
    place, _, name = str(role).rpartition("#")
    if name in AUTHORS or place.rpartition("/")[2] in AUTHORS:
        return place
    return None
