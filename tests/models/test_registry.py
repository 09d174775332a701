"""The registry: the pointer moves to intact bundles only, whole, and back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from models import bundle
from models.bundle import registry
from models.errors import BundleCorrupt, BundleError, BundleTooNew


@pytest.fixture
def root(tiny_bundle: Path, tmp_path: Path) -> Path:
    """A registry of three bundles, ``a`` the oldest, that differ in a setting and a figure."""
    for number, version in enumerate("abc"):
        folder = tmp_path / version
        shutil.copytree(tiny_bundle, folder)
        edit(folder, created_at=f"2026-01-0{number + 1}", seed=number)
    return tmp_path


def edit(folder: Path, **fields: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def spoil(folder: Path) -> None:
    path = folder / "arrays" / "learners_of.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def test_entries_are_newest_first_and_show_what_is_unreadable(root: Path) -> None:
    registry.promote(root, "b")
    (root / "broken").mkdir()
    (root / "a.rejects.jsonl").touch()
    (root / ".writing-x").mkdir()
    found = registry.entries(root)
    assert [entry.version for entry in found] == ["c", "b", "a", "broken"]
    assert [entry.current for entry in found] == [False, True, False, False]
    assert [entry.manifest is None for entry in found] == [False, False, False, True]
    assert "is not a bundle" in str(found[-1].problem)


def test_a_path_means_a_bundle_or_the_current_one_of_a_registry(root: Path) -> None:
    assert bundle.resolve(root / "a") == root / "a"
    with pytest.raises(BundleError, match="neither a bundle nor a registry"):
        bundle.resolve(root)
    assert [registry.has_bundle(path) for path in (root / "a", root)] == [True, False]
    registry.promote(root, "b")
    assert registry.has_bundle(root)
    assert bundle.resolve(root) == root / "b"
    shutil.rmtree(root / "b")
    with pytest.raises(BundleError, match="current bundle b is not there"):
        bundle.resolve(root)
    with pytest.raises(BundleError, match="neither"):
        bundle.resolve(root / "none")


def test_rolling_back_retraces_promotions(root: Path) -> None:
    with pytest.raises(BundleError, match="no bundle was promoted before"):
        registry.rollback(root)
    for version in ("a", "b", "b", "a", "c"):
        registry.promote(root, version)
    assert [registry.rollback(root) for _ in range(3)] == ["a", "b", "a"]
    with pytest.raises(BundleError, match="no bundle was promoted before"):
        registry.rollback(root)
    assert registry.current(root) == "a"


def test_a_bundle_that_cannot_be_used_never_becomes_current(root: Path) -> None:
    registry.promote(root, "a")
    registry.promote(root, "b")
    pointer = (root / "current").read_bytes()
    spoil(root / "c")
    with pytest.raises(BundleCorrupt, match="checksum of arrays/learners_of"):
        registry.promote(root, "c")
    edit(root / "c", format_version=99)
    with pytest.raises(BundleTooNew, match="upgrade"):
        registry.promote(root, "c")
    spoil(root / "a")
    with pytest.raises(BundleCorrupt, match="checksum"):
        registry.rollback(root)
    for unknown in ("d", "../a", "", ".", "current"):
        with pytest.raises(BundleError, match="has no bundle"):
            registry.promote(root, unknown)
    assert (root / "current").read_bytes() == pointer
    assert not list(root.glob(".pointer-*"))


@pytest.mark.parametrize("content", [b"", b"\n", b"a\n../b\n", b"\xff\xfe"])
def test_a_spoilt_pointer_is_said_plainly(root: Path, content: bytes) -> None:
    (root / "current").write_bytes(content)
    with pytest.raises(BundleCorrupt, match="current"):
        bundle.resolve(root)


def test_the_past_that_is_remembered_is_bounded(root: Path) -> None:
    for _ in range(registry.REMEMBERED):
        registry.promote(root, "a")
        registry.promote(root, "b")
    assert len((root / "current").read_text().splitlines()) == registry.REMEMBERED


def test_a_difference_names_the_field_and_both_values(root: Path) -> None:
    assert registry.diff(root / "a", root / "a") == []
    edit(root / "b", metrics={"models": {"cairn": {"all": {"ndcg@10": 0.5}}}}, seed=0)
    found = {(each.section, each.name): each for each in registry.diff(root / "a", root / "b")}
    figure = found["metrics", "models/cairn/all/ndcg@10"]
    assert figure.after == 0.5
    assert (
        figure.before
        == bundle.read_manifest(root / "a").metrics["models"]["cairn"]["all"]["ndcg@10"]
    )
    assert ("config", "seed") not in found
    assert found["metrics", "models/popularity/all/mrr"].after is None


def test_a_registry_that_is_none_is_said_plainly(root: Path) -> None:
    for path in (root / "a", root / "none"):
        with pytest.raises(BundleError, match="not a registry"):
            registry.entries(path)
