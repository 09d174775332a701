"""A bundle on disk: read as written, refused when altered, written whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import bundle
from models.bundle import FORMAT_VERSION, Manifest, Parts
from models.bundle.files import read_parts
from models.errors import BundleCorrupt, BundleError, BundleTooNew
from models.index import VectorIndex


@pytest.fixture
def copy(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A bundle to be spoilt."""
    return Path(shutil.copytree(tiny_bundle, tmp_path / "copy"))


@pytest.fixture(scope="module")
def content(tiny_bundle: Path) -> tuple[Manifest, Parts]:
    return read_parts(tiny_bundle)


def facts(manifest: Manifest, **changed: Any) -> dict[str, Any]:
    fields = manifest.model_dump(exclude={"files", "bundle_version"}) | changed
    return {name: value for name, value in fields.items() if name != "format_version"}


def cells(parts: Parts) -> dict[str, dict[str, list[Any]]]:
    return {
        table: {name: list(column) for name, column in columns.items()}
        for table, columns in parts.tables.items()
    }


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "manifest.json"
    fields = json.loads(path.read_text())
    change(fields)
    path.write_text(json.dumps(fields))


def test_what_was_written_is_read(content: tuple[Manifest, Parts], tmp_path: Path) -> None:
    manifest, parts = content
    again, found = read_parts(bundle.write(parts, facts(manifest), tmp_path))
    assert again == manifest
    assert found.arrays.keys() == parts.arrays.keys()
    for name, array in parts.arrays.items():
        assert found.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(found.arrays[name], array)
    assert cells(found) == cells(parts)
    assert found.ranker == parts.ranker
    for name, index in parts.indexes.items():
        np.testing.assert_array_equal(found.indexes[name].vectors(), index.vectors())


def test_what_is_mapped_is_said_to_be_read_here_and_there(copy: Path) -> None:
    loaded = bundle.read(copy)
    told = re.findall(
        rf"{copy}/(\S+)\n(?:.*\n)*?VmFlags:(.*)", Path("/proc/self/smaps").read_text()
    )
    assert {"arrays/learners_of.npy", "indexes/collaborative.faiss"} <= {name for name, _ in told}
    assert all("rr" in flags.split() for _, flags in told)
    assert loaded.n


def test_what_an_index_holds_is_not_written_again(
    content: tuple[Manifest, Parts], tmp_path: Path
) -> None:
    manifest, parts = content
    assert "factors.vectors" not in parts.arrays
    vectors = np.random.default_rng(1).normal(size=parts.indexes["collaborative"].vectors().shape)
    vectors = vectors.astype(np.float32)
    index = {"collaborative": VectorIndex.build(vectors)}
    again = replace(parts, arrays={**parts.arrays, "factors.vectors": vectors}, indexes=index)
    folder = bundle.write(again, facts(manifest), tmp_path)
    assert not (folder / "arrays" / "factors.vectors.npy").exists()
    factors = bundle.read(folder).behaviour.factors
    assert factors is not None
    np.testing.assert_array_equal(factors.vectors, vectors)


def test_an_index_of_other_credentials_than_those_nobody_met_is_refused(
    content: tuple[Manifest, Parts], tmp_path: Path
) -> None:
    manifest, parts = content
    index = VectorIndex.build(np.zeros((1 + int((parts.arrays["learners_of"] == 0).sum()), 3)))
    spoilt = replace(parts, indexes={**parts.indexes, "unmet": index})
    with pytest.raises(BundleCorrupt, match="what nobody met"):
        bundle.read(bundle.write(spoilt, facts(manifest), tmp_path))


def test_arrays_cannot_be_changed(content: tuple[Manifest, Parts]) -> None:
    with pytest.raises(ValueError, match="read-only"):
        content[1].arrays["learners_of"][0] = 7


def test_the_version_is_a_digest_of_what_shapes_answers(
    content: tuple[Manifest, Parts], tmp_path: Path
) -> None:
    manifest, parts = content

    def version(parts: Parts = parts, **changed: Any) -> str:
        return bundle.write(parts, facts(manifest, **changed), tmp_path).name

    assert version() == manifest.bundle_version
    assert version(created_at="2030-01-01T00:00:00+00:00", metrics={}) == manifest.bundle_version
    other = dict(parts.arrays) | {"learners_of": parts.arrays["learners_of"] + 1}
    variants = [version(seed=99), version(config={}), version(replace(parts, arrays=other))]
    assert len({manifest.bundle_version, *variants}) == 4


