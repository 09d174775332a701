"""What the store runs within itself."""

from __future__ import annotations

from pathlib import Path


def sources() -> tuple[str, dict[str, str]]:
    """What takes a toll, and the scripts by their names, each with what all share before it."""
    folder = Path(__file__).with_name("lua")
    texts = {file.stem: file.read_text("utf-8") for file in folder.glob("*.lua")}
    shared = texts.pop("shared")
    toll = texts.pop("toll")
    return toll, {name: shared + text for name, text in texts.items()}
