"""What is found of a credential, question by question: keys, lists, times, and what follows."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from certifying import Issuer
from hypothesis import given, settings
from hypothesis import strategies as st
from openbadgeslib.keys import KeyRSA
from openbadgeslib.ob3.status_list import build_status_list_credential

from service.badges.documents import Unreadable, read
from service.badges.proofs import Signature, Unfetched
from service.badges.statuses import Status
from service.badges.trust import Trust, key
from service.badges.verdicts import Expiry, Findings, Verdict, judge

AT = 1_708_640_000.0  # 2024-02-22
SCHOOL = Issuer()
HOSTED = Issuer("did:web:badges.example.edu")
DEEPER = Issuer("did:web:badges.example.edu:issuers:7")
ELSEWHERE = Issuer()
TRUST = Trust({each.id: () for each in (SCHOOL, HOSTED, DEEPER)})
LIST = "https://badges.example.edu/status/1"
REVOKED = "https://badges.example.edu/revocations"
WELL_KNOWN = "https://badges.example.edu/.well-known/did.json"


def published(documents: Mapping[str, bytes]) -> Callable[[str], bytes]:
    def fetch(url: str) -> bytes:
        if url not in documents:
            raise Unfetched(f"not fetched: nothing at {url}")
        return documents[url]

    return fetch


def found(
    body: str | dict[str, Any],
    documents: Mapping[str, bytes] | None = None,
    trust: Trust = TRUST,
    at: float = AT,
) -> Findings:
    raw = json.dumps(body) if isinstance(body, dict) else body
    return judge(read(raw.encode()), trust, published(documents or {}), at)


def entry(index: str = "3", purpose: str = "revocation", **more: Any) -> dict[str, Any]:
    return {
        "id": f"{LIST}#{index}", "type": "BitstringStatusListEntry", "statusPurpose": purpose,
        "statusListIndex": index, "statusListCredential": LIST, **more,
    }  # fmt: skip


@pytest.mark.parametrize("embedded", [False, True])
@pytest.mark.parametrize("issuer", [HOSTED, DEEPER], ids=["host", "path"])
def test_a_host_publishes_the_keys_of_its_issuers(issuer: Issuer, embedded: bool) -> None:
    body = issuer.embedded(issuer.badge()) if embedded else issuer.token(issuer.badge())
    unasked = found(body)
    assert (unasked.signed.state, unasked.verdict) == (Signature.UNKNOWN, Verdict.CLAIMED)
    assert unasked.signed.why is not None and unasked.signed.why.startswith("not fetched")
    address = WELL_KNOWN if issuer is HOSTED else "https://badges.example.edu/issuers/7/did.json"
    assert found(body, {address: issuer.did_document()}).verdict is Verdict.VERIFIED
    other = Issuer(issuer.id).did_document()
    assert found(body, {address: other}).signed.state is Signature.INVALID
    strange = ELSEWHERE.did_document()
    assert found(body, {address: strange}).signed.state is Signature.UNKNOWN


@pytest.mark.parametrize(
    ("proof", "named"),
    [
        ({"type": "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019"}, "ecdsa-rdfc-2019"),
        ([{"type": "DataIntegrityProof", "cryptosuite": "ecdsa-sd-2023"},
          {"type": "Ed25519Signature2020"}], "ecdsa-sd-2023, Ed25519Signature2020"),
        ({"cryptosuite": 7}, "untold"), ([], ""),
    ],
)  # fmt: skip
def test_a_suite_that_is_not_supported_is_named(proof: Any, named: str) -> None:
    judged = found(SCHOOL.badge(proof=proof))
    assert judged.verdict is Verdict.CLAIMED
    assert judged.signed.why == (
        f"the suite of its proof ({named}) is not supported here; supported: eddsa-rdfc-2022"
    )


def test_a_proof_that_is_supported_counts_beside_one_that_is_not() -> None:
    signed = SCHOOL.embedded(SCHOOL.badge())
    other = {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019", "proofValue": "z"}
    for proofs in ([signed["proof"], other], [other, signed["proof"]]):
        assert found({**signed, "proof": proofs}).verdict is Verdict.VERIFIED


def test_listed_keys_count_without_asking() -> None:
    for issuer in (Issuer("https://a.example/1", KeyRSA), Issuer("did:web:a.example")):
        old = Issuer(issuer.id)
        trust = Trust({issuer.id: (key({**old.jwk, "kid": "old"}), key(issuer.jwk))})
        assert found(issuer.token(issuer.badge()), trust=trust).verdict is Verdict.VERIFIED
        only_old = Trust({issuer.id: (key(old.jwk),)})
        refused = found(issuer.token(issuer.badge()), trust=only_old)
        assert refused.verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "OKP", "crv": "X25519", "x": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {**SCHOOL.jwk, "d": "AAAA"},
        {},
    ],
    ids=["shared", "curve", "half", "short", "secret", "empty"],
)
def test_only_public_keys_that_sign_are_listed(jwk: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected a public key"):
        key(jwk)


@pytest.mark.parametrize(
    ("validity", "expiry"),
    [
        ({"validUntil": "2024-02-22T00:00:00Z"}, Expiry.EXPIRED),
        ({"validUntil": "2024-02-23"}, Expiry.CURRENT),
        ({"expirationDate": "2024-02-22T00:00:00Z"}, Expiry.EXPIRED),
        ({"issuanceDate": "2024-02-23T00:00:00Z"}, Expiry.EARLY),
        ({"validFrom": "2024-02-23T00:00:00+00:00"}, Expiry.EARLY),
        ({"validFrom": "2024-02-22T22:14:00Z"}, Expiry.CURRENT),
    ],
    ids=["over", "not over", "over in 1.1", "early in 1.1", "early", "clocks differ"],
)
def test_times_are_looked_at_first(validity: dict[str, Any], expiry: Expiry) -> None:
    judged = found(SCHOOL.badge(**validity))
    assert judged.expiry is expiry
    assert (judged.verdict is Verdict.REFUSED) is (expiry is not Expiry.CURRENT)


def test_the_narrower_of_two_times_counts() -> None:
    later = SCHOOL.badge(validUntil="2100-01-01T00:00:00Z")
    assert found(SCHOOL.token(later, exp=int(AT) - 3_600)).expiry is Expiry.EXPIRED


@pytest.mark.parametrize("written", ["soon", 7, "", "2024-13-01", []])
def test_a_time_that_is_none_is_told(written: Any) -> None:
    with pytest.raises(Unreadable, match="validUntil: expected a date"):
        found(SCHOOL.badge(validUntil=written))


@pytest.mark.parametrize(
    ("places", "purpose", "status"),
    [
        ((), "revocation", Status.CLEAR),
        ((2, 4), "revocation", Status.CLEAR),
        ((3,), "revocation", Status.REVOKED),
        ((3,), "suspension", Status.SUSPENDED),
    ],
)
def test_a_status_list_says_what_became_of_it(
    places: tuple[int, ...], purpose: str, status: Status
) -> None:
    token = SCHOOL.token(SCHOOL.badge(credentialStatus=entry(purpose=purpose)))
    told = found(token, {LIST: SCHOOL.status_list(LIST, purpose, *places)})
    assert told.standing.state is status
    assert told.verdict is (Verdict.VERIFIED if status is Status.CLEAR else Verdict.REFUSED)
    assert told.withdrawn is (status is not Status.CLEAR)


def lists() -> dict[str, bytes]:
    unsigned = json.loads(json.dumps(SCHOOL.badge(type=["BitstringStatusListCredential"])))
    return {
        "of another": ELSEWHERE.status_list(LIST, "revocation"),
        "forged": ELSEWHERE.status_list(LIST, "revocation", issuer=SCHOOL.id),
        "of another purpose": SCHOOL.status_list(LIST, "suspension"),
        "over": SCHOOL.status_list(LIST, "revocation", validUntil="2024-02-01T00:00:00Z"),
        "unsigned": json.dumps(unsigned).encode(),
        "not a list": SCHOOL.token(SCHOOL.badge()).encode(),
        "not even a credential": b"<html>",
    }


@pytest.mark.parametrize("which", ["not there", *lists()])
def test_what_cannot_be_relied_on_is_unknown_and_never_clear(which: str) -> None:
    token = SCHOOL.token(SCHOOL.badge(credentialStatus=entry()))
    told = found(token, {LIST: lists()[which]} if which in lists() else {})
    assert (told.standing.state, told.verdict) == (Status.UNKNOWN, Verdict.CLAIMED)
    assert told.standing.why


@pytest.mark.parametrize(
    "bad",
    [
        entry("999999999"), entry("-1"), entry("1" * 5_000), entry("x"), entry(statusSize=2),
        {"type": "Something"}, {"type": "BitstringStatusListEntry"}, "words",
        {"type": "1EdTechRevocationList"},
    ],
    ids=lambda bad: str(bad)[:24],
)  # fmt: skip
def test_an_entry_that_says_nothing_is_unknown(bad: Any) -> None:
    token = SCHOOL.token(SCHOOL.badge(credentialStatus=bad))
    told = found(token, {LIST: SCHOOL.status_list(LIST, "revocation")})
    assert told.standing.state is Status.UNKNOWN


def test_a_purpose_that_is_no_text_is_unknown() -> None:
    """Also where the list says the same."""
    token = SCHOOL.token(
        SCHOOL.badge(credentialStatus={**entry(), "statusPurpose": ["revocation"]})
    )
    made = build_status_list_credential(SCHOOL.id, LIST, "revocation", {3})
    made["credentialSubject"]["statusPurpose"] = [["revocation"]]
    made["validFrom"] = "2024-01-01T00:00:00Z"
    told = found(token, {LIST: SCHOOL.signer.sign_payload(made).encode()})
    assert told.standing.why == "statusPurpose: expected text"


def test_the_gravest_of_several_lists_counts() -> None:
    both = [entry(), entry(purpose="suspension")]
    token = SCHOOL.token(SCHOOL.badge(credentialStatus=both))
    told = found(token, {LIST: SCHOOL.status_list(LIST, "revocation", 3)})
    assert told.standing.state is Status.REVOKED
    many = SCHOOL.token(SCHOOL.badge(credentialStatus=[entry()] * 11))
    assert found(many).standing.state is Status.UNKNOWN


@pytest.mark.parametrize(
    ("listed", "status"),
    [
        ([], Status.CLEAR),
        ([{"id": "urn:uuid:another"}], Status.CLEAR),
        ([{"id": SCHOOL.badge()["id"], "revocationReason": "By mistake"}], Status.REVOKED),
        ([{"id": SCHOOL.badge()["id"], "revoked": True}], Status.REVOKED),
        ([{"id": SCHOOL.badge()["id"], "revoked": False}], Status.CLEAR),
    ],
)
@pytest.mark.parametrize(
    "issuer", [SCHOOL.id, {"id": SCHOOL.id, "type": "Profile"}], ids=["by id", "by profile"]
)
def test_a_list_of_revocations_names_them(listed: Any, status: Status, issuer: Any) -> None:
    named = {"id": REVOKED, "type": "1EdTechRevocationList"}
    token = SCHOOL.token(SCHOOL.badge(credentialStatus=named))
    document = {"id": REVOKED, "issuer": issuer, "revokedCredential": listed}
    told = found(token, {REVOKED: json.dumps(document).encode()})
    assert told.standing.state is status
    for wrong in ({"id": LIST}, {"issuer": ELSEWHERE.id}):
        told = found(token, {REVOKED: json.dumps({**document, **wrong}).encode()})
        assert told.standing.state is Status.UNKNOWN


def test_trust_is_told_apart_from_validity() -> None:
    nobody = found(SCHOOL.token(SCHOOL.badge()), trust=Trust())
    assert (nobody.signed.state, nobody.trusted) == (Signature.VALID, False)
    unsigned = found(SCHOOL.badge())
    assert (unsigned.signed.state, unsigned.trusted) == (Signature.UNKNOWN, True)


WHOLE = [SCHOOL.embedded(SCHOOL.badge(credentialStatus=entry())), SCHOOL.badge()]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False)
    | st.text(max_size=8) | st.sampled_from(["did:key:z", "did:web:", "did:web:a.b:c", LIST]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)  # fmt: skip


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if place:
        yield place
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in inner if isinstance(value, dict | list) else ():
        yield from places(each, (*place, name))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), odd=ODD, signs=st.booleans())
def test_security_whatever_a_document_holds_is_judged_or_told(
    data: st.DataObject, odd: Any, signs: bool
) -> None:
    """Also where the issuer signed what is odd: an issuer may be anybody."""
    document = copy.deepcopy(data.draw(st.sampled_from(WHOLE)))
    *way, last = data.draw(st.sampled_from(list(places(document))))
    part = document
    for step in way:
        part = part[step]
    part[last] = odd
    claims = {**document, "iss": SCHOOL.id, "jti": document.get("id"), "nbf": 1_704_067_200}
    body = SCHOOL.signer.sign_payload(claims) if signs else document
    try:
        judged = found(body, {LIST: SCHOOL.status_list(LIST, "revocation")})
    except Unreadable as error:
        assert str(error)
    else:
        assert judged.verdict in Verdict
