"""Scripts of JSON-LD in pages, however the page is written."""

from __future__ import annotations

import pytest

from training.importers.pages import LONGEST_TAG, scripts

OPEN = '<script type="application/ld+json">'


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (f"<p>{OPEN} {{}} </script>{OPEN}[1]</SCRIPT >", ["{}", "[1]"]),
        ("<SCRIPT async TYPE = 'application/LD+json; charset=utf-8' id=x>{}</script>", ["{}"]),
        ("<script type=application/ld+json>{}</script>", ["{}"]),
        ('<script data-a="a>b" type="application/ld+json">"é<b>&amp;"</script>', ['"é<b>&amp;"']),
        (f"<!-- {OPEN}1</script> -->{OPEN}2</script>", ["2"]),
        (f"<script>{OPEN}1</script>", []),
        (f"<script>'<!--'</script>{OPEN}2</script>", ["2"]),
        (f"<scripts>{OPEN}2</script>", ["2"]),
        (f"{OPEN}2</scripted></script>", ["2</scripted>"]),
        (f"{OPEN}2", []),
        (f"<!-- {OPEN}2</script>", []),
        (f"{OPEN}  </script>", []),
        ("<script type>{}</script><script>{}</script><script type=module>{}</script>", []),
    ],
)  # fmt: skip
def test_scripts_of_a_page(page: str, found: list[str]) -> None:
    assert [each.decode() for each in scripts(page.encode())] == found


@pytest.mark.parametrize(
    "part",
    ["<a ", "<!--", "<![CDATA[", OPEN, "</scrip", '<script a="', "<script ", "<script/>", "<"],
)
def test_a_page_of_a_megabyte_is_one_pass(part: str) -> None:
    """What has no end is not looked for from every place where it might begin."""
    page = (OPEN + "{}</script>" + part * (1_000_000 // len(part))).encode()
    assert list(scripts(page)) == [b"{}"]


def test_a_tag_ends_within_bounds() -> None:
    page = f'<script type="application/ld+json" a="{"x" * LONGEST_TAG}">1</script>'
    assert list(scripts(page.encode())) == []
