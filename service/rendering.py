"""Pages rendered here, from templates of this package; the one door to ``jinja2``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from service.language import LANGUAGES, Language

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
"""A page without a script, kept by nobody, found by nobody."""


def _web(url: object) -> str | None:
    """``url`` where it is one that may be followed."""
    return url if isinstance(url, str) and urlsplit(url).scheme in ("http", "https") else None


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["web"] = _web
    return environment


_templates: Final = _environment()


def rendered(template: str, language: Language, **facts: object) -> str:
    """The HTML of ``templates/TEMPLATE.html`` in that language; all text goes in as text."""
    found = _templates.get_template(f"{template}.html")
    return found.render(language=language, languages=LANGUAGES.values(), say=language.say, **facts)


def page(
    template: str,
    language: Language,
    status: int = 200,
    headers: Mapping[str, str] = HEADERS,
    **facts: object,
) -> HTMLResponse:
    """The same as an answer, for a browser; ``headers`` take the place of those usual."""
    content = rendered(template, language, **facts)
    spoken = {"Content-Language": language.name, "Vary": "Accept-Language"}
    return HTMLResponse(content, status, {**HEADERS, **headers, **spoken})
