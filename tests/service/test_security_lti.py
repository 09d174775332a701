"""Launches from a learning platform: who is let in, as whom, and everybody who is not."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from conftest import until
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from learning_platform import (
    CLAIM,
    CLIENT,
    DEEP,
    DEPLOYMENT,
    ROLE,
    LearningPlatform,
    key_set,
    learning_platform,
)
from pages import Platform, platform

from service.lti import keysets, platformfile
from service.lti.launches import pseudonym


class Page(HTMLParser):
    """The tags of a page, and the fields of its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def first(self, tag: str) -> dict[str, str]:
        return next(attributes for name, attributes in self.found if name == tag)

    @property
    def fields(self) -> dict[str, str]:
        inputs = [each for tag, each in self.found if tag == "input"]
        return {each["name"]: each.get("value", "") for each in inputs if "name" in each}


@dataclass
class Course:
    """A service that a learning platform may open, and a browser."""

    site: Platform
    lms: LearningPlatform
    name: str

    def begin(self, **asked: str) -> dict[str, str]:
        """What the browser is sent to the platform with."""
        question = {"iss": self.lms.issuer, "login_hint": "17", "client_id": CLIENT, **asked}
        response = httpx.get(f"{self.site.url}/lti/login", params=question)
        assert response.status_code == 303, response.text
        query = urlsplit(response.headers["location"]).query
        return {name: values[0] for name, values in parse_qs(query).items()}

    def launch(self, token: str, state: str) -> httpx.Response:
        fields = {"id_token": token, "state": state}
        return httpx.post(f"{self.site.url}/lti/launch", data=fields, timeout=30)

    def bent(self, claims: Mapping[str, Any] | None = None, **header: Any) -> httpx.Response:
        """A launch whose message is what it should be but for these claims."""
        begun = self.begin()
        message = {**self.lms.claims(begun["nonce"]), **(claims or {})}
        message = {name: value for name, value in message.items() if value is not ...}
        return self.launch(self.lms.signed(message, **header), begun["state"])

    def choose(self, fields: Mapping[str, str]) -> httpx.Response:
        return httpx.post(f"{self.site.url}/lti/choice", data=dict(fields), timeout=10)


@pytest.fixture(scope="module")
def course(
    bundle_folder: Path, embedded_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Course]:
    folder = tmp_path_factory.mktemp("lti")
    file = folder / "platforms.json"
    now = [0.0]
    with learning_platform(lambda: now[0]) as lms:
        added = platformfile.add(file, lms.registration("school"))
        with platform(
            folder, bundle_folder, embedded_url, "school", lti_file=file, log_level="info"
        ) as site:
            lms.now = lambda: site.now
            yield Course(site, lms, added.id)


@pytest.fixture(autouse=True)
def later(course: Course) -> None:
    """So much that keys may be fetched again."""
    course.site.now += keysets.AGAIN + 1


def refused(response: httpx.Response, why: str) -> None:
    assert response.status_code in (400, 403), response.text
    assert f"<code>{why}</code>" in response.text
    assert "cairn-path" not in response.text


