"""Settings of training are documented, all of them, with their defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
PAGE = PAGE.partition("## Training")[2].partition("\n## ")[0]


def test_every_setting_is_documented_with_its_default_and_no_other() -> None:
    documented = [line.split(" | ")[:2] for line in PAGE.splitlines() if line.startswith("| `")]
    assert documented == [
        [
            f"| `{field.validation_alias or f'CAIRN_{name.upper()}'}`",
            {None: "not set", True: "`true`"}.get(field.default, f"`{field.default}`"),
        ]
        for name, field in Settings.model_fields.items()
    ]


def test_everything_written_unasked_lies_below_one_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_VAR", "/data")
    settings = Settings()
    assert (settings.bundles, settings.cache) == (Path("/data/bundles"), Path("/data/cache"))
