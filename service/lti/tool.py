"""Who Cairn is to a platform: its key, and what an administrator there has to enter."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from service import signing
from service.store import Store

KEPT_AT: Final = "cairn:lti-key"
"""Where the store keeps the key: made once, by whichever process needs it first."""

CONFIGURATION: Final = "https://purl.imsglobal.org/spec/lti-tool-configuration"


class ToolKey:
    """The key that answers to platforms are signed with, the same for all processes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key: signing.PrivateKey | None = None

    async def get(self) -> signing.PrivateKey:
        """The key. Raises ``StoreUnavailable`` while the store was never met."""
        if self._key is None:
            made = await asyncio.to_thread(signing.new_private_key)
            kept: bytes = await self._store.run("secret", [KEPT_AT], [made])
            self._key = signing.private_key(kept.decode())
        return self._key


def configuration(address: str) -> dict[str, Any]:
    """What a platform has to know of the tool at ``address``, in the form of LTI's dynamic
    registration.
    """
    launch = f"{address}/lti/launch"
    return {
        "application_type": "web",
        "client_name": "Cairn",
        "grant_types": ["implicit"],
        "response_types": ["id_token"],
        "initiate_login_uri": f"{address}/lti/login",
        "redirect_uris": [launch],
        "jwks_uri": f"{address}/lti/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": "",
        CONFIGURATION: {
            "domain": address.partition("://")[2],
            "target_link_uri": launch,
            "claims": ["iss", "sub"],
            "messages": [
                {"type": "LtiResourceLinkRequest", "target_link_uri": launch},
                {"type": "LtiDeepLinkingRequest", "target_link_uri": launch},
            ],
        },
    }
