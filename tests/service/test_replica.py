"""Replicas follow a registry in object storage: a real S3-compatible server on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import DAY, Keys, running, until
from fsspec.core import url_to_fs
from shared import Run
from tiny_bundle import TRAINED_AT, write_bundle

from load.storage import Storage
from models.bundle import registry
from models.errors import BundleCorrupt, UsageError
from service.objects import Objects, StorageAway
from service.replica import Replica
from service.settings import Settings, chosen

URL = Storage.url


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """A running server, which this process finds."""
    with Storage(tmp_path / "storage") as server:
        for name, value in server.settings.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [write_bundle(tmp_path / "trained", row) for row in (5, 7, 9)]


def test_a_replica_follows_the_storage_and_goes_on_without_it(
    storage: Storage, folders: list[Path], tmp_path: Path,
    keys_file: Path, keys: Keys, embedded_url: str, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    objects = Objects(URL)
    first, second, third = (objects.push(folder) for folder in folders)
    objects.promote(first)
    settings = Settings(
        var=tmp_path, bundle_url=URL, api_keys_file=keys_file, redis_url=embedded_url,
        store_timeout=5, store_patience=5,
    )  # fmt: skip
    root = settings.bundle
    replica = Replica(URL, root)
    replica.begin()
    replica.close()
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with (
        running(settings, lambda: TRAINED_AT + DAY) as address,
        httpx.Client(base_url=address, headers=headers, timeout=10) as client,
    ):

        def answers() -> str:
            response = client.post("/v1/recommendations", json={"learner": {}, "limit": 1})
            assert response.status_code == 200, response.text
            return str(response.json()["bundle_version"])

        def degraded() -> list[str]:
            return list(client.get("/readyz").json()["degraded"])

        assert answers() == first
        objects.promote(second)
        until(lambda: answers() == second)
        assert degraded() == []

        array = next((storage.registry / third).rglob("*.npy"))
        spoilt = array.read_bytes()[:-1] + b"!"
        files, place = url_to_fs(URL, client_options={"allow_http": True})
        files.pipe_file(f"{place}/{array.relative_to(storage.registry).as_posix()}", spoilt)
        with pytest.raises(BundleCorrupt, match="checksum"):
            objects.promote(third)
        files.pipe_file(f"{place}/current", f"{third}\n{second}\n{first}\n".encode())
        until(lambda: degraded() == ["bundle"])
        assert answers() == second
        assert not (root / third).exists()

        assert objects.rollback() == second
        until(lambda: degraded() == [])
        storage.kill()
        until(lambda: "bundles are served as they are" in caplog.text)
        assert (answers(), degraded()) == (second, [])
    replica = Replica(URL, root)
    replica.begin()
    replica.close()
    assert registry.current(root) == second


def test_what_is_not_whole_is_not_fetched(tmp_path: Path, folders: list[Path]) -> None:
    behind = tmp_path / "elsewhere"
    objects, root = Objects(f"file://{behind}"), tmp_path / "root"
    root.mkdir()
    first, second, _ = (objects.push(folder) for folder in folders)
    (behind / first / "manifest.json").unlink()
    with pytest.raises(BundleCorrupt, match=r"manifest\.json is missing"):
        objects.fetch(first, root)
    shutil.rmtree(behind / second / "tables")
    with pytest.raises(BundleCorrupt, match="is missing"):
        objects.fetch(second, root)
    with pytest.raises(StorageAway, match="stops"):
        Objects(f"file://{folders[2].parent}").fetch(folders[2].name, root, lambda: False)
    assert list(root.iterdir()) == []


def test_old_bundles_go_and_one_process_fetches(tmp_path: Path, folders: list[Path]) -> None:
    url, root = f"file://{tmp_path / 'elsewhere'}", tmp_path / "root"
    objects = Objects(url)
    for folder in folders:
        objects.promote(objects.push(folder))
        replica = Replica(url, root)
        replica.begin()
        replica.close()
    kept = sorted(each.name for each in root.iterdir() if each.is_dir())
    assert kept == sorted(folder.name for folder in folders[1:])


def test_the_commands_take_a_url(run: Run, tmp_path: Path, folders: list[Path]) -> None:
    root, url = folders[0].parent, f"file://{tmp_path / 'elsewhere'}"
    for folder in folders[:2]:
        code, out, _ = run("bundle", "push", folder.name, url, "--root", root)
        assert (code, f"{folder.name} is now current" in out) == (0, True)
    assert folders[0].name in run("bundle", "list", "--url", url)[1]
    assert run("bundle", "rollback", "--url", url)[1] == f"{folders[0].name} is current again\n"
    assert run("bundle", "promote", folders[1].name, "--url", url)[0] == 0
    assert run("bundle", "promote", "none", "--url", url)[0] == 1


def test_two_sources_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not both"):
        chosen(bundle=tmp_path, bundle_url=URL)
