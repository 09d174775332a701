"""What MkDocs calls: adds the pages that are made from code, and those kept elsewhere."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docsite import cli, data, http, metrics, settings

ROOT: Final = Path(__file__).resolve().parent.parent
DOCS: Final = ROOT / "docs"

MADE: Final = {
    "reference/cli.md": cli.reference,
    "reference/http.md": http.reference,
    "reference/settings.md": settings.reference,
    "reference/data.md": data.reference,
    "reference/metrics.md": metrics.reference,
}
ELSEWHERE: Final = {"client.md": ROOT / "client" / "README.md", "changes.md": ROOT / "CHANGELOG.md"}
"""Pages of the site that are read where they lie by those who have the sources."""

LINK: Final = re.compile(r"(?<!!)\[([^\]]+)\]\((?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")
"""A link to a file: its text, the file, and the place in it."""


RUN: Final = re.compile(r"^```(sh|python) run$", re.MULTILINE)
"""Begins a block that the tests run; to a reader it is one like any other."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """The files of ``docs/``, and the others."""
    for path, made in MADE.items():
        files.append(File.generated(config, path, content=made()))
    for path, source in ELSEWHERE.items():
        files.append(File.generated(config, path, content=source.read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Links to what lies outside of ``docs/`` lead to its page here, or are told as plain text;
    blocks that tests run are blocks of their language.
    """
    markdown = RUN.sub(r"```\1", markdown)
    source = ELSEWHERE.get(page.file.src_uri, DOCS / page.file.src_uri)
    return LINK.sub(lambda match: _link(match, source.parent, page.file.src_uri), markdown)


def _link(match: re.Match[str], folder: Path, here: str) -> str:
    text, target, anchor = match.groups()
    place = (folder / target).resolve()
    moved = {source: name for name, source in ELSEWHERE.items()}
    if place in moved:
        found = moved[place]
    elif place.is_relative_to(DOCS):
        found = place.relative_to(DOCS).as_posix()
    elif place.exists():
        return text
    else:
        return match[0]  # a page made here, or nothing, of which MkDocs complains
    return f"[{text}]({posixpath.relpath(found, posixpath.dirname(here))}{anchor or ''})"
