"""Settings are documented, all of them, with their defaults."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from models.errors import UsageError
from service.settings import Settings, chosen, variable

PAGE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
PAGE = PAGE.partition("## The service")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    default = Settings.model_fields[name].get_default(
        call_default_factory=True, validated_data={"var": Settings.model_fields["var"].default}
    )
    shown = "not set" if default is None else f"`{str(default).lower()}`"
    assert f"| `{variable(name)}` | {shown} |" in PAGE


def test_the_page_names_no_setting_that_is_not_there() -> None:
    documented = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")}
    assert documented == set(map(variable, Settings.model_fields))


def test_the_environment_is_read_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_PORT", "8123")
    assert Settings().port == 8123
    monkeypatch.setenv("CAIRN_PORT", "none")
    with pytest.raises(ValidationError, match="port"):
        Settings()


def test_what_moves_runtime_data_moves_the_bundles_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_VAR", "/data")
    assert Settings().bundle == Path("/data/bundles")
    assert Settings(bundle=Path("one")).bundle == Path("one")


def test_wrong_settings_are_told_by_their_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAIRN_PORT", "none")
    monkeypatch.setenv("CAIRN_WORKERS", "0")
    with pytest.raises(UsageError, match=r"(?s)CAIRN_PORT: .*CAIRN_WORKERS: "):
        chosen()
    assert chosen(port=1, workers=2, host=None).port == 1


def test_secrets_do_not_show() -> None:
    settings = Settings(redis_url="redis://:hush@host/0", demo_key="cairn_a_hush")
    assert "hush" not in repr(settings)


def test_a_secret_is_long_and_an_origin_has_no_path() -> None:
    for wrong in ({"token_secret": "x" * 31}, {"public_url": "https://cairn.example/"}):
        with pytest.raises(UsageError, match="CAIRN_") as refused:
            chosen(**wrong)
        assert "xxx" not in str(refused.value)
    assert chosen(token_secret="x" * 32, public_url="https://cairn.example").public_url
    assert "xxx" not in repr(Settings(token_secret="x" * 32))
