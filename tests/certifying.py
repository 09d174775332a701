"""Issuers of badges and records as the published standards have them: invented, with keys of their
own, and what is hostile to be made of them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from openbadgeslib.keys import KeyECC, KeyEd25519, KeyRSA, public_jwk_from_pem
from openbadgeslib.ob3 import OB3Signer
from openbadgeslib.ob3.clr import build_clr_credential, sign_clr_credential
from openbadgeslib.ob3.did import did_key_from_pem
from openbadgeslib.ob3.ldp import add_data_integrity_proof
from openbadgeslib.ob3.status_list import build_status_list_credential

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
]
ALGORITHMS = {KeyEd25519: "EdDSA", KeyECC: "ES256", KeyRSA: "RS256"}
LEARNER = "did:example:lea"


@dataclass
class Issuer:
    """Certifies with a key of the ``kind``; without an ``id`` it is its key (``did:key``)."""

    id: str = ""
    kind: type[KeyEd25519] | type[KeyECC] | type[KeyRSA] = KeyEd25519
    private: bytes = b""
    public: bytes = b""

    def __post_init__(self) -> None:
        self.private, self.public = self.kind().generate_keypair()
        self.id = self.id or did_key_from_pem(self.public)

    @cached_property
    def jwk(self) -> dict[str, Any]:
        return public_jwk_from_pem(self.public)

    @property
    def method(self) -> str:
        """What its proofs name as the key."""
        return f"{self.id}#{self.id.rpartition(':')[2] if 'did:key' in self.id else 'key-1'}"

    def did_document(self) -> bytes:
        """What a host publishes of it."""
        method = {
            "id": self.method, "type": "JsonWebKey", "controller": self.id,
            "publicKeyJwk": self.jwk,
        }  # fmt: skip
        return json.dumps({"id": self.id, "verificationMethod": [method]}).encode()

    def badge(
        self,
        name: str = "urn:uuid:00000000-0000-4000-8000-000000000001",
        alignment: Sequence[Mapping[str, Any]] = (),
        achievement: Mapping[str, Any] | None = None,
        subject: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """A badge, not signed yet."""
        achieved = {
            "id": "https://example.edu/achievements/1",
            "type": ["Achievement"],
            "name": "Keeping odd things",
            "description": "Keeps things that are odd.",
            "criteria": {"narrative": "Kept three."},
            **({"alignment": list(alignment)} if alignment else {}),
            **(achievement or {}),
        }
        person = {"id": LEARNER, "type": ["AchievementSubject"], "achievement": achieved}
        return {
            "@context": CONTEXTS,
            "id": name,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": "Keeping odd things",
            "issuer": {"id": self.id, "type": ["Profile"], "name": "Example University"},
            "validFrom": "2024-01-01T00:00:00Z",
            "credentialSubject": {**person, **(subject or {})},
            **more,
        }

    def token(self, document: Mapping[str, Any], **claims: Any) -> str:
        """It as a compact JWT, with what the standard asks for beside."""
        registered = {
            "iss": document["issuer"]["id"] if isinstance(document["issuer"], dict)
            else document["issuer"],
            "jti": document["id"],
            "nbf": int(datetime.fromisoformat(document["validFrom"]).timestamp()),
        }  # fmt: skip
        if "id" in document["credentialSubject"]:
            registered["sub"] = document["credentialSubject"]["id"]
        signer = OB3Signer(self.private, ALGORITHMS[self.kind])
        return signer.sign_payload({**document, **registered, **claims})

    def embedded(self, document: dict[str, Any]) -> dict[str, Any]:
        """It as JSON with a Data Integrity proof."""
        return add_data_integrity_proof(document, self.private, self.method)

    def record(self, *parts: dict[str, Any], **subject: Any) -> dict[str, Any]:
        """A CLR of these parts, not signed yet."""
        made = build_clr_credential(
            {"id": self.id, "type": ["Profile"], "name": "Example University"},
            [], list(parts), credential_id="urn:uuid:00000000-0000-4000-8000-00000000c1c1",
            valid_from=datetime(2024, 1, 1, tzinfo=UTC),
        )  # fmt: skip
        made["credentialSubject"].update({"id": LEARNER, **subject})
        return made

    def sealed(self, record: dict[str, Any]) -> dict[str, Any]:
        """A CLR with its proof."""
        return sign_clr_credential(record, self.private, self.method)

    def status_list(self, address: str, purpose: str, *places: int, **more: Any) -> bytes:
        """A status list with these bits set, as a token."""
        made = build_status_list_credential(self.id, address, purpose, set(places))
        made["validFrom"] = "2024-01-01T00:00:00Z"
        return self.signer.sign_payload({**made, **more}).encode()

    @cached_property
    def signer(self) -> OB3Signer:
        return OB3Signer(self.private, ALGORITHMS[self.kind])


def aligned(name: str, url: str = "https://elsewhere.example/skill", **more: Any) -> dict[str, Any]:
    """An alignment."""
    return {"type": ["Alignment"], "targetName": name, "targetUrl": url, **more}


def base64url(value: object) -> str:
    """A part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
