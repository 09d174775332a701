"""The flame graph is drawn of a running service, and its shares are those of the serving thread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from load.flame import functions


def frame(name: str, looks: str) -> str:
    return f"<title>{name} ({looks} samples, 1.00%)</title>"


def test_shares_are_of_the_serving_thread_alone() -> None:
    drawn = "".join(
        [
            frame("_worker (concurrent/futures/thread.py:69)", "5,000"),
            frame("_run (service/server.py:116)", "1,000"),
            frame("recommend (models/recommend.py:19)", "400"),
            frame("&lt;listcomp&gt; (models/sources.py:79)", "60"),
            frame("&lt;listcomp&gt; (models/sources.py:79)", "40"),
        ]
    )
    assert functions(drawn) == [
        ("_run (service/server.py:116)", 1.0),
        ("recommend (models/recommend.py:19)", 0.4),
        ("<listcomp> (models/sources.py:79)", 0.1),
    ]
    with pytest.raises(ValueError, match="no look"):
        functions(frame("_worker (concurrent/futures/thread.py:69)", "5"))


@pytest.mark.slow
def test_a_service_is_looked_at(tiny_bundle: Path, tmp_path: Path) -> None:
    svg = tmp_path / "flame.svg"
    command = [sys.executable, "-m", "load.flame", "--bundle", str(tiny_bundle), "--seconds", "3"]
    done = subprocess.run(
        [*command, "--svg", str(svg)], capture_output=True, text=True, timeout=200
    )
    if done.returncode and "ermission" in done.stderr:
        pytest.skip("the system does not let one process look into another")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "recommend (models/recommend.py" in done.stdout
    drawn = svg.read_text()
    assert fromstring(drawn).tag.endswith("svg")
    assert "script" not in drawn
    assert sys.executable not in drawn
