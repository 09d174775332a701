"""An invented issuer whose badges shorten paths in the demo: its key is made of the demo's own,
which is new at every start, so that all workers have the same.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3 import Achievement, Issuer, OB3Signer, OpenBadgeCredential
from openbadgeslib.ob3.credential import Alignment
from openbadgeslib.ob3.did import did_key_from_pem

NAME = "Northlight Badges"


class DemoIssuer:
    """Certifies what is in a catalogue; ``id`` is its key."""

    def __init__(self, secret: str) -> None:
        seed = hmac.digest(secret.encode(), b"badges of the demo", "sha256")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        pem = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        self.id = did_key_from_pem(pem)

    def certify(self, learner: str, card: Mapping[str, Any], at: float) -> str:
        """A badge for a credential (a card of the bundle) as a compact JWT, always with one id."""
        name, title = str(card["id"]), str(card["title"])
        badge = OpenBadgeCredential(
            id=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{learner} {name}')}",
            issuer=Issuer(self.id, NAME),
            recipient_id=_urn("learner", learner),
            achievement=Achievement(
                id=_urn("achievement", name),
                name=title,
                description=title,
                criteria_narrative="Pressed a button.",
                alignments=[
                    Alignment(
                        each["label"], _urn("skill", each["skill"]), target_code=each["skill"]
                    )
                    for each in card["skills"]
                ],
            ),
            issuance_date=datetime.fromtimestamp(at, UTC),
        )
        payload = badge.to_jwt_payload()
        # The standard's place for the code of an achievement, which the library does not write.
        payload["credentialSubject"]["achievement"]["humanCode"] = name
        return OB3Signer(self._key, "EdDSA").sign_payload(payload)


def _urn(kind: str, name: str) -> str:
    return f"urn:x-demo:{kind}:{quote(name, safe='')}"
