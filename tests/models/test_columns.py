"""Columns as arrays say what the table says, whatever its cells hold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from golden import FOLDER
from hypothesis import given
from hypothesis import strategies as st

from models import bundle, columns
from models.bundle import Bundle, Parts
from models.bundle.files import read_parts
from models.bundle.tables import MAPPED
from models.columns import Labels, Numbers
from models.errors import BundleCorrupt
from models.ids import IdMap
from models.texts import Ids, Texts

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
cells = st.lists(st.none() | texts, max_size=30)
numbers = st.none() | st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)


@given(cells)
def test_texts_are_given_back(values: list[str | None]) -> None:
    for column in (Texts.of(values), Texts.mapped(Texts.of(values).arrays())):
        assert list(column) == [column[row] for row in range(len(column))] == values


@given(st.lists(numbers, max_size=30))
def test_numbers_are_given_back(values: list[float | None]) -> None:
    column = Numbers.mapped(Numbers.of(values).arrays())
    assert list(column) == [column[row] for row in range(len(column))] == values


@given(cells, st.sets(texts, max_size=3), st.randoms(use_true_random=False))
def test_labels_compare_as_their_texts_do(
    values: list[str | None], more: set[str], random: Any
) -> None:
    column = Labels.mapped(Labels.of(values).arrays())
    assert list(column) == [column[row] for row in range(len(column))] == values
    allowed = more | {each for each in values if each is not None and random.random() < 0.5}
    mask = np.array([random.random() < 0.5 for _ in values], np.bool_)
    rows = np.flatnonzero(mask).astype(np.int32)
    known = np.array([bool(each) for each in values], np.bool_)
    wanted = np.array([bool(each) and each in allowed for each in values], np.bool_)
    for chosen in (slice(None), mask, rows):
        assert column.known(chosen).tolist() == known[chosen].tolist()
        assert column.among(allowed, chosen).tolist() == wanted[chosen].tolist()
        named = [name for row in np.arange(len(values))[chosen] if (name := values[row])]
        assert column.commonest(chosen) == sorted(set(named), key=lambda n: (-named.count(n), n))


@given(st.lists(texts, unique=True, max_size=60), st.lists(texts, max_size=5))
def test_ids_are_found_and_no_others(ids: list[str], others: list[str]) -> None:
    plain, found = IdMap(ids), IdMap(Ids.mapped(Ids.of(ids).arrays()))
    assert list(found) == list(plain) == ids
    for name in (*ids, *others, "\ud800"):
        assert found.row(name) == plain.row(name)
    mask = np.arange(len(ids)) % 2 == 0
    for name in (*ids, *others):
        assert found.only(mask).row(name) == plain.only(mask).row(name)
        assert found.only(mask).hides(name) == plain.only(mask).hides(name)


def test_ids_that_share_a_bucket_are_told_apart() -> None:
    ids = Ids.of(str(i) for i in range(5_000))
    assert np.diff(ids.arrays()["starts"]).max() > 2
    assert [ids.get(str(i)) for i in range(5_000)] == list(range(5_000))
    assert all(ids.get(str(i)) is None for i in range(5_000, 6_000))


@pytest.mark.parametrize("make", [IdMap, Ids.of])
def test_an_id_that_occurs_twice_is_refused(make: Any) -> None:
    with pytest.raises(ValueError, match="occurs twice"):
        make(["a", "b", "a"])


@pytest.mark.parametrize("row", [-1, 3])
def test_there_is_no_other_row(row: int) -> None:
    with pytest.raises(IndexError):
        Texts.of(["a", "b", "c"])[row]


def spoilt() -> list[dict[str, Any]]:
    good = columns.arrays_of({"id": ["a", "b"], "title": ["A", None], "hours": [1.0, None]})
    short = good["id.offsets"][:-1]
    return [
        good | {"title.offsets": good["title.offsets"].astype(np.int32)},
        good | {"title.offsets": good["title.offsets"] + 1},
        good | {"title.content": good["title.content"][:-1]},
        good | {"title.offsets": short, "title.content": good["id.content"][: short[-1]]},
        good | {"hours.values": good["hours.values"].astype(np.float32)},
        good | {"hours.values": good["hours.values"][:, None]},
        good | {"id.rows": good["id.rows"][:-1]},
        {name: array for name, array in good.items() if name != "id.starts"},
    ]


@pytest.mark.parametrize("arrays", spoilt())
def test_parts_that_do_not_fit_are_refused(arrays: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        columns.mapped(arrays)


@pytest.fixture(scope="module")
def tables(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Parts, Parts]:
    """What a bundle is served from, and what its tables in Parquet say."""
    plain = shutil.copytree(tiny_bundle, tmp_path_factory.mktemp("plain") / "bundle")
    shutil.rmtree(plain / "columns")
    without_columns(plain)
    return read_parts(tiny_bundle)[1], read_parts(plain)[1]


def without_columns(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = {
        name: facts for name, facts in manifest["files"].items() if "columns/" not in name
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_every_cell_is_the_one_of_the_table(tables: tuple[Parts, Parts]) -> None:
    mapped, plain = tables
    for table in MAPPED:
        assert mapped.tables[table].keys() == plain.tables[table].keys()
        for name, column in plain.tables[table].items():
            found = mapped.tables[table][name]
            assert list(found) == list(column), name
            assert [found[row] for row in range(len(found))] == list(column), name


def test_a_bundle_of_the_first_format_is_read_into_the_same_columns() -> None:
    first = bundle.read(FOLDER / "format-1" / "bundle")
    assert isinstance(first.credentials.columns["id"], Ids)
    assert isinstance(first.credentials.issuer, Labels)
    cards = [first.credentials.card(row) for row in range(first.n)]
    assert [card["id"] for card in cards] == list(first.credentials.ids)


def test_columns_that_are_damaged_are_told(tiny_bundle: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_bundle, tmp_path / "copy")
    (copy / "columns" / "credentials.title.offsets.npy").unlink()
    with pytest.raises(BundleCorrupt, match=r"columns/credentials\.title\.offsets\.npy is missing"):
        bundle.read(copy)


def test_nothing_of_a_large_table_is_made_before_it_is_asked_for(tiny: Bundle) -> None:
    """Else a worker would hold the catalogue once more."""
    for column in tiny.credentials.columns.values():
        for array in column.arrays().values():
            assert not array.flags.owndata
