"""What installing the serving extra brings with it: nothing that trains, and not much of it."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TRAINS = {"torch", "lightfm-next", "lightfm", "lightgbm", "sentence-transformers", "transformers",
          "polars", "pyarrow", "implicit", "onnx"}  # fmt: skip
GPU = ("cuda-", "nvidia-", "triton")
"""What torch itself pins on machines where it comes with GPU support."""
LIMIT_MB = 975
"""Of which the compiler behind Numba is 190 (decision 26), what checks badges 13 (decision 40)."""


def closure(requirements: list[str]) -> dict[str, Distribution]:
    """Every installed package that the requirements bring with them, directly or not."""
    found: dict[str, Distribution] = {}
    done: set[tuple[str, str]] = set()
    waiting = [(requirement, "") for requirement in requirements]
    while waiting:
        text, extra = waiting.pop()
        wanted = Requirement(text)
        if wanted.marker and not wanted.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(wanted.name)
        found[name] = distribution(name)
        for asked in ("", *wanted.extras):
            if (name, asked) not in done:
                done.add((name, asked))
                waiting += [(each, asked) for each in found[name].requires or []]
    return found


def megabytes(package: Distribution) -> float:
    paths = (Path(str(file.locate())) for file in package.files or [])
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


@pytest.fixture(scope="module")
def serving() -> dict[str, Distribution]:
    return closure(PROJECT["dependencies"] + PROJECT["optional-dependencies"]["service"])


def test_serving_brings_nothing_that_trains(serving: dict[str, Distribution]) -> None:
    assert not TRAINS & serving.keys()
    assert {"faiss-cpu", "numba", "onnxruntime", "fastapi", "redis", "hiredis"} <= serving.keys()


def test_serving_stays_small(serving: dict[str, Distribution]) -> None:
    sizes = {name: megabytes(package) for name, package in serving.items()}
    assert sizes["onnxruntime"] > 10  # sizes are really read
    assert sum(sizes.values()) < LIMIT_MB, sorted(sizes.items(), key=lambda pair: -pair[1])[:8]


def test_the_closure_would_show_what_trains() -> None:
    both = closure(PROJECT["optional-dependencies"]["training"])
    assert {"torch", "transformers", "tokenizers"} <= both.keys()


def test_every_installed_requirement_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert all(re.fullmatch(r"[0-9][0-9A-Za-z.]*", pin) for pin in pins.values())  # no local build
    pinned = {canonicalize_name(name) for name in pins}
    extras = PROJECT["optional-dependencies"].values()
    asked = PROJECT["dependencies"] + [each for extra in extras for each in extra]
    unpinned = closure(asked).keys() - pinned
    assert [name for name in unpinned if not name.startswith(GPU)] == []


def test_the_pins_are_what_is_installed() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    other = []
    for line in lines:
        if line and not line.startswith("#"):
            name, pin = line.split("==")
            try:
                installed = distribution(name).version.split("+")[0]
            except PackageNotFoundError:
                continue  # pinned for another platform
            if installed != pin:
                other.append(f"{name}: {installed} is installed, {pin} is pinned")
    assert other == []
