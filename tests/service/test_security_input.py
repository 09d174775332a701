"""Ids and text that try to be something else: keys, scripts, queries, markup, commands."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
import pytest
from conftest import Keys
from shared import Run

from models import bundle
from models.bundle import registry
from models.domain import Kind
from models.errors import BundleError
from service import printing
from service.held import LoggedEvent
from service.recommender import answer
from service.schemas.recommendations import RecommendationRequest
from service.spool import Spool
from service.terminal import Terminal, shown

ROOT: Final = Path(__file__).resolve().parents[2]
ODD: Final = [
    "a:b", "{x}", "*", "a}:profile:ada", "x:history:y", "' OR 1=1 --", "'); DROP TABLE events;--",
    '"]}', "\\", "${7*7}", "{{7*7}}", "<img src=x onerror=alert(1)>", "redis.call('FLUSHALL')",
    "../../etc/passwd", "a/b//c", "%00", "%2e%2e%2f", "é\u0301", "\u202egnp", "🧭", "a" * 512,
    "EVAL", "$(id)", "`id`", "=1+1", "null", "-1", "a?b#c", "a b", "__proto__", "x;y", "a%20b",
]  # fmt: skip
FORBIDDEN: Final = ["", "a\r\nSET x 1", "a\0b", "\x1b[2J", "\x7f", "a" * 513]


@pytest.fixture(scope="module")
def client(url: str, keys: Keys) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with httpx.Client(base_url=url, headers=headers, timeout=10) as caller:
        yield caller


def event(name: str) -> dict[str, str]:
    return {"event_id": name, "learner_id": name, "credential_id": name, "request_id": name}


def test_odd_ids_stay_apart_and_come_back_as_they_were(client: httpx.Client) -> None:
    for name in ODD:
        profile = {"skills": [name], "target_role": name, "attributes": {"a": name[:200]}}
        put = client.put(f"/v1/learners/{quote(name, safe='')}", json=profile)
        assert (put.status_code, put.json().get("id")) == (200, name)
        assert client.post("/v1/events", json={"events": [event(name)]}).status_code == 202
    for name in ODD:
        held = client.get(f"/v1/learners/{quote(name, safe='')}/export").json()
        assert held["profile"]["target_role"] == name
        assert [each["credential_id"] for each in held["events"]] == [name]
        asked = {"learner": {"id": name}, "target_role": {"text": name}}
        assert client.post("/v1/recommendations", json=asked).status_code == 200
    first, *rest = ODD
    assert client.delete(f"/v1/learners/{quote(first, safe='')}").json()["erased_events"] == 1
    for name in rest:
        assert client.get(f"/v1/learners/{quote(name, safe='')}/export").json()["profile"]


@pytest.mark.parametrize("name", FORBIDDEN, ids=repr)
def test_control_characters_are_no_part_of_an_id(client: httpx.Client, name: str) -> None:
    for field in event("x"):
        body = {"events": [event("x") | {field: name}]}
        assert client.post("/v1/events", json=body).status_code == 422
    path = f"/v1/learners/{quote(name, safe='')}"
    assert client.put(path, json={}).status_code in (404, 405, 422)


def test_the_spool_takes_words_for_nothing_but_words(tmp_path: Path) -> None:
    async def kept() -> None:
        async with Spool(tmp_path, 1_000_000) as spool:
            for name in ODD:
                await spool.add(name, [LoggedEvent(name, name, name, Kind.VIEW, 1.0)])
            for name in ODD:
                assert [each.event_id for each in spool.of(name, name).events] == [name]
            assert await spool.erase(ODD[0], ODD[0], waits=False) == 1
            assert spool.depth() == len(ODD) - 1

    asyncio.run(kept())


NASTY: Final = "\x1b[2J\x1b]0;owned\x07[bold red]Course[/bold red]\x9b31m\u202egnp\r"


def test_a_terminal_shows_text_and_does_not_obey_it(bundle_folder: Path) -> None:
    loaded = bundle.read(bundle_folder)
    request = RecommendationRequest.model_validate({"target_role": "odd", "limit": 3})
    found = answer(loaded, request, at=2e9, request_id="r")
    item = found.items[0].model_copy(update={"title": NASTY, "credential": NASTY})
    gap = found.gap
    assert gap is not None
    skill = gap.skills[0].model_copy(update={"label": NASTY})
    told = found.model_copy(
        update={
            "items": [item],
            "notes": [NASTY],
            "gap": gap.model_copy(update={"skills": [skill]}),
        }
    )
    page = io.StringIO()
    terminal = Terminal(file=page, force_terminal=True, color_system="truecolor", width=200)
    terminal.print(*printing.recommendation(told), sep="\n")
    left = re.sub(r"\x1b\[[0-9;]*m", "", page.getvalue())  # the colours of Cairn's own
    assert shown(left) == left
    assert left.count("[bold red]Course[/bold red]") == 4
    assert "\x1b[2J" not in page.getvalue()


def test_a_message_does_not_obey_a_files_words(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "done.csv"
    path.write_text("\x1b[2Juser,\x9b31m\n1,2\n")
    code, _, err = run("import", "csv", path, "--out", tmp_path / "out")
    assert code == 2
    assert shown(err) == err


@pytest.mark.parametrize("name", ["../bundle", "/etc", ".", "..", "a/b", ".hidden", "a\0b", ""])
def test_a_version_is_no_path(tmp_path: Path, name: str) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "bundle").mkdir()
    for use in (registry.bundle_of, registry.promote):
        with pytest.raises(BundleError):
            use(tmp_path / "root", name)
    (tmp_path / "root" / "current").write_text(f"{name}\n")
    with pytest.raises(BundleError):
        registry.resolve(tmp_path / "root")
