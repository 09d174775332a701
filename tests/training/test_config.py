from __future__ import annotations

from pathlib import Path

import pytest

from models.domain import Kind
from models.errors import DataError, UsageError
from training.config import Config, read


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml, json = tmp_path / "c.toml", tmp_path / "c.json"
    toml.write_text('text = "none"\nfolds = 3\nheld_kinds = ["complete", "enrol"]\n')
    json.write_text('{"text": "none", "folds": 3, "held_kinds": ["complete", "enrol"]}')
    assert read(toml) == read(json)
    assert read(toml) == Config(text="none", folds=3, held_kinds=(Kind.COMPLETE, Kind.ENROL))


def test_every_wrong_field_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('text = "large"\nfolds = 1\nepochs = 3\nheld_kinds = ["eaten"]\n')
    with pytest.raises(DataError) as caught:
        read(path)
    assert {fault.column for fault in caught.value.faults} == {
        "text", "folds", "epochs", "held_kinds.0",
    }  # fmt: skip
    assert all(fault.file == str(path) for fault in caught.value.faults)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [("c.toml", b"= 3"), ("c.json", b"{"), ("c.toml", b"\xff"), ("c.json", b"[]")],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=name):
        read(tmp_path / name)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no configuration file"):
        read(tmp_path / "absent.toml")
