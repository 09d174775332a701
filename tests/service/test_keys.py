"""The life of a key: made, listed, replaced, revoked, and what running services make of it."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from conftest import running, until
from shared import Run
from test_server import served

from models.errors import UsageError
from service.settings import Settings
from service.tenants import keyfile
from service.tenants.auth import KeyFile, Keyring, KeyState, Scope, StoredKey, load_keyring, new_key

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ASK = frozenset({Scope.RECOMMEND})


def kept(file: Path, key: str) -> StoredKey:
    found = load_keyring(file, None).find(key)
    assert found is not None
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_an_unknown_id_is_refused_the_way_a_wrong_secret_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[tuple[str, str]] = []
    real = hmac.compare_digest

    def compare(a: str, b: str) -> bool:
        compared.append((a, b))
        return real(a, b)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    key, known = new_key("a", ASK)
    ring = Keyring([known])
    for presented in (key[:-1] + "~", key.replace(known.id, "0000ffff"), "cairn_", ""):
        compared.clear()
        assert ring.find(presented) is None
        [(a, b)] = compared
        assert len(a) == len(b) == 64
    assert ring.find(key) == known


def test_rotating_gives_the_same_rights_and_lets_the_old_key_live_for_a_while(file: Path) -> None:
    old = keyfile.create(file, "acme", ASK, NOW)
    new = keyfile.rotate(file, kept(file, old).id, timedelta(hours=6), NOW)
    before, after = kept(file, old), kept(file, new)
    assert (after.tenant, after.scopes, after.created_at) == ("acme", ASK, NOW)
    end = (NOW + timedelta(hours=6)).timestamp()
    assert before.expires_at == NOW + timedelta(hours=6)
    assert [before.state(at) for at in (end - 1, end)] == [KeyState.EXPIRING, KeyState.EXPIRED]
    assert (before.usable(end - 1), before.usable(end), after.usable(end)) == (True, False, True)
    keyfile.rotate(file, before.id, timedelta(hours=9), NOW)
    assert kept(file, old).expires_at == before.expires_at  # never later than it was to


def test_what_ended_is_not_brought_back(file: Path) -> None:
    old = kept(file, keyfile.create(file, "acme", ASK, NOW))
    keyfile.rotate(file, old.id, timedelta(0), NOW)
    content = file.read_bytes()
    with pytest.raises(UsageError, match="expired"):
        keyfile.rotate(file, old.id, timedelta(hours=1), NOW)
    keyfile.revoke(file, old.id)
    assert KeyFile.model_validate_json(file.read_bytes()).keys[0].state(0) is KeyState.REVOKED
    with pytest.raises(UsageError, match="revoked"):
        keyfile.rotate(file, old.id, timedelta(hours=1), NOW)
    with pytest.raises(UsageError, match="expected the id of a key, found 'nobody'"):
        keyfile.revoke(file, "nobody")
    assert json.loads(content) != json.loads(file.read_bytes())


def test_of_changes_at_once_none_is_lost(file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda i: keyfile.create(file, f"t{i}", ASK, NOW), range(24)))
    assert {kept(file, key).tenant for key in made} == {f"t{i}" for i in range(24)}
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_file_stays_what_it_was_and_as_open_as_it_was(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "mounted" / "real.json"
    real.parent.mkdir()
    keyfile.create(real, "acme", ASK, NOW)
    assert real.stat().st_mode & 0o777 == 0o600
    real.chmod(0o640)
    file.symlink_to(real)
    keyfile.create(file, "acme", ASK, NOW)
    assert file.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(load_keyring(real, None).tenants) == 1


def test_an_id_that_comes_twice_is_refused(file: Path) -> None:
    _, one = new_key("a", ASK)
    revoked = one.model_copy(update={"revoked": True})
    file.write_text(json.dumps({"keys": [json.loads(k.model_dump_json()) for k in (revoked, one)]}))
    with pytest.raises(UsageError, match=f"expected each id once, found '{one.id}' 2 times"):
        load_keyring(file, None)


def test_keys_are_listed_without_anything_secret(run: Run, file: Path) -> None:
    keys = [run("keys", "create", "acme", "--file", file)[1].strip() for _ in range(3)]
    ids = [key.split("_")[1] for key in keys]
    code, new, _ = run("keys", "rotate", ids[1], "--file", file, "--grace", 2)
    assert (code, kept(file, new.strip()).tenant) == (0, "acme")
    assert run("keys", "revoke", ids[2], "--file", file)[0] == 0
    assert run("keys", "revoke", "nobody", "--file", file)[0] == 2
    assert run("keys", "rotate", ids[2], "--file", file)[0] == 2
    code, shown, _ = run("keys", "list", "--file", file)
    states = {
        line.split()[0]: line for line in shown.splitlines() if line.strip() and "acme" in line
    }
    assert [
        next(state for state in KeyState if f"{state}" in states[name])
        for name in (*ids, new.split("_")[1])
    ] == [KeyState.ACTIVE, KeyState.EXPIRING, KeyState.REVOKED, KeyState.ACTIVE]
    assert all("events, learners, recommend" in line for line in states.values())
    for key in (*keys, new.strip()):
        assert key.split("_", 2)[2] not in shown + file.read_text()
        assert kept(file, key).sha256 not in shown


class Clock:
    at = NOW.timestamp()


@contextmanager
def watching(file: Path, bundle: Path, url: str, clock: Clock) -> Iterator[httpx.Client]:
    settings = Settings(var=file.parent, bundle=bundle, api_keys_file=file, redis_url=url)
    with (
        running(settings, lambda: clock.at) as address,
        httpx.Client(base_url=address, timeout=10) as client,
    ):
        yield client


def status(client: httpx.Client, key: str) -> int:
    return client.get("/v1/model", headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_running_service_follows_the_file_and_opens_nothing_on_a_broken_one(
    file: Path, bundle_folder: Path, embedded_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    first, second = (keyfile.create(file, "acme", ASK, NOW) for _ in range(2))
    caplog.set_level(logging.INFO, "service.tenants.keys")
    with watching(file, bundle_folder, embedded_url, clock) as client:
        assert [status(client, key) for key in (first, second)] == [200, 200]
        keyfile.revoke(file, kept(file, first).id)
        until(lambda: status(client, first) == 401)
        third = keyfile.rotate(file, kept(file, second).id, timedelta(hours=1), NOW)
        until(lambda: status(client, third) == 200)
        assert status(client, second) == 200
        whole = file.read_text()

        def refused(times: int) -> bool:
            return caplog.text.count("the new keys are refused") >= times

        spoilt = ("", "{}", whole.replace("revoked", "renowned"), whole[:-9], None)
        for refusals, broken in enumerate(spoilt, 1):
            if broken is None:
                file.unlink()
            else:
                file.write_text(broken)
            until(partial(refused, refusals))
            assert [status(client, key) for key in (first, second, third)] == [401, 200, 200]
        clock.at += 3_600
        assert [status(client, key) for key in (first, second, third)] == [401, 401, 200]
        file.write_text(whole)
        fourth = keyfile.create(file, "acme", ASK, NOW)
        until(lambda: status(client, fourth) == 200)
    assert not any(key in caplog.text for key in (first, second, third, fourth))


@pytest.mark.slow
def test_a_revoked_key_is_refused_by_every_worker(
    file: Path, bundle_folder: Path, tmp_path: Path
) -> None:
    key = keyfile.create(file, "acme", ASK, NOW)

    def statuses(client: httpx.Client) -> set[int]:
        headers = {"Authorization": f"Bearer {key}", "Connection": "close"}
        return {client.get("/v1/model", headers=headers).status_code for _ in range(30)}

    with served(bundle_folder, tmp_path / "var", WORKERS=2, API_KEYS_FILE=file) as client:
        assert statuses(client) == {200}
        keyfile.revoke(file, kept(file, key).id)
        until(lambda: statuses(client) == {401})
