"""Whether the issuer signed a credential, and with what.

The key says which algorithm counts, never the document. A key comes from the tenants file, from a
``did:key`` that is one, or from where a ``did:web`` says, if that host may be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import jwt
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.keys import KeyType, detect_key_type
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.clr import CLR_CONTEXT_URL, bundled_clr_contexts
from openbadgeslib.ob3.contexts import bundled_contexts, document_loader
from openbadgeslib.ob3.did import fetch_did_web_document, pem_for_kid, resolve_did
from openbadgeslib.ob3.ldp import _check_json_ld_form, verify_data_integrity_proof

from service.badges.documents import Document, Form, listed, text
from service.badges.trust import Key, Trust

Fetch = Callable[[str], bytes]
"""What is at an address; raises ``Unfetched``."""

ALGORITHMS: Final = {
    KeyType.ED25519: ("EdDSA",),
    KeyType.ECC: ("ES256", "ES384"),
    KeyType.RSA: ("RS256", "RS384", "RS512"),
}
KNOWN: Final = frozenset(name for names in ALGORITHMS.values() for name in names)
UNTIMED: Final[jwt.types.Options] = {
    "verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False,
}  # fmt: skip
"""When a document holds is looked at elsewhere, by the service's clock."""

SUITES: Final = frozenset({"eddsa-rdfc-2022"})
CONTEXTS: Final = frozenset({*bundled_contexts(), CLR_CONTEXT_URL})


class Signature(StrEnum):
    """Whether the named issuer signed; unknown where nobody can tell here."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Signed:
    """The finding, why where it is not valid, and the key that fitted."""

    state: Signature
    why: str | None = None
    key: str | None = None


class Unfetched(Exception):
    """What would have to be asked for cannot be had; the message says why."""


class Unkeyed(Exception):
    """No key of the issuer is known; the message says why."""


def signed(document: Document, trust: Trust, fetch: Fetch) -> Signed:
    """Whether the issuer it names signed a document. Raises ``Unreadable``."""
    if document.form is Form.UNSIGNED:
        return Signed(Signature.UNKNOWN, "it carries no proof")
    if document.form is Form.JWT and document.header.get("alg") not in KNOWN:
        return Signed(Signature.INVALID, "its algorithm is none that proves who signed")
    if document.form is Form.DATA_INTEGRITY and (why := _uncheckable(document)):
        return Signed(Signature.UNKNOWN, why)
    try:
        keys = _keys(document, trust, fetch)
        why = "no key of the issuer fits"
        for each in keys:
            try:
                _check(document, each.pem)
                return Signed(Signature.VALID, key=each.pem)
            except (LibOpenBadgesException, jwt.PyJWTError) as error:
                why = str(error)[:300]
    except Unkeyed as error:
        return Signed(Signature.UNKNOWN, str(error)[:300])
    except LibOpenBadgesException as error:
        return Signed(Signature.INVALID, str(error)[:300])
    return Signed(Signature.INVALID, why)


def _check(document: Document, pem: str) -> None:
    if document.form is Form.JWT and document.is_badge:
        OB3Verifier(pem).verify(document.token)
    elif document.form is Form.JWT:
        kind = detect_key_type(pem)
        jwt.decode(document.token, pem, ALGORITHMS[kind], options=UNTIMED)
        if document.claims.get("iss", document.issuer) != document.issuer:
            raise OB3VerificationError("JWT 'iss' does not match the credential issuer")
    elif document.is_badge:
        OB3LdpVerifier(pem).verify(dict(document.claims))
    else:
        claims = dict(document.claims)
        if not document.is_record:
            # The proof is of what the JSON means. That it says nothing beside, the library looks
            # for in badges by itself; a record's parts bring proofs of their own.
            _check_json_ld_form(claims, _proofs(document)[0], document_loader())
        verify_data_integrity_proof(claims, pem, extra_contexts=bundled_clr_contexts())


def _keys(document: Document, trust: Trust, fetch: Fetch) -> Sequence[Key]:
    """Keys of the issuer by which the document may have been signed. Raises ``Unkeyed``, and
    ``OB3VerificationError`` where it names a key that is none of the issuer's.
    """
    issuer, name = document.issuer, _named_key(document)
    if listed_keys := trust.issuers.get(issuer):
        fitting = [each for each in listed_keys if each.name and name in _names(each, issuer)]
        return fitting or listed_keys
    embedded = document.form is Form.DATA_INTEGRITY and issuer.startswith("did:")
    if embedded and (name is None or name.partition("#")[0] != issuer):
        raise OB3VerificationError("its proof names a key of somebody else")
    if issuer.startswith("did:key:"):
        try:
            return [Key(resolve_did(issuer).decode())]
        except OB3VerificationError as error:
            raise Unkeyed(f"this is no key that is known here: {error}") from error
    if issuer.startswith("did:web:"):
        return [Key(pem_for_kid(_described(issuer, fetch), issuer, name).decode())]
    raise Unkeyed("no key of this issuer is listed for the tenant")


def _described(did: str, fetch: Fetch) -> dict[str, Any]:
    try:
        found = fetch_did_web_document(did, fetch)
    except OB3VerificationError as error:
        cause = error.__cause__
        raise Unkeyed(f"{cause}" if isinstance(cause, Unfetched) else f"{error}") from error
    if found.get("id") != did:
        raise Unkeyed("what is published for this issuer is of another")
    return found


def _named_key(document: Document) -> str | None:
    if document.form is Form.JWT:
        name = document.header.get("kid")
    else:
        name = _proofs(document)[0].get("verificationMethod")
    return name if isinstance(name, str) else None


def _names(key: Key, issuer: str) -> tuple[str, str, str]:
    return f"{key.name}", f"#{key.name}", f"{issuer}#{key.name}"


def _proofs(document: Document) -> list[dict[str, Any]]:
    """Those that are checked here."""
    proofs = listed(document.claims.get("proof"))
    return [
        each for each in proofs if isinstance(each, dict) and str(each.get("cryptosuite")) in SUITES
    ]


def _uncheckable(document: Document) -> str | None:
    """Why a Data Integrity proof cannot be checked here, if so."""
    if not _proofs(document):
        named = ", ".join(dict.fromkeys(map(_suite, listed(document.claims.get("proof")))))[:200]
        supported = ", ".join(sorted(SUITES))
        return f"the suite of its proof ({named}) is not supported here; supported: {supported}"
    strange = next((each for each in _contexts(document.claims) if each not in CONTEXTS), None)
    if strange is not None:
        return f"it uses words of a context that is not packaged here: {strange[:200]}"
    return None


def _suite(proof: Any) -> str:
    told = (proof.get("cryptosuite") or proof.get("type")) if isinstance(proof, dict) else None
    return text(told) or "untold"


def _contexts(claims: Any) -> Iterator[str]:
    """Every context that is named by its address, anywhere."""
    rest = [claims]
    while rest:
        node = rest.pop()
        if isinstance(node, dict):
            named = listed(node.get("@context"))
            yield from (each for each in named if isinstance(each, str))
            rest += node.values()
        elif isinstance(node, list):
            rest += node
