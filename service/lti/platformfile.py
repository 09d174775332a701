"""Changing the platforms file: platforms added and removed, whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from models.errors import UsageError
from service.changing import alone, replace
from service.lti.platforms import Platform, PlatformFile, read_platforms
from service.tenants.auth import first_fault

WHAT: Final = "platforms"


def add(file: Path, registration: Mapping[str, Any]) -> Platform:
    """Add a platform to ``file``, which is made when absent. Like all here raises ``UsageError``
    naming what is wrong; the file is then as it was.
    """
    with alone(file, WHAT):
        known = read_platforms(file) if file.exists() else []
        name = f"lti-{secrets.token_hex(4)}"
        try:
            added = Platform.model_validate({"id": name, **registration})
            _write(file, [*known, added])
        except ValidationError as error:
            raise UsageError(f"this platform cannot be: {first_fault(error)}") from error
    return added


def remove(file: Path, name: str) -> Platform:
    """Let nobody in from the platform of that id any more; returns it."""
    with alone(file, WHAT):
        known = {each.id: each for each in read_platforms(file)}
        if name not in known:
            raise UsageError(f"{file}: expected the id of a platform, found '{name[:80]}'")
        gone = known.pop(name)
        _write(file, list(known.values()))
    return gone


def _write(file: Path, platforms: Sequence[Platform]) -> None:
    content = PlatformFile.model_validate({"platforms": list(platforms)})
    replace(file, content.model_dump_json(indent=2, exclude_defaults=True), WHAT)
