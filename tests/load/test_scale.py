"""The measurement of a growing catalogue: what it serves is real, what it reports adds up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from load import indexes
from load.scale import __main__ as scale
from load.scale.vectors import clustered, questions, topics
from models import bundle


@pytest.mark.slow
def test_each_size_is_served_and_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = tmp_path / "scale.json"
    sizes, work = ["400", "1200"], ["--work", str(tmp_path), "--json", str(told)]
    monkeypatch.setattr("sys.argv", ["scale", "--credentials", *sizes, "--answers", "5", *work])
    assert scale.main() == 0
    found = json.loads(told.read_text())["sizes"]
    assert [each["credentials"] for each in found] == [400, 1200]
    for each in found:
        assert 0 < each["p50_ms"] <= each["p95_ms"] <= each["p99_ms"]
        assert 0 < each["start_s"] < 60
        assert 0 < each["own_mb"] < each["rss_mb"]
        assert each["recall"].keys() == {"1", "0.5", "0.1", "0.01", "0.001"}
        assert each["least_recall"] == min(each["recall"].values()) == 1.0
        assert each["indexes"] == {"collaborative": "flat", "text": "flat"}
    assert found[0]["p50_ratio"] == 1.0
    assert {"signals", "rank"} <= found[0]["stages_ms"].keys()
    made = bundle.read(scale.prepared(tmp_path, 1200))
    assert made.n == 1200
    assert made.credentials.card(20)["prerequisites"] == {"credential": "credential-19"}
    assert [made.credentials.row(f"credential-{row}") for row in (0, 700)] == [0, 700]


BOUNDED = """
from load.scale.limit import bound
with bound(0.25) as most:
    held = bytearray(64 * 2**20)
    print(most())
"""


def test_memory_is_bounded_or_said_not_to_be() -> None:
    done = subprocess.run([sys.executable, "-c", BOUNDED], capture_output=True, text=True)
    if done.returncode == 0:
        assert 64 <= float(done.stdout) <= 256
    else:
        assert "memory cannot be bounded here: " in done.stderr


def test_every_kind_is_tried_and_the_least_work_is_chosen() -> None:
    found = indexes.tried(22_000, 16)
    work = {each["kind"]: each["work_ms"] for each in found["kinds"] if each["enough"]}
    assert work.keys() >= {"flat", "ivf_flat"}
    assert found["chosen"] == min(work, key=lambda kind: work[kind])


def test_vectors_lie_together_by_topic() -> None:
    vectors, starts = clustered(21_000, 32, 1), topics(21_000)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, rtol=1e-5)
    own, next_, tenth, last = (vectors[starts[i] : starts[i + 1]] for i in (0, 1, 10, 104))
    alike = [float((own @ other.T).mean()) for other in (own, next_, tenth, last)]
    assert alike == sorted(alike, reverse=True)
    assert alike[0] > alike[3] + 0.5
    assert questions(vectors, 5, 1).shape == (5, 32)
