"""A training run's registry and its counterpart in object storage."""

from __future__ import annotations

import shutil
from pathlib import Path

from models.bundle import registry
from service.delivery import deliver, fetched
from service.objects import Objects


def test_what_is_delivered_is_current_at_both_and_fetched_by_another(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    root, url = tmp_path / "here", f"file://{tmp_path}/there"
    shutil.copytree(tiny_bundle, root / tiny_bundle.name)
    (tmp_path / "there").mkdir()
    assert fetched(url, root) == root
    assert registry.current(root) is None
    for _ in range(2):  # done over, it changes nothing
        deliver(root, url, tiny_bundle.name)
        assert registry.current(root) == tiny_bundle.name
        assert Objects(url).pointer() == f"{tiny_bundle.name}\n"
    elsewhere = fetched(url, tmp_path / "elsewhere")
    assert registry.current(elsewhere) == tiny_bundle.name
    assert registry.about(elsewhere, tiny_bundle.name).credentials


def test_without_storage_the_registry_alone_is_moved(tiny_bundle: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_bundle, tmp_path / tiny_bundle.name)
    deliver(fetched(None, tmp_path), None, tiny_bundle.name)
    assert registry.current(tmp_path) == tiny_bundle.name
