"""What the store runs within itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Run = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is, and behind one that takes a toll and goes no further without."""

    free: Run
    tolled: Run


def sources() -> tuple[str, dict[str, str]]:
    """What takes a toll, and the scripts by their names, each with what all share before it."""
    folder = Path(__file__).with_name("lua")
    texts = {file.stem: file.read_text("utf-8") for file in folder.glob("*.lua")}
    shared = texts.pop("shared")
    toll = texts.pop("toll")
    return toll, {name: shared + text for name, text in texts.items()}