def test_an_intact_bundle_is_kept_and_a_corrupt_one_replaced(
    content: tuple[Manifest, Parts], tmp_path: Path
) -> None:
    manifest, parts = content
    folder = bundle.write(parts, facts(manifest, created_at="first"), tmp_path)
    bundle.write(parts, facts(manifest, created_at="second"), tmp_path)
    assert bundle.read_manifest(folder).created_at == "first"
    (folder / "ranker.txt").write_text("gone")
    bundle.write(parts, facts(manifest, created_at="third"), tmp_path)
    assert bundle.verify(folder).created_at == "third"


def test_a_failure_half_way_leaves_nothing(content: tuple[Manifest, Parts], tmp_path: Path) -> None:
    manifest, parts = content
    whole = bundle.write(parts, facts(manifest), tmp_path)
    pickled = replace(parts, arrays={**parts.arrays, "zz": np.array([object()])})
    with pytest.raises(ValueError, match="allow_pickle"):
        bundle.write(pickled, facts(manifest), tmp_path)
    without_encoder = replace(parts, encoder=tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        bundle.write(without_encoder, facts(manifest), tmp_path)
    assert list(tmp_path.iterdir()) == [whole]
    bundle.verify(whole)


def test_others_may_read_it(content: tuple[Manifest, Parts], tmp_path: Path) -> None:
    manifest, parts = content
    folder = bundle.write(parts, facts(manifest), tmp_path / "new" / "root")
    usual = tmp_path / "usual"
    usual.mkdir()
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


NAMES = ("arrays/learners_of.npy", "tables/credentials.parquet", "indexes/collaborative.faiss")


@pytest.mark.parametrize("name", [*NAMES, "ranker.txt"])
def test_every_damage_is_told_by_its_file(copy: Path, name: str) -> None:
    path = copy / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(BundleCorrupt, match=f"{name} has {len(whole) - 1} bytes, not {len(whole)}"):
        bundle.read(copy)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BundleCorrupt, match=f"checksum of {name} is wrong"):
        bundle.read(copy)
    path.unlink()
    with pytest.raises(BundleCorrupt, match=f"{name} is missing"):
        bundle.read(copy)


def test_a_file_that_the_manifest_does_not_name_is_never_read(copy: Path) -> None:
    (copy / "arrays" / "learners_of.old.npy").write_bytes(b"not an array")
    (copy / "encoder").mkdir()
    (copy / "encoder" / "model.onnx").write_bytes(b"not a model")
    assert bundle.read(copy).encoder is None


def test_a_part_that_the_manifest_leaves_out_is_missed(copy: Path) -> None:
    edit(copy, lambda fields: fields["files"].pop("arrays/learners_of.npy"))
    with pytest.raises(BundleCorrupt, match="it holds no 'learners_of'"):
        bundle.read(copy)


def test_newer_is_told_from_corrupt(copy: Path) -> None:
    edit(copy, lambda fields: fields.update(format_version=FORMAT_VERSION + 1, extra="later"))
    with pytest.raises(BundleTooNew, match="upgrade Cairn"):
        bundle.read(copy)
    for version in (0, "1", None):
        edit(copy, lambda fields, version=version: fields.update(format_version=version))
        with pytest.raises(BundleCorrupt, match="unknown format_version"):
            bundle.read(copy)


@pytest.mark.parametrize("text", ["", "{", '{"format_version": 1}', "[]", "\x00\xff"])
def test_a_damaged_manifest_is_corrupt(copy: Path, text: str) -> None:
    (copy / "manifest.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(BundleCorrupt, match=r"manifest\.json|format_version"):
        bundle.read(copy)


def test_a_folder_without_manifest_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="is not a bundle"):
        bundle.read(tmp_path)
    with pytest.raises(BundleError, match="is not a bundle"):
        bundle.read(tmp_path / "absent")


@pytest.mark.parametrize("name", ["../outside.npy", "/etc/hostname", "arrays/../../outside.npy"])
def test_no_file_outside_the_bundle_is_touched(copy: Path, name: str) -> None:
    edit(copy, lambda fields: fields["files"].update({name: {"sha256": "0" * 64, "bytes": 1}}))
    with pytest.raises(BundleCorrupt, match="a file outside itself"):
        bundle.read(copy)
