"""Registering learning platforms: the command, its file, and what becomes of a broken one."""

from __future__ import annotations

import json
import logging
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import until
from joserfc.jwk import RSAKey
from pages import platform
from shared import Run

from models.errors import UsageError
from service.lti.platforms import Platforms, read_platforms

ARGUMENTS = {
    "issuer": "https://lms.example", "client-id": "c-1", "auth-url": "https://lms.example/auth",
    "deployment": "d-1", "jwks-url": "https://lms.example/keys",
}  # fmt: skip


def add(
    run: Run, file: Path, tenant: str = "school", **changed: str | None
) -> tuple[int, str, str]:
    chosen = {**ARGUMENTS, **{name.replace("_", "-"): value for name, value in changed.items()}}
    options = [
        part for name, value in chosen.items() if value is not None for part in (f"--{name}", value)
    ]
    return run("lti", "add", tenant, "--file", file, *options)


def test_platforms_are_added_listed_and_removed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "platforms.json"
    code, first, _ = add(run, file)
    assert code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    [kept] = read_platforms(file)
    assert kept.id == first.strip()
    assert kept.page_origins == ("https://lms.example",)
    _, second, _ = add(run, file, "other", client_id="c-2", page_origin="https://pages.example")
    assert read_platforms(file)[1].page_origins == ("https://pages.example",)
    code, listed, _ = run("lti", "list", "--file", file)
    assert code == 0
    for shown in (first.strip(), second.strip(), "school", "other", "c-1", "d-1", "lms.example"):
        assert shown in listed
    code, said, _ = run("lti", "remove", first.strip(), "--file", file)
    assert (code, said.strip()) == (0, f"{first.strip()} of school is removed")
    assert [each.client_id for each in read_platforms(file)] == ["c-2"]
    assert run("lti", "remove", first.strip(), "--file", file)[0] == 2


def test_keys_may_be_given_as_a_file(run: Run, tmp_path: Path) -> None:
    key = RSAKey.generate_key(2048, auto_kid=True)
    good, weak = tmp_path / "good.json", tmp_path / "weak.json"
    good.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    weak.write_text(json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}))
    file = tmp_path / "platforms.json"
    assert add(run, file, jwks_url=None, jwks=str(good))[0] == 0
    assert read_platforms(file)[0].jwks is not None
    for wrong in (weak, tmp_path / "none.json"):
        assert add(run, file, client_id="c-2", jwks_url=None, jwks=str(wrong))[0] == 2
    assert add(run, file, client_id="c-2", jwks=str(good))[0] == 2
    assert add(run, file, client_id="c-2", jwks_url=None)[0] == 2
    assert len(read_platforms(file)) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"auth_url": "http://lms.example/auth"}, {"auth_url": "lms.example"},
        {"auth_url": "https://user:pw@lms.example"}, {"jwks_url": "file:///etc/passwd"},
        {"jwks_url": "http://169.254.169.254/keys"}, {"jwks_url": "https://"},
        {"page_origin": "https://lms.example/"}, {"page_origin": "*"}, {"issuer": ""},
        {"deployment": "a\tb"}, {"tenant": "School"},
    ],
    ids=str,
)  # fmt: skip
def test_security_what_cannot_be_a_platform_is_not_kept(
    run: Run, tmp_path: Path, changed: dict[str, Any]
) -> None:
    file = tmp_path / "platforms.json"
    code, _, err = add(run, file, **changed)
    assert (code, "this platform cannot be" in err) == (2, True), err
    assert not file.exists()


def test_a_client_of_an_issuer_is_registered_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "platforms.json"
    assert add(run, file)[0] == 0
    before = file.read_bytes()
    code, _, err = add(run, file, "other")
    assert (code, "once" in err) == (2, True)
    assert file.read_bytes() == before


def test_a_broken_file_is_told_and_opens_nothing(
    run: Run, bundle_folder: Path, embedded_url: str, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    file = tmp_path / "platforms.json"
    for content in ("", "[]", '{"platforms": [{}]}', '{"platforms": [], "x": 1}'):
        file.write_text(content)
        with pytest.raises(UsageError, match=r"platforms\.json: not a file of platforms"):
            Platforms(file)
    file.unlink()
    with pytest.raises(UsageError, match="cannot read the platforms"):
        Platforms(file)
    _, name, _ = add(run, file)
    asked = {"iss": ARGUMENTS["issuer"], "login_hint": "1"}
    with platform(tmp_path, bundle_folder, embedded_url, "school", lti_file=file) as site:

        def status() -> int:
            return httpx.get(f"{site.url}/lti/login", params=asked).status_code

        def refused() -> bool:
            return "the new platforms are refused" in caplog.text

        assert status() == 303
        whole = file.read_text()
        file.write_text("broken")
        until(refused)
        assert status() == 303
        file.write_text(whole)
        run("lti", "remove", name.strip(), "--file", file)
        until(lambda: status() == 403)


def test_without_a_file_nobody_comes(
    bundle_folder: Path, embedded_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    with platform(tmp_path, bundle_folder, embedded_url, "school") as site:
        assert httpx.get(f"{site.url}/lti/login", params={"iss": "x"}).status_code == 403


def test_a_start_with_a_broken_file_says_so(
    run: Run, served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "platforms.json"
    file.write_text("{")
    monkeypatch.setenv("CAIRN_LTI_FILE", str(file))
    code, _, err = run("serve", "--port", "0")
    assert (code, "not a file of platforms" in err) == (2, True), err