def widget_of(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 200, response.text
    return Page(response.text).first("cairn-path")


def test_a_learner_who_opens_the_link_gets_their_own_path(course: Course) -> None:
    """All the way as a browser goes it: the tool, the platform, and back."""
    question = {
        "iss": course.lms.issuer, "login_hint": "17", "lti_message_hint": "m",
        "target_link_uri": f"{course.site.url}/lti/launch",
    }  # fmt: skip
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.post(f"{course.site.url}/lti/login", data=question)
        assert str(page.url).startswith(f"{course.lms.url}/auth?from=cairn&")
        asked = parse_qs(page.url.query.decode())
        assert asked["response_mode"] == ["form_post"]
        assert asked["prompt"] == ["none"]
        assert asked["scope"] == ["openid"]
        assert asked["lti_message_hint"] == ["m"]
        assert asked["redirect_uri"] == [f"{course.site.url}/lti/launch"]
        form = Page(page.text)
        launched = browser.post(form.first("form")["action"], data=form.fields)
        assert not browser.cookies
    widget = widget_of(launched)
    assert widget["learner"] == pseudonym(course.lms.issuer, "17")
    assert widget["service"] == course.site.url
    assert "target-role" not in widget
    assert launched.headers["cache-control"] == "no-store"
    for path in ("/v1/recommendations", "/v1/paths"):
        body = {"learner": {"id": widget["learner"]}, "target_role": "odd"}
        answer = course.site.send("POST", path, widget["token"], course.site.url, json=body)
        assert answer.status_code == 200
    here = {"Sec-Fetch-Site": "same-origin"}
    roles = course.site.send("GET", "/v1/roles", widget["token"], headers=here)
    assert roles.status_code == 200
    elsewhere = course.site.send("GET", "/v1/roles", widget["token"], course.lms.url)
    assert elsewhere.status_code == 403


def test_a_link_may_name_a_role_and_a_language(course: Course) -> None:
    shown = {f"{CLAIM}custom": {"role": "odd"}, f"{CLAIM}launch_presentation": {"locale": "ar"}}
    page = course.bent(shown)
    assert widget_of(page)["target-role"] == "odd"
    assert '<html lang="ar" dir="rtl">' in page.text


def test_security_a_launched_page_runs_and_is_framed_by_what_it_should(course: Course) -> None:
    page = course.bent()
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy
    assert policy.endswith(f"frame-ancestors {course.lms.url}")
    found = Page(page.text).found
    scripts = [each["src"] for tag, each in found if tag == "script"]
    assert scripts == ["/lti/renew.js", "/widget/cairn-path.js"]
    assert not [each for _, each in found if "style" in each or "onload" in each]
    hostile = course.bent({f"{CLAIM}custom": {"role": '"><script>alert(1)</script>'}})
    assert widget_of(hostile)["target-role"] == '"><script>alert(1)</script>'
    assert "<script>alert" not in hostile.text
    script = httpx.get(f"{course.site.url}/lti/renew.js")
    assert "javascript" in script.headers["content-type"]


def test_security_a_learner_is_a_hash_and_nothing_else_is_kept(
    course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        widget = widget_of(course.bent({"sub": "jane-17"}))
        refused(course.bent({"sub": "jane-17", "nonce": "x"}), "nonce")
    digest = hashlib.sha256(f"{course.lms.issuer}\njane-17".encode()).hexdigest()
    assert widget["learner"] == f"lti-{digest}"
    export = course.site.send("GET", f"/v1/learners/{widget['learner']}/export", course.site.key)
    told = export.text + json.dumps(widget)
    for sealed in (widget["token"], widget["data-session"]):
        told += base64.urlsafe_b64decode(sealed.split(".")[1] + "==").decode()
    ours = [record for record in caplog.records if record.name.startswith("service")]
    assert ours
    told += "".join(record.getMessage() for record in ours)
    for secret in ("Jane", "jane-17", "jane@"):
        assert secret not in told
    other = widget_of(course.bent({"sub": "jane-18"}))["learner"]
    assert other != widget["learner"]


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iss": "https://evil.example"}, "issuer"),
        ({"iss": ...}, "issuer"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": ["another-client", "third"]}, "audience"),
        ({"aud": [CLIENT, "third"]}, "audience"),
        ({"aud": [CLIENT, "third"], "azp": "third"}, "audience"),
        ({"azp": "another-client"}, "audience"),
        ({"aud": ...}, "audience"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": ...}, "nonce"),
        ({"exp": ...}, "expired"),
        ({"exp": "soon"}, "expired"),
        ({"iat": ...}, "expired"),
        ({f"{CLAIM}deployment_id": "deployment-2"}, "deployment"),
        ({f"{CLAIM}deployment_id": ...}, "deployment"),
        ({f"{CLAIM}deployment_id": [DEPLOYMENT]}, "deployment"),
        ({f"{CLAIM}version": "1.1"}, "message"),
        ({f"{CLAIM}message_type": "LtiStartProctoring"}, "message"),
        ({f"{CLAIM}message_type": ...}, "message"),
        ({f"{CLAIM}message_type": "LtiDeepLinkingRequest"}, "message"),
        ({"sub": ...}, "learner"),
        ({"sub": ""}, "learner"),
        ({"sub": 17}, "learner"),
        ({"sub": "x" * 256}, "learner"),
    ],
    ids=str,
)
def test_security_a_message_for_something_else_is_refused(
    course: Course, claims: dict[str, Any], why: str
) -> None:
    refused(course.bent(claims), why)


def test_several_audiences_are_fine_where_the_platform_says_which(course: Course) -> None:
    assert widget_of(course.bent({"aud": [CLIENT]}))
    assert widget_of(course.bent({"aud": [CLIENT, "third"], "azp": CLIENT}))


def test_security_an_old_message_is_refused(course: Course) -> None:
    begun, now = course.begin(), int(course.site.now)
    for expiry, of_the_future in ((now - 61, now - 400), (now + 300, now + 90)):
        claims = {**course.lms.claims(begun["nonce"]), "exp": expiry, "iat": of_the_future}
        refused(course.launch(course.lms.signed(claims), begun["state"]), "expired")
    assert widget_of(course.bent({"exp": now - 50}))  # the clocks may differ a little
    begun = course.begin()
    course.site.now += 601
    late = course.launch(course.lms.signed(course.lms.claims(begun["nonce"])), begun["state"])
    refused(late, "state")


def test_security_a_message_is_good_once(course: Course) -> None:
    begun = course.begin()
    message = course.lms.signed(course.lms.claims(begun["nonce"]))
    assert widget_of(course.launch(message, begun["state"]))
    refused(course.launch(message, begun["state"]), "replayed")
    refused(course.launch(message, course.begin()["state"]), "nonce")


def test_security_a_refused_message_uses_nothing_up(course: Course) -> None:
    begun = course.begin()
    claims = course.lms.claims(begun["nonce"])
    other = {**claims, f"{CLAIM}deployment_id": "x"}
    refused(course.launch(course.lms.signed(other), begun["state"]), "deployment")
    assert widget_of(course.launch(course.lms.signed(claims), begun["state"]))


def test_security_a_login_that_was_not_begun_here_leads_nowhere(course: Course) -> None:
    begun = course.begin()
    message = course.lms.signed(course.lms.claims(begun["nonce"]))
    head, body, mark = begun["state"].split(".")
    token = widget_of(course.bent())["token"]
    session = widget_of(course.bent())["data-session"]
    made_up = {
        "aud": "cairn:lti-state", "nonce": begun["nonce"], "platform": course.name, "exp": 2**40
    }  # fmt: skip
    own = jwt.encode({"alg": "HS256"}, made_up, OctKey.import_key("x" * 40))
    bent = f"{'B' if mark[0] == 'A' else 'A'}{mark[1:]}"
    for state in ("", "x", f"{head}.{body}.", f"{head}.{body}.{bent}", token, session, own):
        refused(course.launch(message, state), "state")
    response = httpx.post(f"{course.site.url}/lti/launch", data={"error": "login_required"})
    refused(response, "state")


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_security_a_message_that_the_platform_did_not_sign_is_refused(course: Course) -> None:
    begun = course.begin()
    claims = course.lms.claims(begun["nonce"])
    good = course.lms.signed(claims)
    head, body, mark = good.split(".")
    key = course.lms.keys[-1]
    public = json.dumps(key.as_dict(private=False))
    other = RSAKey.generate_key(2048, {"kid": key.kid or ""})
    pem = key.as_pem(private=False)
    private = key.as_dict(private=True)
    free = RSAKey.import_key({name: private[name] for name in private if name != "alg"})
    forged = [
        f"{head}.{packed({**claims, 'sub': 'teacher'})}.{mark}", f"{head}.{body}.",
        f"{packed({'alg': 'none'})}.{body}.", f"{packed({'alg': 'none', 'kid': key.kid})}.{body}.",
        f"{packed({'alg': 'RS512', 'kid': key.kid})}.{body}.{mark}",
        jwt.encode({"alg": "RS256", "kid": key.kid}, claims, other),
        jwt.encode({"alg": "RS512", "kid": key.kid}, claims, free, ["RS512"]),
        jwt.encode({"alg": "PS256", "kid": key.kid}, claims, free, ["PS256"]),
        jwt.encode({"alg": "HS256", "kid": key.kid}, claims, OctKey.import_key(public)),
        _with_public_key_as_secret(pem, key.kid, body),
        "", "x", "..", "a.b.c", good[:-3], good + "A", body, "e30.e30.e30",
        f"{packed([])}.{body}.{mark}", f"{packed({'alg': 'RS256', 'kid': {}})}.{body}.{mark}",
    ]  # fmt: skip
    for each in forged:
        refused(course.launch(each, begun["state"]), "signature")
    assert widget_of(course.launch(good, begun["state"]))


def _with_public_key_as_secret(pem: bytes, kid: str | None, body: str) -> str:
    """What fools those who take the algorithm from the message; libraries refuse to make it."""
    import hmac

    head = packed({"alg": "HS256", "kid": kid})
    mark = hmac.digest(pem, f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def test_security_a_message_cannot_say_where_its_keys_are(course: Course) -> None:
    own = RSAKey.generate_key(2048, auto_kid=True)
    begun, asked = course.begin(), len(course.lms.asked)
    header = {
        "alg": "RS256", "kid": own.kid, "jku": f"{course.lms.url}/elsewhere",
        "jwk": own.as_dict(private=False), "x5u": f"{course.lms.url}/elsewhere",
    }  # fmt: skip
    message = jwt.encode(header, course.lms.claims(begun["nonce"]), own)
    refused(course.launch(message, begun["state"]), "signature")
    assert set(course.lms.asked[asked:]) <= {"/keys"}


def test_an_unknown_platform_is_refused(course: Course) -> None:
    for asked in (
        {}, {"iss": "https://evil.example", "login_hint": "17"},
        {"iss": course.lms.issuer, "login_hint": "17", "client_id": "another"},
    ):  # fmt: skip
        refused(httpx.get(f"{course.site.url}/lti/login", params=asked), "platform")
    refused(httpx.get(f"{course.site.url}/lti/login", params={"iss": course.lms.issuer}), "request")


def test_what_is_no_form_is_refused(course: Course) -> None:
    url = f"{course.site.url}/lti/launch"
    refused(httpx.post(url, json={"state": "x"}), "request")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused(httpx.post(url, content=b"\xff\xfe", headers=form), "request")
    refused(httpx.post(url, content="a=1&" * 60, headers=form), "request")
    assert httpx.get(url).status_code == 405


def test_new_keys_are_fetched_when_a_message_names_one_and_not_all_the_time(
    course: Course,
) -> None:
    assert widget_of(course.bent())
    asked = len(course.lms.asked)
    assert widget_of(course.bent())
    assert course.lms.asked[asked:] == []
    course.lms.renew_keys()
    assert widget_of(course.bent())
    assert course.lms.asked[asked:] == ["/keys"]
    course.lms.renew_keys()
    refused(course.bent(), "signature")  # a moment ago they were others
    for _ in range(5):
        refused(course.bent(kid="made up"), "signature")
    assert course.lms.asked[asked:] == ["/keys"]
    course.site.now += keysets.AGAIN
    assert widget_of(course.bent())
    course.site.now += keysets.KEEP
    assert widget_of(course.bent())
    assert course.lms.asked[asked:] == ["/keys"] * 3


def weak(_: LearningPlatform) -> bytes:
    return json.dumps({"keys": [{"kty": "RSA", "n": "A" * 170, "e": "AQAB"}]}).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (500, {}, b"{}"),
        (302, {"Location": "/elsewhere"}, b""),
        (200, {}, b"no json"),
        (200, {}, b"[]"),
        (200, {}, b'{"keys": []}'),
        (200, {}, b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}'),
        (200, {}, b'{"keys": [{"kty": "RSA"}, 5, null]}'),
        (200, {}, b'{"keys": [{"kty": "RSA", "n": "' + b"*" * 400 + b'", "e": "AQAB"}]}'),
        (200, {}, b'{"keys": [{"kty": "RSA", "n": "' + b"A" * 170 + b'", "e": "AQAB"}]}'),
        (200, {}, b'{"keys": ["' + b"x" * keysets.MOST_BYTES + b'"]}'),
        (200, {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08"),
        (200, {"Content-Length": "5000"}, b"{}"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_security_keys_are_fetched_within_bounds(
    course: Course, status: int, headers: dict[str, str], body: bytes
) -> None:
    course.site.now += keysets.KEEP
    course.lms.answer = lambda _: (status, headers, body)
    asked = len(course.lms.asked)
    try:
        refused(course.bent(), "keys")
        refused(course.bent(), "keys")
        assert course.lms.asked[asked:] == ["/keys"]  # neither led elsewhere nor asked again
    finally:
        course.lms.answer = key_set
    course.site.now += keysets.AGAIN
    assert widget_of(course.bent())


def test_security_a_platform_that_does_not_answer_holds_nobody_up(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keysets, "PATIENCE", 0.5)
    refusal = threading.Event()
    outlasted = []

    def slow(lms: LearningPlatform) -> tuple[int, Mapping[str, str], bytes]:
        outlasted.append(not refusal.wait(20))
        return key_set(lms)

    course.site.now += keysets.KEEP
    course.lms.answer = slow
    try:
        refused(course.bent(), "keys")
        assert outlasted == []  # the platform has not answered yet
    finally:
        refusal.set()
        course.lms.answer = key_set
    course.site.now += keysets.AGAIN
    assert widget_of(course.bent())


def test_who_makes_a_course_chooses_a_role_and_puts_a_link_there(course: Course) -> None:
    begun = course.begin()
    message = course.lms.signed(course.lms.deep_claims(begun["nonce"]))
    first = course.launch(message, begun["state"])
    assert "Keeper of odd things" in first.text
    session = Page(first.text).fields["session"]
    found = course.choose({"session": session, "q": "even", "find": "1"})
    choices = [each["value"] for tag, each in Page(found.text).found if each.get("type") == "radio"]
    assert choices == ["even/role"]
    nothing = course.choose({"session": session, "q": "zzzz", "find": "1"})
    assert "No role found" in nothing.text
    back = course.choose({"session": session, "role": "even/role", "use": "1"})
    form = Page(back.text)
    assert form.first("form")["action"] == f"{course.lms.url}/return"
    assert f"form-action {course.lms.url};" in back.headers["content-security-policy"]
    keys = KeySet.import_key_set(httpx.get(f"{course.site.url}/lti/jwks.json").json())
    answer = jwt.decode(form.fields["JWT"], keys, ["RS256"])
    assert answer.header["kid"]
    claims = answer.claims
    assert (claims["iss"], claims["aud"]) == (CLIENT, course.lms.issuer)
    assert claims["iat"] <= course.site.now < claims["exp"]
    assert claims["nonce"]
    assert claims[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse"
    assert claims[f"{CLAIM}version"] == "1.3.0"
    assert claims[f"{CLAIM}deployment_id"] == DEPLOYMENT
    assert claims[f"{DEEP}data"] == "what the platform wants back"
    [item] = claims[f"{DEEP}content_items"]
    assert item == {
        "type": "ltiResourceLink",
        "title": "A learning path to Keeper of even things",
        "url": f"{course.site.url}/lti/launch",
        "custom": {"role": "even/role"},
    }
    # What a learner then sees who opens that link.
    opened = course.bent({f"{CLAIM}custom": item["custom"]})
    assert widget_of(opened)["target-role"] == "even/role"


@pytest.mark.parametrize(
    "settings",
    [
        {"deep_link_return_url": "http://evil.example/return"},
        {"deep_link_return_url": "javascript:alert(1)"},
        {"deep_link_return_url": "https://user@evil.example"},
        {"deep_link_return_url": None},
        {"accept_types": ["link", "file"]},
        {"accept_types": "ltiResourceLink"},
    ],
    ids=str,
)
def test_security_what_was_chosen_goes_nowhere_else(
    course: Course, settings: dict[str, Any]
) -> None:
    begun = course.begin()
    message = course.lms.signed(course.lms.deep_claims(begun["nonce"], **settings))
    refused(course.launch(message, begun["state"]), "message")


def test_who_makes_a_course_sees_what_a_path_looks_like(course: Course) -> None:
    roles = {f"{CLAIM}roles": [f"{ROLE}Instructor"]}
    first = course.bent(roles)
    assert "<cairn-path" not in first.text
    session = Page(first.text).fields["session"]
    chosen = course.choose({"session": session, "role": "odd", "use": "1"})
    assert widget_of(chosen)["target-role"] == "odd"
    linked = course.bent({**roles, f"{CLAIM}custom": {"role": "odd"}})
    assert widget_of(linked)["target-role"] == "odd"
    unknown = course.choose({"session": session, "role": "", "use": "1"})
    assert "Choose a role" in unescape(unknown.text)


@pytest.mark.parametrize(
    ("roles", "author"),
    [
        ([f"{ROLE}Instructor"], True),
        ([f"{ROLE}Learner", f"{ROLE}ContentDeveloper"], True),
        (["http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"], True),
        (["Instructor"], True),
        ([f"{ROLE}Learner"], False),
        (["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"], False),
        (["http://evil.example/membership#Instructor"], False),
        ([], False),
        (None, False),
        ([5, {}], False),
    ],
    ids=str,
)
def test_who_makes_a_course_is_told_by_the_role_in_it(
    course: Course, roles: object, author: bool
) -> None:
    page = course.bent({f"{CLAIM}roles": roles})
    assert page.status_code == 200
    assert ("<cairn-path" not in page.text) is author


def test_security_a_session_is_renewed_by_its_own_page_alone(course: Course) -> None:
    widget = widget_of(course.bent())
    form = {"session": widget["data-session"]}
    url = f"{course.site.url}/lti/token"

    def renew(data: Mapping[str, str], **headers: str) -> httpx.Response:
        return httpx.post(url, data=dict(data), headers=headers)

    here = {"Origin": course.site.url}
    course.site.now += 900
    body = {"learner": {"id": widget["learner"]}}
    send = course.site.send
    old = send("POST", "/v1/recommendations", widget["token"], course.site.url, json=body)
    assert old.status_code == 401
    fresh = renew(form, **here)
    token = fresh.json()["token"]
    assert fresh.headers["cache-control"] == "no-store"
    answer = send("POST", "/v1/recommendations", token, course.site.url, json=body)
    assert answer.status_code == 200
    assert renew(form).status_code == 403
    assert renew(form, Origin="https://evil.example").status_code == 403
    for other in ({"x": ""}, {"session": token}, {"session": widget["data-session"][:-2]}):
        refused(renew(other, **here), "state")
    course.site.now += 28_800
    refused(renew(form, **here), "state")


def test_security_a_platform_that_was_removed_lets_nobody_in_and_its_tokens_end(
    course: Course,
) -> None:
    file = course.site.file.with_name("platforms.json")
    other = "another-client"
    added = platformfile.add(file, course.lms.registration("school", client_id=other))
    login = f"{course.site.url}/lti/login"
    ambiguous = {"iss": course.lms.issuer, "login_hint": "1"}
    clear = {**ambiguous, "client_id": other}
    until(lambda: httpx.get(login, params=clear).status_code == 303)
    refused(httpx.get(login, params=ambiguous), "platform")
    begun, late = course.begin(client_id=other), course.begin(client_id=other)
    claims = {**course.lms.claims(begun["nonce"]), "aud": other}
    widget = widget_of(course.launch(course.lms.signed(claims), begun["state"]))

    def status() -> int:
        here = course.site.url
        return course.site.send("GET", "/v1/model", widget["token"], here).status_code

    assert status() == 200
    platformfile.remove(file, added.id)
    until(lambda: status() == 401)
    message = course.lms.signed({**course.lms.claims(late["nonce"]), "aud": other})
    refused(course.launch(message, late["state"]), "platform")
    renewed = httpx.post(
        f"{course.site.url}/lti/token",
        data={"session": widget["data-session"]},
        headers={"Origin": course.site.url},
    )
    refused(renewed, "platform")


def test_security_a_platform_of_no_tenant_lets_nobody_in(course: Course) -> None:
    file = course.site.file.with_name("platforms.json")
    stray = course.lms.registration("nobody", client_id="stray")
    added = platformfile.add(file, stray)
    try:
        asked = {"iss": course.lms.issuer, "login_hint": "1", "client_id": "stray"}
        login = f"{course.site.url}/lti/login"
        until(lambda: httpx.get(login, params=asked).status_code == 303)
        begun = course.begin(client_id="stray")
        claims = {**course.lms.claims(begun["nonce"]), "aud": "stray"}
        refused(course.launch(course.lms.signed(claims), begun["state"]), "platform")
    finally:
        platformfile.remove(file, added.id)
        until(lambda: httpx.get(login, params=asked).status_code == 403)


def test_a_platform_is_told_what_to_enter(course: Course) -> None:
    told = httpx.get(f"{course.site.url}/lti/config.json").json()
    assert told["initiate_login_uri"] == f"{course.site.url}/lti/login"
    assert told["redirect_uris"] == [f"{course.site.url}/lti/launch"]
    keys = httpx.get(told["jwks_uri"]).json()["keys"]
    assert [set(key) for key in keys] == [{"kty", "n", "e", "kid", "use", "alg"}]
    messages = told["https://purl.imsglobal.org/spec/lti-tool-configuration"]["messages"]
    assert [each["type"] for each in messages] == [
        "LtiResourceLinkRequest",
        "LtiDeepLinkingRequest",
    ]
    assert httpx.get(told["jwks_uri"]).json()["keys"] == keys


def test_pages_can_be_read_aloud(course: Course) -> None:
    begun = course.begin()
    message = course.lms.signed(course.lms.deep_claims(begun["nonce"]))
    html = course.launch(message, begun["state"]).text
    page = Page(html)
    names = [each["id"] for tag, each in page.found if tag == "input" and "id" in each]
    labels = [each.get("for") for tag, each in page.found if tag == "label"]
    assert set(names) <= set(labels)
    tags = [tag for tag, _ in page.found]
    assert tags.count("h1") == tags.count("main") == 1
    assert tags.count("legend") == tags.count("fieldset") == 1
    assert re.search(r"<title>.+</title>", html)
