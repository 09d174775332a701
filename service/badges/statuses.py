"""Whether a credential was taken back, as far as the issuer's lists may be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from openbadgeslib.ob3 import OB3VerificationError
from openbadgeslib.ob3.status import decode_encoded_list

from service.badges import proofs
from service.badges.documents import Document, Unreadable, carried, listed, parsed, text
from service.badges.proofs import Fetch, Signature, Unfetched
from service.badges.trust import Trust

LISTS: Final = frozenset({"BitstringStatusListCredential", "StatusList2021Credential"})
ENTRIES: Final = frozenset({"BitstringStatusListEntry", "StatusList2021Entry"})
REVOCATIONS: Final = "1EdTechRevocationList"
MOST: Final = 10
"""A credential may name so many lists."""


class Status(StrEnum):
    """What became of a credential; ``none`` where its issuer keeps no list of it."""

    NONE = "none"
    CLEAR = "clear"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


PURPOSES: Final = {"revocation": Status.REVOKED, "suspension": Status.SUSPENDED}
"""What a set bit means; any other purpose only tells something."""

GRAVITY: Final = (Status.NONE, Status.CLEAR, Status.UNKNOWN, Status.SUSPENDED, Status.REVOKED)


@dataclass(frozen=True, slots=True)
class Standing:
    """The finding, and why where it is not clear."""

    state: Status
    why: str | None = None


def standing(document: Document, trust: Trust, fetch: Fetch, at: float) -> Standing:
    """The gravest of what all lists say that a credential names."""
    entries = listed(document.claims.get("credentialStatus"))
    if len(entries) > MOST:
        return Standing(Status.UNKNOWN, f"it names more than {MOST} lists")
    found = [Standing(Status.NONE)]
    for entry in entries:
        try:
            found.append(_looked_up(entry, document, trust, fetch, at))
        except (Unfetched, Unreadable, OB3VerificationError, ValueError) as error:
            found.append(Standing(Status.UNKNOWN, str(error)[:300]))
    return max(found, key=lambda each: GRAVITY.index(each.state))


def _looked_up(
    entry: object, document: Document, trust: Trust, fetch: Fetch, at: float
) -> Standing:
    if not isinstance(entry, dict):
        raise Unreadable("credentialStatus: expected an object")
    kinds = {each for each in listed(entry.get("type")) if isinstance(each, str)}
    if REVOCATIONS in kinds:
        return _listed_by_id(entry, document, fetch)
    if kinds & ENTRIES:
        return _bit(entry, document, trust, fetch, at)
    raise Unreadable("its status is told in a way that is not known here")


def _listed_by_id(entry: Mapping[str, Any], document: Document, fetch: Fetch) -> Standing:
    """By a list of what was revoked, which its address alone vouches for."""
    address = _address(entry.get("id"))
    found = parsed(fetch(address))
    if not isinstance(found, dict) or found.get("id") != address:
        raise Unreadable("the list of revocations is not the one that was named")
    issuer = found.get("issuer")
    if (issuer.get("id") if isinstance(issuer, dict) else issuer) != document.issuer:
        raise Unreadable("the list of revocations is of another issuer")
    for each in listed(found.get("revokedCredential")):
        revoked = isinstance(each, dict) and each.get("revoked", True) is not False
        if revoked and each.get("id") == document.id:
            return Standing(Status.REVOKED, text(each.get("revocationReason")))
    return Standing(Status.CLEAR)


def _bit(
    entry: Mapping[str, Any], document: Document, trust: Trust, fetch: Fetch, at: float
) -> Standing:
    """By one bit of a list that the same issuer signed."""
    purpose, index = entry.get("statusPurpose", "revocation"), _whole(entry.get("statusListIndex"))
    if not isinstance(purpose, str):
        raise Unreadable("statusPurpose: expected text")
    found = carried(fetch(_address(entry.get("statusListCredential"))), LISTS)
    if found.issuer != document.issuer:
        raise Unreadable("the status list is of another issuer")
    for moment, wrong in ((found.valid_from, -1), (found.valid_until, 1)):
        if moment is not None and (at - moment.timestamp()) * wrong > 0:
            raise Unreadable("the status list does not hold now")
    vouched = proofs.signed(found, trust, fetch)
    if vouched.state is not Signature.VALID:
        raise Unreadable(f"the status list is not proven to be the issuer's: {vouched.why}")
    subject = found.subject
    if purpose not in listed(subject.get("statusPurpose")):
        raise Unreadable("the status list serves another purpose")
    if entry.get("statusSize", 1) != 1 or subject.get("statusSize", 1) != 1:
        raise Unreadable("statuses of more than one bit are not read here")
    bits = decode_encoded_list(subject.get("encodedList", ""))
    if index >= 8 * len(bits):
        raise Unreadable("statusListIndex: beyond the end of the status list")
    if bits[index // 8] & (0x80 >> index % 8) and purpose in PURPOSES:
        return Standing(PURPOSES[purpose], "its issuer's status list says so")
    return Standing(Status.CLEAR)


def _address(value: object) -> str:
    if (found := text(value)) is None:
        raise Unreadable("credentialStatus: expected the address of a list")
    return found


def _whole(value: object) -> int:
    written = str(value)
    if len(written) > 9 or not (written.isascii() and written.isdigit()):
        raise Unreadable("statusListIndex: expected a whole number")
    return int(written)
