"""The container files, checked as far as that goes without a container engine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())


def stages() -> dict[str, str]:
    """The text of each build stage, by name."""
    parts = re.split(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, flags=re.MULTILINE)[1:]
    return {parts[i + 1]: parts[i] + parts[i + 2] for i in range(0, len(parts), 3)}


def test_everything_copied_is_there_and_let_through() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    let_through = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    assert set(copied) == let_through
    assert all((ROOT / source).exists() for source in copied)


def test_the_serving_image_is_small_and_runs_as_nobody_special() -> None:
    found = stages()
    assert list(found)[-1] == "service"  # what `docker build .` makes
    assert "'.[service]'" in found["build-service"]
    assert "gcc" not in found["service"] + found["base"]
    assert "--only-binary :all:" in found["build-service"]
    assert re.search(r"^USER (?!root)\S+", found["service"], re.MULTILINE)
    assert re.search(r"^USER (?!root)\S+", found["training"], re.MULTILINE)
    assert "/healthz" in found["service"]
    assert "torch==2.13.0" in found["build-training"]


def test_compose_names_stages_volumes_and_services_that_exist() -> None:
    services = COMPOSE["services"]
    for each in services.values():
        if "build" in each:
            assert each["build"]["target"] in stages()
        for volume in each.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in COMPOSE["volumes"]
        assert set(each.get("depends_on", {})) <= services.keys()


def test_compose_sets_settings_that_exist() -> None:
    prefix = Settings.model_config["env_prefix"]
    known = {f"{prefix}{name}".upper() for name in Settings.model_fields}
    given = set(COMPOSE["services"]["service"]["environment"])
    given |= set(re.findall(r"\b(CAIRN_[A-Z_]+)=", DOCKERFILE))
    assert given <= known


@pytest.mark.parametrize("option", ["--appendonly yes", "--maxmemory-policy noeviction"])
def test_the_store_keeps_what_it_accepted(option: str) -> None:
    assert option in COMPOSE["services"]["valkey"]["command"]
