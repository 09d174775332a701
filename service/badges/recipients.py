"""Whom a credential was given to."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from service.badges.documents import listed


def names(subject: Mapping[str, Any], recipient: str) -> bool:
    """Whether a credential's subject is the ``recipient``, an e-mail address or a URI: by its id,
    or by an identifier, which may be hashed with a salt.
    """
    wanted = _plain(recipient) or ""
    if _plain(subject.get("id")) == wanted:
        return True
    return any(_identifies(each, wanted) for each in listed(subject.get("identifier")))


def _identifies(identifier: object, wanted: str) -> bool:
    if not isinstance(identifier, dict) or not isinstance(identifier.get("identityHash"), str):
        return False
    told: str = identifier["identityHash"]
    if identifier.get("hashed") is not True:
        return _plain(told) == wanted
    salt = identifier.get("salt")
    salted = wanted + (salt if isinstance(salt, str) else "")
    digest = hashlib.sha256(salted.encode("utf-8", "surrogatepass")).hexdigest()
    return hmac.compare_digest(told.lower().encode(), f"sha256${digest}".encode())


def _plain(value: object) -> str | None:
    """An address as it is compared: without the scheme of mail, its case left out of account."""
    if not isinstance(value, str):
        return None
    return value.removeprefix("mailto:").lower() if "@" in value else value
