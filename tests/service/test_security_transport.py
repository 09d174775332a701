"""What is sent over the wire that no well-behaved client would send, and what comes back."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from conftest import Keys


@pytest.fixture(scope="module")
def client(url: str, keys: Keys) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with httpx.Client(base_url=url, headers=headers, timeout=10) as caller:
        yield caller


def raw(url: str, *lines: str, body: bytes = b"") -> bytes:
    """All that comes back for a request written by hand, until the server closes."""
    with socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), 5) as wire:
        head = "\r\n".join([*lines, "Host: x", "Connection: close", "", ""])
        wire.sendall(head.encode("latin-1") + body)
        parts = []
        while part := wire.recv(65_536):
            parts.append(part)
    return b"".join(parts)


POST = "POST /v1/events HTTP/1.1"


@pytest.mark.parametrize("length", ["-1", "+5", "0x10", "9" * 5_000, "1, 2", "ten", "٣"])
def test_a_false_length_is_refused(url: str, length: str) -> None:
    length = length.encode().decode("latin-1")
    answer = raw(url, POST, f"Content-Length: {length}", body=b" " * 100)
    assert answer.split(b" ", 2)[1] in (b"400", b"413")


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding : chunked",),
        ("X: a\0b",),
        (" folded: yes",),
    ],
)
def test_two_readings_of_one_request_are_refused(url: str, lines: tuple[str, ...]) -> None:
    """What smuggling a request past a proxy lives on."""
    answer = raw(url, POST, *lines, body=b"0\r\n\r\nGET /v1/model HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 4")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_the_server_does_not_say_what_it_is(url: str) -> None:
    for path in ("/healthz", "/", "/v1/nothing", "/v1/model"):
        told = str(httpx.get(url + path).headers).lower()
        assert "uvicorn" not in told
        assert "python" not in told


def test_no_other_origin_is_let_in(client: httpx.Client) -> None:
    """A page may ask whether it may ask; what a key is answered no page can read."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for verb, path in (("GET", "/v1/model"), ("POST", "/v1/recommendations"), ("OPTIONS", "/")):
        headers = client.request(verb, path, headers=asked, json={}).headers
        assert not [name for name in headers if name.startswith("access-control")]
    told = httpx.options(client.base_url.join("/v1/recommendations"), headers=asked).headers
    assert told["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in told


def test_answers_are_not_taken_for_anything_but_what_they_are(client: httpx.Client) -> None:
    for path in ("/v1/model", "/v1/nothing", "/healthz", "/metrics", "/openapi.json"):
        assert client.get(path).headers["x-content-type-options"] == "nosniff"


def test_a_request_id_that_is_not_plain_is_not_reflected(url: str) -> None:
    for given in ("<script>", "a\tb", "x" * 65, "é", "{{7*7}}", "../../etc", "%0d%0aX-Y: z"):
        answer = raw(url, "GET /v1/model HTTP/1.1", f"X-Request-ID: {given}")
        assert given.encode("latin-1") not in answer


def test_paths_lead_to_no_file(client: httpx.Client) -> None:
    for path in ("/../service/app.py", "/demo.js/../../app.py", "/static/demo.js", "/..%2fapp.py",
                 "/%2e%2e/app.py", "/demo.html", "/.env", "/demo.js%00.html"):  # fmt: skip
        assert client.get(path).status_code == 404
    answer = raw(str(client.base_url), "GET /../../../../etc/passwd HTTP/1.1")
    assert b" 404 " in answer.split(b"\r\n")[0]
