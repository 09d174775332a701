"""Skills out of a text, over real HTTP and from a bundle that encodes texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from conftest import Keys, running
from tiny_bundle import facts, write_bundle

from models import bundle
from models.bundle.files import read_parts
from models.encoder import TextEncoder
from models.index import VectorIndex
from service.settings import Settings
from training import skill_matching
from training.embedder import Embedder
from training.framework import Framework
from training.progress import Silent

LABELS = [
    "bake bread", "weld metal", "query databases", "care for patients", "drive lorries",
    "cut hair", "teach children", "sell insurance", "repair engines", "plan projects",
]  # fmt: skip
ADVERT = "🥖 We bake bread every night.\n• You repair engines of lorries & drive them\nGood pay!"


@pytest.fixture(scope="module")
def readers(
    embedder: Embedder,
    encoder: TextEncoder,
    keys_file: Path,
    embedded_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, str]]:
    """Where a service runs whose bundle learned to read texts, and one whose bundle did not."""
    root = tmp_path_factory.mktemp("reading")
    _, parts = read_parts(write_bundle(root))
    skills = {**parts.tables["skills"], "label": LABELS}
    none: list[str | None] = [None] * len(LABELS)
    asked = np.zeros(len(LABELS), np.int64)
    framework = Framework(list(skills["id"]), LABELS, none, none, asked)
    vectors = embedder.encode(LABELS)
    plain = replace(
        parts,
        tables={**parts.tables, "skills": skills},
        indexes={"skills": VectorIndex.build(vectors)},
        encoder=encoder.folder,
    )
    learned = skill_matching.fit(framework, vectors, embedder, Silent())
    made = {"nearest": plain, "learned": replace(plain, arrays={**plain.arrays, **learned})}
    settings = Settings(var=root, api_keys_file=keys_file, redis_url=embedded_url)
    at = {
        name: settings.model_copy(update={"bundle": bundle.write(each, facts(), root / name)})
        for name, each in made.items()
    }
    with running(at["nearest"]) as nearest, running(at["learned"]) as address:
        yield {"nearest": nearest, "learned": address}


def ask(url: str, key: str, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.post(f"{url}/v1/skills/match", json=body, headers=headers, timeout=10)


@pytest.mark.parametrize("mode", ["learned", "nearest"])
def test_a_text_is_read_and_its_places_are_told(
    readers: dict[str, str], keys: Keys, mode: str
) -> None:
    response = ask(readers[mode], keys.limited, text=ADVERT)
    assert re.fullmatch(f"mode={mode}, bundle=[0-9a-f]+", response.headers["Cairn-Match"])
    assert "Cairn-Notes" not in response.headers
    answer = response.json()
    found = {each["label"]: each for each in answer}
    assert found["bake bread"]["skill"] == "http://skills.example/0"
    assert found["bake bread"]["span"]["text"] == "bake bread"
    assert found["repair engines"]["span"]["text"] == "repair engines"
    scores = [each["score"] for each in answer]
    assert scores == sorted(scores, reverse=True)
    for each in answer:
        span = each["span"]
        assert ADVERT[span["start"] : span["end"]] == span["text"]
        assert 0.1 <= each["score"] <= 1
    one = ask(readers[mode], keys.limited, text=ADVERT, limit=1, threshold=0).json()
    assert one == answer[:1]


def test_what_is_not_english_or_too_long_is_told(readers: dict[str, str], keys: Keys) -> None:
    german = "Sie backen das Brot für die Kunden und reparieren die Motoren in der Werkstatt."
    told = ask(readers["learned"], keys.limited, text=german).headers["Cairn-Notes"]
    assert "'de'" in told
    told = ask(readers["learned"], keys.limited, text="Weld.\n" * 3_000).headers["Cairn-Notes"]
    assert "left out" in told


@pytest.mark.parametrize("text", ["", " \n\t", "?!", "42", "🥖", "‮"])
def test_a_text_that_says_nothing_speaks_of_no_skill(
    readers: dict[str, str], keys: Keys, text: str
) -> None:
    response = ask(readers["learned"], keys.limited, text=text, threshold=0)
    assert response.status_code == 200
    assert response.json() == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/text"),
        ({"text": None}, "/text"),
        ({"text": "x" * 20_001}, "/text"),
        ({"text": "x", "limit": 101}, "/limit"),
        ({"text": "x", "threshold": 1.1}, "/threshold"),
        ({"text": "x", "lang": "de"}, "/lang"),
    ],
)
def test_a_bad_question_is_refused(
    readers: dict[str, str], keys: Keys, body: dict[str, Any], pointer: str
) -> None:
    response = ask(readers["learned"], keys.limited, **body)
    assert response.status_code == 422
    assert [each["pointer"] for each in response.json()["errors"]] == [pointer]


def test_a_bundle_without_an_encoder_says_so(url: str, keys: Keys) -> None:
    response = ask(url, keys.limited, text="Topic 1")
    assert response.json() == []
    assert response.headers["Cairn-Match"].startswith("mode=none")
    assert response.headers["Cairn-Notes"] == "the bundle encodes no text"
