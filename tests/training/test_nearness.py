"""The measure behind how far near skills count, on a taxonomy of a few skills."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from training import nearness
from training.embedder import Embedder
from training.matching import NEAR_CREDIT, NEAR_SIMILARITY, similarity_credit

SKILLS = pl.DataFrame(
    {
        "id": ["weld", "arc", "spot", "nurse"],
        "label": ["weld metal", "arc welding", "spot welding", "care for patients"],
        "aliases": [["welding of metal"], None, None, ["nursing"]],
        "broader": [None, ["weld"], ["weld"], None],
    }
)


def test_pairs_are_told_apart_by_how_they_are_related() -> None:
    assert nearness.pairs(SKILLS) == {
        "its other names": [("weld metal", "welding of metal"), ("care for patients", "nursing")],
        "its broader skill": [("arc welding", "weld metal"), ("spot welding", "weld metal")],
        "the same broader skill": [("arc welding", "spot welding")],
    }


def test_every_kind_is_measured_and_told(
    embedder: Embedder, capsys: pytest.CaptureFixture[str]
) -> None:
    measured = nearness.cosines(SKILLS, embedder, seed=1)
    assert list(measured) == [*nearness.pairs(SKILLS), "any other skill"]
    assert measured["its broader skill"].mean() > 0.5
    Console(width=200).print(nearness.told(measured))
    assert "its other names" in capsys.readouterr().out


def test_credit_rises_evenly_from_nothing_to_its_most() -> None:
    cosine = np.array([-1.0, NEAR_SIMILARITY, (1 + NEAR_SIMILARITY) / 2, 1.0, 1.0001], np.float32)
    expected = [0.0, 0.0, NEAR_CREDIT / 2, NEAR_CREDIT, NEAR_CREDIT]
    np.testing.assert_allclose(similarity_credit(cosine), expected, atol=1e-6)
