"""Settings are documented, all of them, with their defaults."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = "not set" if default is None else f"`{str(default).lower()}`"
    assert f"| `CAIRN_{name.upper()}` | {shown} |" in PAGE


def test_the_page_names_no_setting_that_is_not_there() -> None:
    documented = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `CAIRN_")}
    assert documented == {f"CAIRN_{name.upper()}" for name in Settings.model_fields}


def test_the_environment_is_read_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_PORT", "8123")
    assert Settings().port == 8123
    monkeypatch.setenv("CAIRN_PORT", "none")
    with pytest.raises(ValidationError, match="port"):
        Settings()


def test_secrets_do_not_show() -> None:
    settings = Settings(redis_url="redis://:hush@host/0", demo_key="cairn_a_hush")
    assert "hush" not in repr(settings)
