"""Asking hosts for keys and lists: which addresses are never reached, and what is bounded."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.badges import fetching
from service.badges.fetching import Fetcher, public
from service.badges.proofs import Unfetched
from service.badges.trust import Trust

NAME = "badges.example.edu"


class Host(ThreadingHTTPServer):
    """Pretends to be ``NAME``, over TLS."""

    daemon_threads = True
    asked: list[tuple[str, str]]
    context: ssl.SSLContext

    @property
    def place(self) -> str:
        return f"{NAME}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who hangs up is no matter."""


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Host)
        self.server.asked.append((self.headers["Host"], self.path))
        match self.path:
            case "/redirect":
                self.send_response(302)
                self.send_header("Location", f"https://{self.server.place}/ok")
                self.end_headers()
            case "/large":
                self._answer(b"x" * (fetching.MOST_BYTES + 1))
            case "/slow":
                self.send_response(200)
                self.end_headers()
                for _ in range(40):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
            case "/gone":
                self.send_response(404)
                self.end_headers()
            case _:
                self._answer(b"what was asked for")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", f"{len(body)}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def certificate(folder: Path) -> Path:
    """A certificate that vouches for itself, as ``NAME``, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@contextmanager
def hosting(folder: Path) -> Iterator[Host]:
    file = certificate(folder)
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    here.load_cert_chain(file)
    with Host(("127.0.0.1", 0), Answers) as server:
        server.asked = []
        server.context = ssl.create_default_context(cafile=file)
        server.socket = here.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with hosting(tmp_path_factory.mktemp("host")) as server:
        yield server


def fetcher(host: Host, now: Callable[[], float] = lambda: 0.0) -> Callable[[str], bytes]:
    """Asks that host, whose name leads to this machine, which counts as public."""
    made = Fetcher(now, lambda *_: ["127.0.0.1"], lambda _: True, host.context)
    return made.within(Trust(hosts=frozenset({host.place})))


def nowhere(*_: object) -> list[str]:
    raise AssertionError("looked up")


@pytest.mark.parametrize(
    "url",
    [
        "http://badges.example.edu/a", "ftp://badges.example.edu/a", "file:///etc/passwd",
        "https://user@badges.example.edu/a", "https://elsewhere.example/a", "https://", "",
        "https://badges.example.edu.elsewhere.example/a", "https://badges.example.edu:8443/a",
        "https://127.0.0.1/a", "https://[::1]/a", "https://[/a", "//badges.example.edu/a",
        "https://badges.example.edu:x/a",
    ],
)  # fmt: skip
def test_security_only_allowed_hosts_are_even_looked_up(url: str) -> None:
    fetch = Fetcher(resolve=nowhere).within(Trust(hosts=frozenset({NAME})))
    with pytest.raises(Unfetched, match="not fetched"):
        fetch(url)
    nobody = Fetcher(resolve=nowhere).within(Trust())
    with pytest.raises(Unfetched, match="does not allow"):
        nobody(f"https://{NAME}/a")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1", "::", "::1", "fe80::1%eth0",
        "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_security_no_address_within_is_public(address: str) -> None:
    assert not public(address)
    fetch = Fetcher(resolve=lambda *_: ["93.184.215.14", address]).within(
        Trust(hosts=frozenset({NAME}))
    )
    with pytest.raises(Unfetched, match="not a host of the public network"):
        fetch(f"https://{NAME}/a")


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e"])
def test_public_addresses_are(address: str) -> None:
    assert public(address)
    assert httpx.URL("https://a.example/b?c").copy_with(host=address).host == address


def test_a_host_is_asked_at_the_address_that_was_looked_at(host: Host) -> None:
    """Its name leads nowhere, so that whoever looked it up again would not get here."""
    assert fetcher(host)(f"https://{host.place}/ok?a=b") == b"what was asked for"
    assert host.asked[-1] == (host.place, "/ok?a=b")


@pytest.mark.parametrize(
    ("path", "why"),
    [("/redirect", "answered 302"), ("/large", "too much"), ("/gone", "answered 404")],
)
def test_security_an_answer_is_bounded_and_leads_nowhere(host: Host, path: str, why: str) -> None:
    asked = len(host.asked)
    with pytest.raises(Unfetched, match=why):
        fetcher(host)(f"https://{host.place}{path}")
    assert [each for _, each in host.asked[asked:]] == [path]


def test_security_a_slow_host_holds_nobody_up(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PATIENCE", 0.3)
    began = time.monotonic()
    with pytest.raises(Unfetched, match="TimeoutError"):
        fetcher(host)(f"https://{host.place}/slow")
    assert time.monotonic() - began < 1.5


def test_security_a_host_that_is_another_is_not_believed(host: Host) -> None:
    made = Fetcher(lambda: 0.0, lambda *_: ["127.0.0.1"], lambda _: True, host.context)
    other = f"elsewhere.example:{host.server_port}"
    with pytest.raises(Unfetched, match="cannot be asked"):
        made.within(Trust(hosts=frozenset({other})))(f"https://{other}/ok")


def test_answers_and_failures_are_kept_for_a_while(host: Host) -> None:
    now, asked = [0.0], len(host.asked)
    fetch = fetcher(host, lambda: now[0])

    def ask_all() -> list[str]:
        for _ in range(2):
            assert fetch(f"https://{host.place}/kept") == b"what was asked for"
            with pytest.raises(Unfetched, match="404"):
                fetch(f"https://{host.place}/gone")
        return [path for _, path in host.asked[asked:]]

    assert ask_all() == ["/kept", "/gone"]
    now[0] = fetching.KEEP + 1
    assert ask_all() == ["/kept", "/gone"] * 2
