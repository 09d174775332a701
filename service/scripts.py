"""What the store runs within itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.connections import script

Run = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Script:
    """A script as it is, and behind one that takes a toll and goes no further without."""

    free: Run
    tolled: Run


def registered() -> dict[str, Script]:
    """The scripts by their names, each with what all share before it."""
    folder = Path(__file__).with_name("lua")
    texts = {file.stem: file.read_text("utf-8") for file in folder.glob("*.lua")}
    shared = texts.pop("shared")
    toll = texts.pop("toll")
    return {
        name: Script(free=script(shared + text), tolled=script(shared + toll + text))
        for name, text in texts.items()
    }
