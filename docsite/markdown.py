"""Pieces of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing where there are no rows."""
    told = [" | ".join(map(_cell, row)) for row in rows]
    if not told:
        return ""
    lines = [" | ".join(heads), " | ".join("---" for _ in heads), *told]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def code(text: object) -> str:
    """Text as it is typed; an empty one stays empty."""
    return f"`{text}`" if str(text) else ""


def page(title: str, *parts: str) -> str:
    """A page of parts, the empty ones left out."""
    return "\n\n".join([f"# {title}", *(part.strip() for part in parts if part.strip())]) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
