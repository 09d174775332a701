"""Badges and records over real HTTP: verified, matched, kept, and what follows in answers."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from badge_site import AT, Site, badge_site
from certifying import LEARNER, Issuer, aligned
from openbadgeslib import baking
from openbadgeslib.keys import KeyECC, KeyRSA
from PIL import Image
from tiny_bundle import SKILLS

from models.bundle import read
from models.domain import HeldSkill
from service.held import HeldBadge, LearnerState
from service.recommender import learner_of
from service.schemas.learners import LearnerQuery

SCHOOL = Issuer()
ACADEMY = Issuer("https://academy.example/issuer", KeyRSA)
STATE = Issuer(kind=KeyECC)
STRANGER = Issuer()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'
ODD = [aligned("Topic 1", SKILLS[1]), aligned("topic 3"), aligned("Juggling")]


@pytest.fixture(scope="module")
def site(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("badges")
    with badge_site(folder, bundle_folder, embedded_url, [SCHOOL, ACADEMY, STATE]) as running:
        yield running


@pytest.fixture
def lea() -> str:
    return f"lea-{uuid.uuid4().hex[:8]}"


def hashed(address: str) -> str:
    return f"sha256${hashlib.sha256(f'{address}s'.encode()).hexdigest()}"


def identified(identity: str, **more: Any) -> dict[str, Any]:
    kind = {"type": "IdentityObject", "identityType": "emailAddress", "identityHash": identity}
    return {"identifier": [{**kind, **more}]}


def png(tmp_path: Path) -> bytes:
    file = tmp_path / "badge.png"
    Image.new("RGB", (4, 4)).save(file)
    return file.read_bytes()


def one(site: Site, body: Any, learner: str, **query: str) -> dict[str, Any]:
    response = site.post(body, learner, **query)
    assert response.status_code == 200, response.text
    (badge,) = response.json()["badges"]
    return dict(badge)


def gap(site: Site, learner: str) -> dict[str, Any]:
    with site.client() as client:
        body = {"learner": {"id": learner}, "target_role": "odd"}
        return dict(client.post("/v1/recommendations", json=body).json())


@pytest.mark.parametrize("issuer", [SCHOOL, ACADEMY, STATE], ids=["EdDSA", "RS256", "ES256"])
def test_a_token_of_a_trusted_issuer_is_verified(site: Site, lea: str, issuer: Issuer) -> None:
    badge = one(site, issuer.token(issuer.badge()), lea)
    assert (badge["verdict"], badge["form"], badge["new"]) == ("verified", "jwt", True)
    assert badge["signature"] == {"state": "valid", "why": None}
    assert badge["status"] == {"state": "none", "why": None}
    assert badge["expiry"]["state"] == "current"
    assert badge["issuer"] == {"id": issuer.id, "name": "Example University", "trusted": True}
    assert badge["recipient"] == LEARNER


def test_json_and_images_are_verified_alike(site: Site, lea: str, tmp_path: Path) -> None:
    token, embedded = SCHOOL.token(SCHOOL.badge()), SCHOOL.embedded(SCHOOL.badge())
    element, space = baking.SVG_ELEMENT_OB3, baking.SVG_NS_OB3
    text = json.dumps(embedded)
    forms = {
        "embedded": (embedded, "data_integrity"),
        "png": (baking.bake_png(png(tmp_path), token, keyword=b"openbadgecredential"), "jwt"),
        "svg": (baking.bake_svg(SVG, token, element=element, namespace=space), "jwt"),
        "svg, embedded": (
            baking.bake_svg(SVG, text, element=element, namespace=space, as_text=True),
            "data_integrity",
        ),
        "enveloped": (
            {
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/vc+jwt,{token}",
            },
            "jwt",
        ),
        "as a JSON text": (json.dumps(token), "jwt"),
    }
    for name, (body, form) in forms.items():
        badge = one(site, body, lea)
        assert (badge["verdict"], badge["form"]) == ("verified", form), name
    with site.client() as client:
        assert len(client.get(f"/v1/learners/{lea}").json()["badges"]) == 1


def test_a_verified_badge_closes_the_gap_and_shortens_the_path(site: Site, lea: str) -> None:
    before = gap(site, lea)
    with site.client() as client:
        asked = {"learner": {"id": lea}, "target_role": "odd"}
        steps = len(client.post("/v1/paths", json=asked).json()["steps"])
        badge = one(site, SCHOOL.token(SCHOOL.badge(alignment=ODD)), lea)
        fewer = len(client.post("/v1/paths", json=asked).json()["steps"])
    found = {each["name"]: each for each in badge["achievement"]["skills"]}
    assert {name: (each["skill"], each["by"], each["score"]) for name, each in found.items()} == {
        "Topic 1": (SKILLS[1], "id", 1.0),
        "topic 3": (SKILLS[3], "label", 1.0),
        "Juggling": (None, None, None),
    }
    after = gap(site, lea)
    assert (steps, fewer) == (6, 3)  # Topic 3 is taught by what asks for another first
    assert after["gap"]["before"] == pytest.approx(before["gap"]["before"] - 2 / 5)
    evidence = {each["skill"]: each["evidence"] for each in after["gap"]["skills"]}
    assert evidence[SKILLS[1]][0] == {
        "kind": "verified", "credential": None, "skill": SKILLS[1], "label": "Topic 1",
        "level": None, "nearness": 1.0, "how": "same", "covers": 1.0,
    }  # fmt: skip
    assert evidence[SKILLS[5]] == []


@pytest.mark.parametrize(
    "achievement",
    [{"id": "c3"}, {"id": "https://example.org/3"}, {"humanCode": "c3"},
     {"criteria": {"id": "https://example.org/3/", "narrative": "Kept it."}}],
    ids=["id", "url", "code", "criteria"],
)  # fmt: skip
def test_a_badge_of_the_catalogue_is_that_credential(
    site: Site, lea: str, achievement: dict[str, Any]
) -> None:
    badge = one(site, SCHOOL.token(SCHOOL.badge(achievement=achievement)), lea)
    assert badge["achievement"]["credential"] == "c3"
    answer = gap(site, lea)
    assert "c3" not in {item["credential"] for item in answer["items"]}
    evidence = {each["skill"]: each["evidence"] for each in answer["gap"]["skills"]}
    assert [(each["kind"], each["credential"]) for each in evidence[SKILLS[3]]] == [
        ("verified", "c3")
    ]


@pytest.mark.parametrize("why", ["untrusted", "unsigned", "unlisted", "suite"])
def test_what_cannot_be_verified_is_a_claim(site: Site, lea: str, why: str) -> None:
    unlisted = Issuer("https://unlisted.example/issuer")
    badge, signature = {
        "untrusted": (STRANGER.token(STRANGER.badge(alignment=ODD)), "valid"),
        "unsigned": (SCHOOL.badge(alignment=ODD), "unknown"),
        "unlisted": (unlisted.token(unlisted.badge(alignment=ODD)), "unknown"),
        "suite": (
            {**SCHOOL.badge(alignment=ODD), "proof": {"cryptosuite": "ecdsa-rdfc-2019"}},
            "unknown",
        ),
    }[why]
    told = one(site, badge, lea)
    assert (told["verdict"], told["signature"]["state"]) == ("claimed", signature)
    evidence = {each["skill"]: each["evidence"] for each in gap(site, lea)["gap"]["skills"]}
    assert [each["kind"] for each in evidence[SKILLS[1]]] == ["declared"]


def test_a_claim_of_a_credential_of_the_catalogue_is_no_credential(site: Site, lea: str) -> None:
    told = one(site, STRANGER.token(STRANGER.badge(achievement={"id": "c3"})), lea)
    assert told["achievement"]["credential"] == "c3"
    evidence = {each["skill"]: each["evidence"] for each in gap(site, lea)["gap"]["skills"]}
    assert evidence[SKILLS[3]] == []


def test_what_is_sent_again_is_kept_once(site: Site, lea: str) -> None:
    token = SCHOOL.token(SCHOOL.badge())
    assert one(site, token, lea)["new"] is True
    assert one(site, token, lea)["new"] is False
    with site.client() as client:
        kept = client.get(f"/v1/learners/{lea}").json()["badges"]
    assert [each["id"] for each in kept] == [SCHOOL.badge()["id"]]


def test_a_claim_takes_no_proven_place_and_a_proof_takes_the_claims(site: Site, lea: str) -> None:
    def verdicts() -> list[str]:
        with site.client() as client:
            kept = client.get(f"/v1/learners/{lea}").json()["badges"]
        return sorted(each["verdict"] for each in kept)

    one(site, SCHOOL.badge(), lea)
    assert verdicts() == ["claimed"]
    one(site, SCHOOL.token(SCHOOL.badge()), lea)
    assert verdicts() == ["verified"]
    one(site, SCHOOL.badge(), lea)
    assert verdicts() == ["claimed", "verified"]


def test_a_badge_is_exported_and_erased_with_its_learner(site: Site, lea: str) -> None:
    one(site, SCHOOL.token(SCHOOL.badge(alignment=ODD)), lea)
    with site.client() as client:
        exported = client.get(f"/v1/learners/{lea}/export").json()["badges"]
        assert [each["verdict"] for each in exported] == ["verified"]
        assert [each["name"] for each in exported[0]["achievement"]["skills"]] == [
            "Topic 1", "topic 3", "Juggling",
        ]  # fmt: skip
        client.put(f"/v1/learners/{lea}", json={"target_role": "odd"})
        assert len(client.get(f"/v1/learners/{lea}").json()["badges"]) == 1
        client.delete(f"/v1/learners/{lea}")
        assert client.get(f"/v1/learners/{lea}").status_code == 404
        assert client.get(f"/v1/learners/{lea}/export").json()["badges"] == []
    assert gap(site, lea)["gap"]["before"] == 1.0


def test_tenants_trust_and_see_for_themselves(site: Site, lea: str) -> None:
    token = SCHOOL.token(SCHOOL.badge())
    assert site.post(token, lea).json()["badges"][0]["verdict"] == "verified"
    with site.client("other") as client:
        assert client.get(f"/v1/learners/{lea}").status_code == 404
    told = site.post(token, lea, tenant="other").json()["badges"][0]
    assert (told["verdict"], told["issuer"]["trusted"], told["new"]) == ("claimed", False, True)


def test_it_counts_while_it_lasts(bundle_folder: Path) -> None:
    bundle = read(bundle_folder)
    skills = (HeldSkill(SKILLS[1], 0.5), HeldSkill("unknown", None))
    badges = [HeldBadge(verified, AT, "c3", skills) for verified in (True, False)]
    held = LearnerState(badges=tuple(badges))
    before, after = (learner_of(bundle, LearnerQuery(), held, at) for at in (AT - 1, AT))
    assert before.verified == ("c3",)
    assert before.proven == skills
    assert before.skills == skills[:1]  # what is claimed of unknown skills is nobody's word
    assert (after.verified, after.proven, after.skills, after.history) == ((), (), (), ())


def test_what_is_claimed_gives_way_to_what_is_said(bundle_folder: Path) -> None:
    bundle = read(bundle_folder)
    claim = HeldBadge(False, None, None, (HeldSkill(SKILLS[1], 1.0),))
    held = LearnerState({"skills": [{"skill": SKILLS[1], "level": 0.25}]}, badges=(claim,))
    found = learner_of(bundle, LearnerQuery(), held, AT)
    assert found.skills == (HeldSkill(SKILLS[1], 0.25),)


def test_its_times_are_told(site: Site, lea: str) -> None:
    lasting = SCHOOL.badge(alignment=ODD, validUntil="2100-01-01T00:00:00Z")
    badge = one(site, SCHOOL.token(lasting), lea)
    assert badge["expiry"] == {
        "state": "current",
        "valid_from": "2024-01-01T00:00:00Z",
        "valid_until": "2100-01-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("recipient", "subject", "taken"),
    [
        (LEARNER, {}, True),
        ("did:example:else", {}, False),
        ("Lea@Example.org", {"id": "mailto:lea@example.org"}, True),
        ("lea@example.org", identified(hashed("lea@example.org"), hashed=True, salt="s"), True),
        ("leo@example.org", identified(hashed("lea@example.org"), hashed=True, salt="s"), False),
        ("lea@example.org", identified("lea@example.org", hashed=False), True),
    ],
    ids=["id", "another", "mail", "hash", "wrong hash", "plain"],
)  # fmt: skip
def test_only_what_was_given_to_the_recipient_is_taken(
    site: Site, lea: str, recipient: str, subject: dict[str, Any], taken: bool
) -> None:
    response = site.post(SCHOOL.token(SCHOOL.badge(subject=subject)), lea, recipient=recipient)
    assert (response.status_code == 200) is taken, response.text
    if not taken:
        assert "of another recipient" in response.json()["detail"]


@pytest.mark.parametrize("sealed", ["token", "proof"])
def test_a_records_parts_are_verified_one_by_one(site: Site, lea: str, sealed: str) -> None:
    good = SCHOOL.embedded(SCHOOL.badge("urn:uuid:1", alignment=ODD[:1]))
    strange = STRANGER.embedded(STRANGER.badge("urn:uuid:2"))
    forged = SCHOOL.embedded(SCHOOL.badge("urn:uuid:3"))
    forged["credentialSubject"]["achievement"]["name"] = "Something else"
    ways = {"type": "Association", "associationType": "isChildOf"}
    record = SCHOOL.record(
        good,
        strange,
        forged,
        association=[
            {**ways, "sourceId": "urn:uuid:1", "targetId": "urn:uuid:2"},
            {**ways, "sourceId": "urn:uuid:2", "targetId": "urn:uuid:1"},
        ],
    )
    body = SCHOOL.token(record) if sealed == "token" else SCHOOL.sealed(record)
    answer = site.post(body, lea)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [each["verdict"] for each in told["badges"]] == ["verified", "claimed", "refused"]
    assert "its proof does not hold" in told["badges"][2]["why"]
    assert told["record"]["verdict"] == "verified"
    assert told["record"]["achievement"] is None
    assert told["associations"] == [
        {"type": "isChildOf", "source": "urn:uuid:1", "target": "urn:uuid:2"},
        {"type": "isChildOf", "source": "urn:uuid:2", "target": "urn:uuid:1"},
    ]
    with site.client() as client:
        kept = client.get(f"/v1/learners/{lea}").json()["badges"]
    assert sorted(each["verdict"] for each in kept) == ["claimed", "verified"]


def test_parts_that_are_no_badges_are_told(site: Site, lea: str) -> None:
    inner = {**SCHOOL.record(SCHOOL.badge()), "id": "urn:uuid:inner"}
    nameless = SCHOOL.badge("urn:uuid:4", achievement={"name": ""})
    endorsement = {"type": ["VerifiableCredential", "EndorsementCredential"], "id": "urn:uuid:5"}
    record = SCHOOL.record(inner, SCHOOL.embedded(SCHOOL.badge()), nameless, endorsement)
    record["credentialSubject"]["verifiableCredential"].append("a.b")
    told = site.post(SCHOOL.token(record), lea).json()
    assert [each["verdict"] for each in told["badges"]] == ["verified"]
    whys = {each["place"]: each["why"] for each in told["unread"]}
    assert whys.keys() == {0, 2, 3, 4}
    assert whys[0].startswith("type: expected one of")
    assert whys[2] == "credentialSubject/achievement: expected an object with a name"


def test_a_record_may_hold_tokens(site: Site, lea: str) -> None:
    part = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{SCHOOL.token(SCHOOL.badge())}",
    }
    told = site.post(SCHOOL.token(SCHOOL.record(part)), lea).json()
    assert [each["verdict"] for each in told["badges"]] == ["verified"]
