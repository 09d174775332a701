"""Badges that somebody made up, changed, or made to do harm: each is refused, clearly and soon."""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from badge_site import Site, badge_site
from certifying import CONTEXTS, Issuer, aligned, base64url
from openbadgeslib import baking

SCHOOL = Issuer()
HOSTED = Issuer("did:web:badges.example.edu")
THIEF = Issuer()
BADGE = SCHOOL.badge()
PNG = b"\x89PNG\r\n\x1a\n"
SOON = 3.0


@pytest.fixture(scope="module")
def site(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("hostile")
    with badge_site(folder, bundle_folder, embedded_url, [SCHOOL, HOSTED]) as running:
        yield running


def refused(site: Site, body: Any, why: str, status: int = 422) -> None:
    began = time.monotonic()
    response = site.post(body, "mal")
    assert time.monotonic() - began < SOON
    assert response.status_code == status, response.text[:500]
    assert response.headers["content-type"] == "application/problem+json"
    assert why in response.json()["detail"], response.text
    assert len(response.text) < 2_000
    with site.client() as client:
        assert client.get("/v1/learners/mal").status_code == 404  # nothing of it is kept


def token(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    signed = f"{base64url(header)}.{base64url(claims)}"
    return f"{signed}.{base64url(sign(signed.encode()))}"


def claims() -> dict[str, Any]:
    return {**BADGE, "iss": SCHOOL.id, "sub": BADGE["credentialSubject"]["id"],
            "jti": BADGE["id"], "nbf": 1_704_067_200}  # fmt: skip


def shared(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda text: hmac.digest(secret, text, hashlib.sha256)


def renamed(document: dict[str, Any]) -> dict[str, Any]:
    document["credentialSubject"]["achievement"]["name"] = "Something better"
    return document


def altered() -> str:
    header, _, signature = SCHOOL.token(BADGE).split(".")
    return f"{header}.{base64url(renamed(claims() | json.loads(json.dumps(BADGE))))}.{signature}"


FORGED = {
    "none": lambda: token({"alg": "none"}, claims(), lambda _: b""),
    "nOnE": lambda: token({"alg": "nOnE"}, claims(), lambda _: b""),
    "no algorithm": lambda: token({}, claims(), lambda _: b""),
    "HS256 with the public key": lambda: token({"alg": "HS256"}, claims(), shared(SCHOOL.public)),
    "HS256 with the key's bytes": lambda: token(
        {"alg": "HS256"}, claims(), shared(SCHOOL.jwk["x"].encode())),
    "RS256 under a key for EdDSA": lambda: token({"alg": "RS256"}, claims(), shared(b"x")),
    "another's key": lambda: THIEF.token(BADGE),
    "another's key, given along": lambda: THIEF.token(BADGE),
    "another's key, named": lambda: THIEF.token({**BADGE, "issuer": SCHOOL.id}),
    "changed": altered,
    "no signature": lambda: SCHOOL.token(BADGE).rpartition(".")[0] + ".",
    "issuer within and without": lambda: SCHOOL.token(BADGE, iss=THIEF.id),
    "id within and without": lambda: SCHOOL.token(BADGE, jti="urn:uuid:another"),
    "subject within and without": lambda: SCHOOL.token(BADGE, sub="did:example:mallory"),
    "proof changed": lambda: renamed(SCHOOL.embedded(SCHOOL.badge())),
    "proof of another": lambda: {
        **SCHOOL.badge(), "proof": THIEF.embedded(THIEF.badge())["proof"]},
    "proof by another's key": lambda: {
        **SCHOOL.badge(),
        "proof": {**THIEF.embedded(SCHOOL.badge())["proof"], "verificationMethod": SCHOOL.method}},
    "words of its own": lambda: {
        **SCHOOL.embedded(SCHOOL.badge()),
        "@context": [*CONTEXTS, {"name": "https://evil.example/name"}]},
    "unsigned beside signed": lambda: {
        **SCHOOL.embedded(SCHOOL.badge()), "@included": [{"id": "urn:x", "type": "Profile"}]},
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
def test_security_a_forged_badge_is_refused(site: Site, how: str) -> None:
    refused(site, FORGED[how](), "refused: its proof does not hold")


def test_security_a_badge_that_does_not_hold_now_is_refused(site: Site) -> None:
    over = SCHOOL.badge(validUntil="2024-02-01T00:00:00Z")
    refused(site, SCHOOL.token(over), "it has expired")
    refused(site, SCHOOL.embedded(over), "it has expired")
    refused(site, SCHOOL.token(BADGE, exp=1_706_745_600), "it has expired")
    refused(site, SCHOOL.token(SCHOOL.badge(validFrom="2026-01-01T00:00:00Z")), "not valid yet")


def test_security_a_record_that_was_changed_is_refused_whole(site: Site) -> None:
    record = SCHOOL.sealed(SCHOOL.record(SCHOOL.embedded(BADGE)))
    record["credentialSubject"]["verifiableCredential"].append(SCHOOL.embedded(SCHOOL.badge()))
    refused(site, record, "its proof does not hold")


def test_security_nothing_is_asked_for_unless_the_tenant_allows_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(*_: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr("service.badges.fetching.Fetcher._asked", nowhere)
    address = "https://badges.example.edu/status/1"
    entry = {
        "id": f"{address}#1", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": "1", "statusListCredential": address,
    }  # fmt: skip
    badge = SCHOOL.token(SCHOOL.badge(credentialStatus=entry))
    hosted = HOSTED.token(HOSTED.badge())
    strange = {**SCHOOL.badge(), "proof": {"cryptosuite": "eddsa-rdfc-2022"}}
    strange["@context"] = [*CONTEXTS, "https://evil.example/context"]
    status, signature, context = (
        site.post(body, "quiet").json()["badges"][0] for body in (badge, hosted, strange)
    )
    assert status["verdict"] == signature["verdict"] == context["verdict"] == "claimed"
    assert status["status"] == {
        "state": "unknown",
        "why": "not fetched: the tenant does not allow to ask badges.example.edu",
    }
    assert signature["signature"]["why"] == status["status"]["why"]
    assert "https://evil.example/context" in context["signature"]["why"]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack("!IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    return PNG + header + b"".join(chunks) + chunk(b"IEND", b"")


def bomb() -> bytes:
    """A hundred megabytes in a hundred kilobytes."""
    packer, zeros = zlib.compressobj(9), bytes(1_000_000)
    return b"".join(packer.compress(zeros) for _ in range(100)) + packer.flush()


def svg(inside: str, before: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{before}<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:openbadges="{baking.SVG_NS_OB3}">{inside}</svg>'
    ).encode()


LAUGHS = "<!DOCTYPE svg [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10))
)
NESTED = b'{"a":' * 300 + b"1" + b"}" * 300
HOSTILE: dict[str, tuple[Callable[[], Any], str]] = {
    "nothing": (lambda: b"", "expected a credential"),
    "noise": (lambda: bytes(range(256)) * 100, "expected a credential"),
    "a list": (lambda: b"[]", "expected a credential"),
    "half of JSON": (lambda: b'{"type": ', "not valid JSON"),
    "depth": (lambda: b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "JSON"),
    "depth that is allowed in JSON": (
        lambda: b'{"a":' * 200 + b"1" + b"}" * 200, "nested deeper than 64"),
    "depth within a token": (
        lambda: f"{base64url({})}.{base64url(NESTED)}.AA",
        "nested deeper than 64"),
    "no numbers": (lambda: b'{"type": NaN}', "not valid JSON"),
    "half a character": (lambda: b'{"type": "\\ud800"}', "not valid JSON"),
    "much": (lambda: json.dumps({"type": "x" * 300_000}).encode(), "at most 262144 bytes"),
    "another standard": (
        lambda: {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"},
        "type: expected one of AchievementCredential"),
    "no issuer": (lambda: {**BADGE, "issuer": {"name": "Nobody"}}, "issuer: expected an id"),
    "no subject": (lambda: {**BADGE, "credentialSubject": []}, "expected one object"),
    "no achievement": (
        lambda: {**BADGE, "credentialSubject": {"id": "x"}}, "expected an object with a name"),
    "too many alignments": (
        lambda: SCHOOL.badge(alignment=[aligned(f"{i}") for i in range(1_000)]),
        "alignment: expected at most 100"),
    "alignments of many results": (
        lambda: SCHOOL.badge(subject={"result": [{"alignment": [aligned("x")] * 20}] * 20}),
        "alignment: expected at most 100 in all"),
    "too many parts": (
        lambda: SCHOOL.token(SCHOOL.record(*[{"type": "x"}] * 101)), "expected at most 100"),
    "an image of nothing": (lambda: png(), "no credential can be read from this image"),
    "half an image": (lambda: PNG + b"\0\0\0\xffIHDR", "no credential can be read"),
    "a chunk of four gigabytes": (lambda: PNG + b"\xff\xff\xff\xffiTXtx", "no credential"),
    "a bomb where badges are": (
        lambda: png(chunk(b"iTXt", b"openbadgecredential\0\1\0\0\0" + bomb())), "exceeds"),
    "a bomb beside": (lambda: png(chunk(b"zTXt", b"Comment\0\0" + bomb())), "no credential"),
    "laughs": (lambda: svg("&a9;", LAUGHS), "no credential can be read"),
    "a file of the machine": (
        lambda: svg("&f;", "<!DOCTYPE svg [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"),
        "no credential can be read"),
    "depth of a drawing": (
        lambda: svg("<g>" * 40_000 + "</g>" * 40_000), "no credential can be read"),
    "a drawing alone": (lambda: svg("<g/>"), "no credential can be read"),
    "a drawing with noise": (
        lambda: svg('<openbadges:credential verify="a.b"/>'), "expected a credential"),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_security_hostile_files_are_refused(site: Site, what: str) -> None:
    body, why = HOSTILE[what]
    refused(site, body(), why)


def test_security_a_body_of_fifty_megabytes_is_not_even_read(site: Site) -> None:
    refused(site, bytes(50_000_000), "at most", 413)


def test_security_a_graph_made_to_take_for_ever_does_not(site: Site) -> None:
    """Nodes without names that are all alike: what canonicalising them would take grows without
    bound.
    """
    knots = [{"type": ["Alignment"], "targetName": "x", "targetUrl": "https://a.example"}] * 90
    badge = SCHOOL.badge(achievement={"alignment": knots})
    badge["evidence"] = [{"type": ["Evidence"], "name": "x"} for _ in range(400)]
    badge["proof"] = {**SCHOOL.embedded(SCHOOL.badge())["proof"]}
    refused(site, badge, "refused")


def test_security_alignments_in_a_circle_are_only_names(site: Site) -> None:
    here = "https://example.edu/achievements/1"
    graded = {"id": here, "name": "Grade", "resultType": "Percent"}
    circle = {"resultDescription": [{**graded, "alignment": [aligned("A", here)]}]}
    badge = SCHOOL.badge(
        alignment=[aligned("Keeping odd things", here)],
        achievement=circle,
        subject={"result": [{"resultDescription": here, "alignment": aligned("B", here)}]},
    )
    told = site.post(SCHOOL.token(badge), "circle").json()["badges"][0]
    assert [each["name"] for each in told["achievement"]["skills"]] == [
        "B", "A", "Keeping odd things",
    ]  # fmt: skip


def test_security_a_widget_token_takes_no_badge(site: Site) -> None:
    with site.client() as client:
        asked = {"learner": "lea", "origin": "https://p.example", "scopes": ["learners"]}
        issued = client.post("/v1/widget-tokens", json=asked).json()
        headers = {"Authorization": f"Bearer {issued['token']}", "Origin": "https://p.example"}
        answer = client.post(
            "/v1/learners/lea/credentials", content=SCHOOL.token(BADGE), headers=headers
        )
    assert answer.status_code == 403
