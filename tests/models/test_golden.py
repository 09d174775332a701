"""A bundle of every format version ever released keeps loading and answers as it did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden import FOLDER, answer

from models import bundle
from models.bundle import FORMAT_VERSION


@pytest.mark.parametrize("folder", sorted(FOLDER.glob("format-*")), ids=lambda path: path.name)
def test_it_still_gives_its_answer(folder: Path) -> None:
    recorded = json.loads((folder / "answer.json").read_text())
    found = answer(bundle.read(folder / "bundle"))
    for item, expected in zip(found["items"], recorded["items"], strict=True):
        assert item["score"] == pytest.approx(expected.pop("score"), abs=2e-3)
        del item["score"]
    assert found == recorded


def test_there_is_one_for_the_current_format() -> None:
    assert (FOLDER / f"format-{FORMAT_VERSION}" / "bundle" / "manifest.json").is_file()
