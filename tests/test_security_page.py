"""docs/security.md names tests as its proof: each must be there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = (ROOT / "docs" / "security.md").read_text()


def missing(page: str) -> set[str]:
    """The tests that ``page`` names and that do not exist."""
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    existing = set(re.findall(r"^(?:async )?def (test_\w+)", tests, re.MULTILINE))
    return set(re.findall(r"`(test_\w+)`", page)) - existing


def test_every_test_that_the_page_names_exists() -> None:
    assert missing(PAGE) == set()
    assert missing(f"{PAGE} `test_that_nobody_wrote`") == {"test_that_nobody_wrote"}


def test_every_threat_is_answered_by_a_test() -> None:
    table = PAGE.partition("| shown by |")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and "---" not in line]
    assert rows
    assert [line for line in rows if not re.search(r"`test_\w+` ?(,|\|)", line)] == []
