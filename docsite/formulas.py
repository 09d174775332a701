"""Formulas as MathML, which browsers show by themselves: no script, nothing to load."""

from __future__ import annotations

from typing import Any

from latex2mathml.converter import convert


def block(source: str, language: str, css_class: str, options: Any, md: Any, **_: Any) -> str:
    """A fence ``math`` of TeX as a formula of its own; the signature is that of SuperFences."""
    return f'<div class="{css_class}">{convert(source, display="block")}</div>'
