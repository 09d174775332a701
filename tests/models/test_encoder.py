from __future__ import annotations

import filecmp
from pathlib import Path

import numpy as np

from models.encoder import (
    MAX_TOKENS,
    MODEL_FILE,
    QUICK_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    TextEncoder,
)
from training.embedder import Embedder

PHRASES = (
    "Python", "manage a team of nurses", "Kubernetes cluster operations", "x", "3.5%", "",
    "  leading space", "UPPER CASE TITLE", "tabs\tand\nnew lines", "élève café naïve façade",
    "Umgang mit Kunden", "数据分析师", "データベース", "анализ данных", "تحليل البيانات",
    "🚀 rocket 🧑‍🔬",
    "C++", "C#", "a" * 300, "word " * 400, "<script>alert(1)</script>", "½ of ﬁve ligatures",
    "\u200bzero width", "null\x00byte", "—–…“quotes”", "e\u0301 combining", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
)  # fmt: skip
PAIRS = [
    f"{verb} {thing}" for verb in ("plan", "repair", "teach", "audit", "design", "sell", "test")
    for thing in ("solar panels", "tax returns", "web pages", "engines", "lessons", "networks",
                  "contracts", "vaccines", "bread", "robots", "gardens")
]  # fmt: skip


def test_it_agrees_with_sentence_transformers(embedder: Embedder, encoder: TextEncoder) -> None:
    expected = embedder.encode([*PHRASES, *PAIRS])
    alone = [encoder.encode([text]) for text in PHRASES]
    found = np.concatenate([*alone, encoder.encode(PAIRS)])
    assert len(found) > 100
    assert (found * expected).sum(1).min() >= 0.999
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)


def test_company_in_a_batch_has_no_influence(encoder: TextEncoder) -> None:
    texts = ["bread", "repair the engines of very old tractors by hand"]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(encoder.encode(texts), alone, atol=1e-5)


def test_what_lies_beyond_the_last_token_read_has_no_influence(encoder: TextEncoder) -> None:
    long = "bread " * MAX_TOKENS
    np.testing.assert_allclose(encoder.encode([long + "engine"]), encoder.encode([long]), atol=1e-6)


def test_the_same_graph_is_written_every_time(
    embedder: Embedder, encoder: TextEncoder, tmp_path: Path
) -> None:
    embedder.export(tmp_path)
    for name in (MODEL_FILE, WEIGHTS_FILE, QUICK_FILE, TOKENIZER_FILE):
        assert filecmp.cmp(tmp_path / name, encoder.folder / name, shallow=False), name


def test_no_texts_give_no_vectors(encoder: TextEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_the_weights_stay_in_their_file_and_are_mapped(encoder: TextEncoder) -> None:
    assert (encoder.folder / MODEL_FILE).stat().st_size < 2_000_000
    assert (encoder.folder / WEIGHTS_FILE).stat().st_size > 50_000_000
    encoder.encode(["bread"])
    assert str(encoder.folder / WEIGHTS_FILE) in Path("/proc/self/maps").read_text()
