"""How the libraries' threads wait for each other."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SHOWN = """
import os, sys, cairn
try:
    cairn.main(["--help"])
except SystemExit:
    pass
loaded = {"faiss", "lightgbm", "sklearn", "torch"} & set(sys.modules)
print(os.environ["OMP_WAIT_POLICY"], sorted(loaded))
"""


@pytest.mark.parametrize(
    ("given", "wanted"), [({}, "passive"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")]
)
def test_threads_sleep_while_they_wait_and_are_told_before_they_are_made(
    given: dict[str, str], wanted: str
) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"} | given
    done = subprocess.run(
        [sys.executable, "-c", SHOWN], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == f"{wanted} []"
