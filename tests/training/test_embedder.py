"""Texts are encoded once, and what encodes them is loaded only for texts that are new."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from shared import ROOT

from training.embedder import Embedder

TEXTS = ["a mechanic", "a nurse's aide", "a mechanic"]

AGAIN = """
import sys
from pathlib import Path
import numpy as np
import training.commands, training.job
from training.embedder import Embedder

texts = sys.argv[2:]
np.save(sys.argv[1] + "/again.npy", Embedder(Path(sys.argv[1])).encode(texts), allow_pickle=False)
assert "torch" not in sys.modules
Embedder().encode(["an analyst"])
assert "torch" in sys.modules
"""


def test_nothing_is_loaded_for_texts_that_were_encoded_before(tmp_path: Path) -> None:
    told: list[int] = []
    vectors = Embedder(tmp_path).encode(TEXTS, told.append)
    assert (vectors.shape, sum(told)) == ((3, Embedder.dim), 2)
    assert np.array_equal(vectors[0], vectors[2])
    subprocess.run([sys.executable, "-c", AGAIN, tmp_path, *TEXTS], cwd=ROOT, check=True)
    again = np.load(tmp_path / "again.npy", allow_pickle=False)
    assert np.array_equal(again, vectors)
