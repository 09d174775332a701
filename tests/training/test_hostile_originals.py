"""Originals that are broken or mean harm: told in the user's words, and nothing half imported."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import polars as pl
import pytest
from hostile import ORIGINALS, archived, broken, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import CairnError, UsageError
from training.importers import run as bring
from training.importers.source import literals
from training.tables import load
from training.writing import existing

fixed: Final = settings(
    derandomize=True, deadline=None, database=None, max_examples=120,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
SOURCES: Final = sorted(ORIGINALS)


def whole(source: str) -> dict[str, bytes]:
    return {name: text.encode() for name, text in ORIGINALS[source].items()}


def names_a_file(error: CairnError, files: dict[str, bytes], folder: Path) -> bool:
    stems = [name.partition(".")[0].removesuffix("_en") for name in files]
    return any(each in str(error) for each in (*stems, str(folder), "national wages"))


@pytest.mark.parametrize("source", SOURCES)
def test_the_originals_are_good_before_they_are_broken(source: str, tmp_path: Path) -> None:
    bring(source, written(tmp_path / "in", whole(source)), tmp_path / "out")
    assert existing(tmp_path / "out")


@pytest.mark.parametrize("source", SOURCES)
def test_broken_originals_are_told(source: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    scratch = tmp_path_factory.mktemp(source)

    @fixed
    @given(files=broken(source), zipped=st.booleans())
    def told(files: dict[str, bytes], zipped: bool) -> None:
        out = scratch / "out"
        shutil.rmtree(out, ignore_errors=True)
        if zipped and source != "csv":
            path = archived(scratch / "in.zip", files)
        else:
            path = written(scratch / "in", files)
        try:
            bring(source, path, out)
        except UsageError as error:
            assert names_a_file(error, files, path), error
            assert not out.exists()

    told()


@fixed
@given(files=broken("csv"), skip=st.booleans())
def test_a_broken_data_folder_is_told(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes], skip: bool
) -> None:
    folder = written(tmp_path_factory.getbasetemp() / "broken-data", files)
    try:
        load(folder, "skip" if skip else "fail")
    except UsageError as error:
        assert names_a_file(error, files, folder), error


@pytest.mark.parametrize(
    "cell", ["[1" + "+1" * 3_000 + "]", "{" * 200 + "}" * 200, "-" * 9_000 + "1", "[" * 900]
)
def test_a_list_that_cannot_be_read_is_one_entry(cell: str) -> None:
    read = pl.DataFrame({"tags": [cell]}).select(literals("tags"))
    assert read["tags"].to_list() == [[cell]]
