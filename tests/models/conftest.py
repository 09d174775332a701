"""A small world that is compared by meaning, made once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from worlds import world

from models import bundle
from models.bundle import Bundle
from models.encoder import TextEncoder
from training.embedder import Embedder


@pytest.fixture(scope="session")
def worded(embedder: Embedder, encoder: TextEncoder) -> Bundle:
    """Few skills, roles and credentials whose texts can be told apart by their meaning."""
    made = world(
        embedder,
        skills=[
            {"id": "s:baking", "label": "bake bread and pastry", "aliases": ["baking"]},
            {"id": "s:welding", "label": "weld metal"},
            {"id": "s:sql", "label": "query databases with SQL", "aliases": ["SQL"]},
            {"id": "s:nursing", "label": "care for hospital patients"},
        ],
        roles=[
            {"id": "r:baker", "title": "Baker", "aliases": ["bread maker"], "requirements": [
                {"skill": "s:baking", "importance": 1.0, "level": 0.8}]},
            {"id": "r:dba", "title": "Database administrator", "requirements": [
                {"skill": "s:sql", "importance": 1.0}, {"skill": "vintage tractors"}]},
            {"id": "r:untitled"},
        ],
        credentials=[
            {"id": "c:bread", "title": "Bread for beginners", "description": "Dough and ovens."},
            {"id": "c:sql", "title": "SQL basics", "skills": [{"skill": "SQL"}]},
            {"id": "c:weld", "title": "Arc welding", "skills": [{"skill": "Welding metals"}]},
            {"id": "c:moon", "title": "Moon", "skills": [{"skill": "lunar geology"}]},
        ],
    )  # fmt: skip
    return replace(made, encoder=encoder)


@pytest.fixture(scope="session")
def tiny(tiny_bundle: Path) -> Bundle:
    """The bundle trained on ``tiny_data``."""
    return bundle.read(tiny_bundle)
