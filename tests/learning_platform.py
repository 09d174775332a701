"""A learning platform that launches tools by LTI 1.3: real HTTP on this machine, real signatures.

It answers the tool's question as a platform does: a page whose form takes a signed message back.
What the message says can be bent, to try what a tool must refuse.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DEEP = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
CLIENT = "client-of-cairn"
DEPLOYMENT = "deployment-1"

Answer = Callable[["LearningPlatform"], tuple[int, Mapping[str, str], bytes]]


def key_set(platform: LearningPlatform) -> tuple[int, Mapping[str, str], bytes]:
    """The platform's keys, as it publishes them."""
    keys = [key.as_dict(private=False) for key in platform.keys]
    return 200, {"Content-Type": "application/json"}, json.dumps({"keys": keys}).encode()


@dataclass
class LearningPlatform:
    """``now`` is its clock; ``asked`` the paths that were asked for. The last of ``keys`` signs."""

    now: Callable[[], float]
    issuer: str = "https://lms.example"
    url: str = ""
    keys: list[RSAKey] = field(default_factory=list)
    answer: Answer = key_set
    asked: list[str] = field(default_factory=list)

    def renew_keys(self) -> None:
        """Sign with another key from now on, and publish only that."""
        self.keys = [RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)]

    def claims(self, nonce: str, subject: str = "17", role: str = "Learner") -> dict[str, Any]:
        """The message of somebody who opens a link in a course."""
        return {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": subject,
            "nonce": nonce,
            "iat": int(self.now()),
            "exp": int(self.now()) + 300,
            "name": "Jane Doe",
            "email": "jane@lms.example",
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}message_type": "LtiResourceLinkRequest",
            f"{CLAIM}deployment_id": DEPLOYMENT,
            f"{CLAIM}target_link_uri": "https://cairn.example/lti/launch",
            f"{CLAIM}resource_link": {"id": "link-1"},
            f"{CLAIM}roles": [f"{ROLE}{role}"],
            f"{CLAIM}launch_presentation": {"locale": "en-GB", "document_target": "iframe"},
        }

    def deep_claims(self, nonce: str, **settings: Any) -> dict[str, Any]:
        """The message of somebody who puts a link into a course."""
        return {
            **self.claims(nonce, "teacher", "Instructor"),
            f"{CLAIM}message_type": "LtiDeepLinkingRequest",
            f"{DEEP}deep_linking_settings": {
                "deep_link_return_url": f"{self.url}/return",
                "accept_types": ["link", "ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe"],
                "data": "what the platform wants back",
                **settings,
            },
        }

    def signed(self, claims: Mapping[str, Any], **header: Any) -> str:
        """The message, signed."""
        key = self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, dict(claims), key)

    def registration(self, tenant: str, **more: Any) -> dict[str, Any]:
        """What an operator of Cairn enters of it."""
        return {
            "tenant": tenant,
            "issuer": self.issuer,
            "client_id": CLIENT,
            "auth_url": f"{self.url}/auth?from=cairn",
            "jwks_url": f"{self.url}/keys",
            "deployments": [DEPLOYMENT],
            "page_origins": [self.url],
            **more,
        }


@contextmanager
def learning_platform(now: Callable[[], float]) -> Iterator[LearningPlatform]:
    """A platform at work: ``/keys`` publishes its keys, ``/auth`` signs somebody in."""
    platform = LearningPlatform(now)
    platform.renew_keys()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            platform.asked.append(parts.path)
            if parts.path == "/auth":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                status, headers, body = 200, {"Content-Type": "text/html"}, _form(platform, asked)
            else:
                status, headers, body = platform.answer(platform)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # who asked may have had enough
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        platform.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield platform
        finally:
            server.shutdown()
            thread.join(5)


def _form(platform: LearningPlatform, asked: Mapping[str, str]) -> bytes:
    """The page by which the browser takes the message to the tool."""
    fields = {
        "id_token": platform.signed(platform.claims(asked["nonce"], asked["login_hint"])),
        "state": asked["state"],
    }
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    action = escape(asked["redirect_uri"])
    return f'<form method="post" action="{action}">{inputs}</form>'.encode()
