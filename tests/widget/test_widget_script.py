"""The built script: small, whole, in every language, and served so that pages can keep it."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import Serving
from shared import ROOT

from service.routes import widget

MOST = 40 * 1024
SOURCES = ROOT / "service" / "widget"


@pytest.fixture(scope="module")
def script() -> bytes:
    return widget.SCRIPT.read_bytes()


@pytest.fixture(scope="module")
def catalogues() -> dict[str, dict[str, Any]]:
    """Messages by language and key, read as the widget reads them."""
    beside = Path(sys.executable).parent
    node = shutil.which("node", path=f"{beside}{os.pathsep}{os.environ['PATH']}")
    assert node, "what built the widget is gone"
    code = "import { catalogues as c } from './src/i18n/index.js'; console.log(JSON.stringify(c));"
    done = subprocess.run(
        [node, "--input-type=module", "-e", code],
        cwd=SOURCES, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return found


def test_it_is_small_and_says_whose_it_is(script: bytes) -> None:
    size = len(gzip.compress(script, 9))
    print(f"cairn-path.js: {len(script)} bytes, {size} compressed")
    assert 5_000 < size <= MOST
    assert b"SPDX-License-Identifier: BSD-3-Clause" in script
    assert not re.search(rb"https?://(?!www\.w3\.org/)", script)


def test_every_catalogue_says_everything(catalogues: dict[str, dict[str, Any]]) -> None:
    english = catalogues["en"]
    assert set(catalogues) == {"en", "es", "fr", "ar"}
    for language, messages in catalogues.items():
        assert messages.keys() == english.keys(), language
        for key, message in messages.items():
            forms = [message] if isinstance(message, str) else list(message.values())
            assert all(forms), (language, key)
            assert isinstance(message, str) == isinstance(english[key], str), (language, key)
            # A form for one or two may put the number in words, no other form may lose a value.
            most = max((placeholders(form) for form in forms), key=len)
            plain = english[key] if isinstance(english[key], str) else english[key]["other"]
            assert most == placeholders(plain), (language, key)
        if language != "en":
            same = [key for key in messages if messages[key] == english[key]]
            assert len(same) < 5, same


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_message_is_used(catalogues: dict[str, dict[str, Any]]) -> None:
    code = "".join(path.read_text() for path in (SOURCES / "src").rglob("*.js")
                   if path.parent.name != "i18n")  # fmt: skip
    families = set(re.findall(r"`(\w+\.)\$\{", code)) | set(re.findall(r'"(\w+\.)" \+', code))
    for key in catalogues["en"]:
        family = key.split(".")[0] + "."
        assert f'"{key}"' in code or family in families, key


def test_it_is_kept_by_browsers_and_asked_for_again_only_when_it_changed(
    served: Serving, script: bytes
) -> None:
    address = f"{served.url}/widget/cairn-path.js"
    plain = httpx.get(address, headers={"Accept-Encoding": "identity"})
    packed = httpx.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert plain.content == packed.content == script
    assert packed.headers["content-encoding"] == "gzip"
    assert "text/javascript" in plain.headers["content-type"]
    assert "max-age" in plain.headers["cache-control"]
    assert plain.headers["access-control-allow-origin"] == "*"
    tags = {plain.headers["etag"], packed.headers["etag"]}
    assert len(tags) == 2  # strong: each names these very bytes
    assert all(tag.startswith('"') for tag in tags)
    again = httpx.get(address, headers={"If-None-Match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_where_it_is_not_built_that_is_said(
    served: Serving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(widget, "SCRIPT", tmp_path / "none.js")
    answer = httpx.get(f"{served.url}/widget/cairn-path.js")
    assert answer.status_code == 404
    assert "make widget" in answer.json()["detail"]
