"""Several workers share what they read, keep to their cores, and cost little each."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from large_bundle import write_large_bundle
from test_server import served

pytestmark = pytest.mark.slow

OWN = 100
"""Bytes per credential that a worker may keep of its own: masks and sums over all of them. Words
stay in the bundle's files (here 500 characters each).
"""

SLACK = 25_000_000
"""Bytes that answering, whatever the bundle, may take: buffers, caches, fragments."""

MEASURED = """
import json, sys
from pathlib import Path
import service.app
from models import bundle
from models.domain import Ask, HeldSkill, Learner, Target
from models.recommend import recommend
from service.telemetry.memory import memory
before = memory()
loaded = bundle.read(Path(sys.argv[1]))
for _ in range(20):
    learner = Learner(skills=(HeldSkill(loaded.skills.ids[0], 0.5),))
    answer = recommend(loaded, Ask(learner, 1.7e9, Target(id=loaded.roles.ids[0])))
    assert answer.items
print(json.dumps([before, memory()]))
"""

BOUNDED = """
from concurrent.futures import ThreadPoolExecutor
import faiss, numpy, service.app
from threadpoolctl import threadpool_info, threadpool_limits
def threads():
    blas = {each["num_threads"] for each in threadpool_info()}
    return blas | {faiss.omp_get_max_threads()}
with threadpool_limits(1), ThreadPoolExecutor(1, "reader", threadpool_limits, (1,)) as reader:
    assert threads() == {1}, threads()
    assert reader.submit(threads).result() == {1}
"""


def python(code: str, *arguments: object) -> str:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def own(folder: Path) -> int:
    """Bytes that a process keeps of its own for a bundle, after it answered from it."""
    before, after = json.loads(python(MEASURED, folder))
    return int(after["own"] - before["own"])


def test_a_process_keeps_hardly_anything_of_a_larger_catalogue(tmp_path: Path) -> None:
    small, _ = write_large_bundle(tmp_path, 1_000)
    large, mapped = write_large_bundle(tmp_path, 20_000)
    grown = own(large) - own(small)
    assert mapped > 75_000_000
    assert grown < 19_000 * OWN + SLACK / 5 < mapped * 0.1


def rollup(pid: str) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.findall(r"^(\w+): +(\d+) kB$", lines, re.MULTILINE)
    return {name: 1024 * int(count) for name, count in found}


def test_one_more_worker_costs_little_and_keeps_to_its_core(tmp_path: Path) -> None:
    n = 20_000
    folder, mapped = write_large_bundle(tmp_path, n)
    base = json.loads(python(MEASURED, folder))[0]["own"]
    ask = {"learner": {"id": "ada"}, "target_role": "odd"}
    with served(folder, tmp_path / "var", WORKERS=2) as client:
        eventually(lambda: len(living(client)) == 2)
        for _ in range(20):
            with httpx.Client(base_url=client.base_url, headers=client.headers) as another:
                assert another.post("/v1/recommendations", json=ask).status_code == 200
        told = client.get("/metrics").text
        assert f'cairn_bundle_info{{version="{folder.name}"}} 2.0' in told
        for pid in living(client):
            memory = rollup(pid)
            # The libraries, and nothing of the words or the arrays.
            assert memory["Private_Dirty"] < base + n * OWN + SLACK
            assert memory["Rss"] - memory["Private_Dirty"] > mapped / 4
            given = Path(f"/proc/{pid}/environ").read_text().split("\0")
            assert {"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"} <= set(given)


def test_blas_and_openmp_keep_to_one_thread() -> None:
    python(BOUNDED)


def eventually(true: Callable[[], bool]) -> None:
    """Wait for something to come true that takes as long as a worker's start."""
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def living(client: httpx.Client) -> set[str]:
    """Process ids of the workers that the metrics tell of."""
    try:
        with httpx.Client(base_url=client.base_url, timeout=5) as another:
            told = another.get("/metrics").text
    except httpx.TransportError:  # it went to one that was killed
        return set()
    return set(re.findall(r'cairn_worker_memory_bytes\{kind="own",pid="(\d+)"\}', told))


def test_a_worker_that_is_gone_is_not_counted_any_more(bundle_folder: Path, tmp_path: Path) -> None:
    with served(bundle_folder, tmp_path, WORKERS=2) as client:
        eventually(lambda: len(living(client)) == 2)
        gone = min(living(client))
        os.kill(int(gone), signal.SIGKILL)
        eventually(lambda: gone not in (now := living(client)) and len(now) == 2)
