"""Learners under a pseudonym: a name made of what a platform calls them that does not tell it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

PREFIX: Final = "actor-"


@dataclass(frozen=True, slots=True)
class People:
    """The learners of one tenant.

    A pseudonym is ``actor-`` and the HMAC-SHA256, in hex, of how somebody is identified, under a
    ``key`` of the tenant. An account of one of the ``home_pages`` is the platform's own: its name
    is the learner's id already, unless it looks like an e-mail address.
    """

    key: bytes
    home_pages: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tenant: str, secret: str | None, home_pages: Collection[str] = ()) -> People:
        """Those of a ``tenant``; without a ``secret`` whoever knows somebody's address can tell
        their pseudonym.
        """
        key = hmac.digest((secret or "").encode(), tenant.encode(), hashlib.sha256)
        return cls(key, frozenset(home_pages))

    def account(self, home_page: str, name: str) -> str:
        """The learner with that account at that site."""
        if home_page in self.home_pages and "@" not in name:
            return name
        return self._named("account", f"{home_page}\n{name}")

    def mbox(self, mailto: str) -> str:
        """The learner with that address, the same as by its hash; ``mailto`` begins like that."""
        digest = hashlib.sha1(mailto.encode(), usedforsecurity=False).hexdigest()
        return self.mbox_hash(digest)

    def mbox_hash(self, sha1: str) -> str:
        """The learner whose address has that SHA-1, in hex."""
        return self._named("mbox", sha1.lower())

    def iri(self, iri: str) -> str:
        """The learner named by an IRI: an OpenID, or the id of a person in Caliper."""
        return self.mbox(iri) if iri.startswith("mailto:") else self._named("iri", iri)

    def _named(self, kind: str, name: str) -> str:
        told = f"{kind}\n{name}".encode()
        return PREFIX + hmac.new(self.key, told, hashlib.sha256).hexdigest()
