"""Keys: who gets in, and what the keys file may hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.errors import UsageError
from service.tenants.auth import KeyFile, Keyring, Scope, load_keyring, new_key, stored

EVERYTHING = frozenset(Scope)


def test_a_key_is_found_by_its_whole_text_alone() -> None:
    key, kept = new_key("acme", frozenset({Scope.RECOMMEND}))
    ring = Keyring([kept])
    assert ring.find(key) == kept
    for wrong in ("", "cairn", "cairn__", key[:-1], key + "x", f"cairn_{kept.id}_", kept.sha256):
        assert ring.find(wrong) is None
    assert ring.find("cairn_\udcff_" + "x" * 40) is None


def test_what_is_kept_of_a_key_does_not_hold_it() -> None:
    key, kept = new_key("acme", EVERYTHING)
    assert key.split("_", 2)[2] not in kept.model_dump_json()


def test_keys_are_read_from_a_file(tmp_path: Path) -> None:
    key, kept = new_key("acme", EVERYTHING)
    path = tmp_path / "keys.json"
    path.write_text(KeyFile(keys=[kept]).model_dump_json())
    assert load_keyring(path, None).find(key) == kept


def test_a_demo_key_opens_everything_for_the_tenant_demo() -> None:
    key, _ = new_key("any", EVERYTHING)
    found = load_keyring(None, key).find(key)
    assert found is not None
    assert (found.tenant, found.scopes) == ("demo", EVERYTHING)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the whole file"),
        ('{"keys": [{"id": "ab12"}]}', "keys/0/sha256"),
        (json.dumps({"keys": [], "more": 1}), "more"),
    ],
)
def test_a_bad_keys_file_is_named_with_the_place(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=rf"keys\.json.*{expected}"):
        load_keyring(path, None)


def test_a_missing_keys_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json"):
        load_keyring(tmp_path / "none.json", None)


def test_a_weak_key_is_refused() -> None:
    with pytest.raises(UsageError, match="cairn_ID_SECRET"):
        stored("cairn_demo_short", "demo", EVERYTHING)
