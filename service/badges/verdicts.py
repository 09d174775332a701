"""What is found of one credential, each question by itself, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from service.badges.documents import Document
from service.badges.proofs import Fetch, Signature, Signed, signed
from service.badges.statuses import Standing, Status, standing
from service.badges.trust import Trust

LEEWAY: Final = timedelta(seconds=60)
"""By so much may clocks differ."""

UNASKED: Final = Standing(Status.UNKNOWN, "not looked up, since it is not known who signed")
UNTRIED: Final = Signed(Signature.UNKNOWN, "not checked, since it does not hold now")


class Expiry(StrEnum):
    """Whether a credential holds at the moment."""

    CURRENT = "current"
    EXPIRED = "expired"
    EARLY = "early"


class Verdict(StrEnum):
    """``verified``: signed by an issuer whom the tenant trusts, holds, and is not taken back.
    ``claimed``: nothing speaks against it, and not all of that is known. ``refused``: something
    does.
    """

    VERIFIED = "verified"
    CLAIMED = "claimed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found of one credential."""

    signed: Signed
    standing: Standing
    expiry: Expiry
    trusted: bool

    @property
    def proven(self) -> bool:
        """Whether the issuer it names is known to have signed it."""
        return self.signed.state is Signature.VALID

    @property
    def verdict(self) -> Verdict:
        if self.objection is not None:
            return Verdict.REFUSED
        clear = self.standing.state in (Status.NONE, Status.CLEAR)
        return Verdict.VERIFIED if self.proven and self.trusted and clear else Verdict.CLAIMED

    @property
    def objection(self) -> str | None:
        """What speaks against it."""
        if self.expiry is not Expiry.CURRENT:
            return "it has expired" if self.expiry is Expiry.EXPIRED else "it is not valid yet"
        if self.signed.state is Signature.INVALID:
            return f"its proof does not hold: {self.signed.why}"
        if self.withdrawn:
            return f"it was {self.standing.state} by its issuer"
        return None

    @property
    def withdrawn(self) -> bool:
        """Whether its issuer took it back."""
        return self.standing.state in (Status.REVOKED, Status.SUSPENDED)


def judge(document: Document, trust: Trust, fetch: Fetch, at: float) -> Findings:
    """Find all of it, and no more than is needed. Raises ``Unreadable``."""
    trusted = document.issuer in trust.issuers
    expiry = _expiry(document, datetime.fromtimestamp(at, UTC))
    if expiry is not Expiry.CURRENT:
        return Findings(UNTRIED, UNASKED, expiry, trusted)
    found = signed(document, trust, fetch)
    if found.state is not Signature.VALID:
        return Findings(found, UNASKED, expiry, trusted)
    return Findings(found, standing(document, trust, fetch, at), expiry, trusted)


def _expiry(document: Document, now: datetime) -> Expiry:
    if document.valid_until is not None and document.valid_until < now - LEEWAY:
        return Expiry.EXPIRED
    if document.valid_from is not None and document.valid_from > now + LEEWAY:
        return Expiry.EARLY
    return Expiry.CURRENT
