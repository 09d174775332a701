"""A newly promoted bundle is swapped in while the service answers, a bad one is not."""

from __future__ import annotations

import gc
import shutil
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import DAY, Keys, running, until
from tiny_bundle import TRAINED_AT, write_bundle

from models.bundle import registry
from models.errors import BundleCorrupt
from service.bundles import Bundles, Checked, begin
from service.settings import Settings
from service.telemetry.metrics import Metrics

FAVOURITES = {"first": 5, "second": 7}


@pytest.fixture
def versions(tmp_path: Path) -> dict[str, str]:
    """Two bundles in a registry, the first current: in each something else is popular."""
    root = tmp_path / "bundles"
    found = {name: write_bundle(root, row).name for name, row in FAVOURITES.items()}
    registry.promote(root, found["first"])
    return found


@pytest.fixture
def client(
    versions: dict[str, str], tmp_path: Path, keys_file: Path, keys: Keys, embedded_url: str
) -> Iterator[httpx.Client]:
    settings = Settings(
        var=tmp_path,
        bundle=tmp_path / "bundles",
        api_keys_file=keys_file,
        redis_url=embedded_url,
        store_timeout=5,
        store_patience=5,
    )
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with (
        running(settings, lambda: TRAINED_AT + DAY) as address,
        httpx.Client(base_url=address, headers=headers, timeout=10) as caller,
    ):
        yield caller


def ask(client: httpx.Client) -> tuple[str, str]:
    """The bundle that answered, and what it holds for the most popular."""
    response = client.post("/v1/recommendations", json={"learner": {}, "limit": 1})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer["bundle_version"], answer["items"][0]["credential"]


def test_bundles_are_swapped_under_load_without_a_failed_or_mixed_answer(
    client: httpx.Client, versions: dict[str, str], tmp_path: Path
) -> None:
    root, seen, enough = tmp_path / "bundles", [], threading.Event()
    failed: list[BaseException] = []

    def keep_asking() -> None:
        try:
            while not enough.is_set():
                seen.append(ask(client))
        except BaseException as error:
            failed.append(error)

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        for _ in range(2):
            registry.promote(root, versions["second"])
            until(lambda: ask(client)[0] == versions["second"])
            registry.rollback(root)
            until(lambda: ask(client)[0] == versions["first"])
    finally:
        enough.set()
        asking.join(10)
    assert failed == []
    assert set(seen) == {(versions[name], f"c{row}") for name, row in FAVOURITES.items()}
    assert client.get("/readyz").json()["bundle_version"] == versions["first"]


def test_a_corrupt_bundle_is_refused_and_the_old_one_stays(
    client: httpx.Client, versions: dict[str, str], tmp_path: Path
) -> None:
    root = tmp_path / "bundles"
    spoil(root, versions["second"])
    pointer = root / "current"
    pointer.write_text(f"{versions['second']}\n{pointer.read_text()}")
    until(lambda: 'cairn_bundles_total{outcome="refused"} 1.0' in client.get("/metrics").text)
    assert ask(client) == (versions["first"], "c5")
    assert client.get("/readyz").json()["degraded"] == ["bundle"]
    registry.rollback(root)
    until(lambda: client.get("/readyz").json()["degraded"] == [])
    assert ask(client) == (versions["first"], "c5")


def spoil(root: Path, version: str) -> None:
    array = next((root / version).rglob("*.npy"))
    array.write_bytes(array.read_bytes()[:-1] + b"!")


@pytest.mark.parametrize("how", ["altered", "gone"])
def test_a_bundle_that_is_corrupt_at_the_start_gives_way_to_the_one_before(
    versions: dict[str, str],
    tmp_path: Path,
    keys_file: Path,
    keys: Keys,
    embedded_url: str,
    caplog: pytest.LogCaptureFixture,
    how: str,
) -> None:
    root = tmp_path / "bundles"
    third = write_bundle(root, 9).name
    for version in (third, versions["second"]):
        registry.promote(root, version)
    spoil(root, third)
    if how == "altered":
        spoil(root, versions["second"])
    else:
        shutil.rmtree(root / versions["second"])
    settings = Settings(
        var=tmp_path, bundle=root, api_keys_file=keys_file, redis_url=embedded_url, store_timeout=5
    )
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with (
        running(settings, lambda: TRAINED_AT + DAY) as address,
        httpx.Client(base_url=address, headers=headers, timeout=10) as client,
    ):
        assert ask(client) == (versions["first"], "c5")
        assert client.get("/readyz").json()["degraded"] == ["bundle"]
        time.sleep(1.2)
        errors = [record.message for record in caplog.records if record.levelname == "ERROR"]
        assert sum(versions["first"] in message for message in errors) == 1
        assert sum("either" in message for message in errors) == 1
        assert not any("refused" in message for message in errors)
        fourth = write_bundle(root, 8).name
        registry.promote(root, fourth)
        until(lambda: ask(client)[0] == fourth)
        assert client.get("/readyz").json()["degraded"] == []


def test_without_any_intact_bundle_nothing_starts(versions: dict[str, str], tmp_path: Path) -> None:
    root = tmp_path / "bundles"
    registry.promote(root, versions["second"])
    for version in versions.values():
        spoil(root, version)
    with pytest.raises(BundleCorrupt, match=versions["second"]):
        Bundles(root, Metrics())
    with pytest.raises(BundleCorrupt):
        begin(root / versions["first"])


def test_what_the_starter_found_intact_is_not_compared_again(
    bundle_folder: Path, tmp_path: Path
) -> None:
    """Its sizes still are, and another folder's checksums."""
    copy = Path(shutil.copytree(bundle_folder, tmp_path / bundle_folder.name))
    loaded, _ = begin(copy)
    checked: Checked = {copy.resolve(): loaded}
    assert begin(copy, checked) == (loaded, False)
    assert not checked
    array = copy / "arrays" / "learners_of.npy"
    content = array.read_bytes()
    array.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert begin(copy, {copy.resolve(): None})[0].version == loaded.version
    with pytest.raises(BundleCorrupt, match="checksum"):
        begin(copy, {bundle_folder.resolve(): None})
    array.write_bytes(content[:-1])
    with pytest.raises(BundleCorrupt, match="bytes"):
        begin(copy, {copy.resolve(): None})


def test_a_bundle_goes_with_the_last_who_has_it_not_when_the_collector_looks(
    tmp_path: Path,
) -> None:
    """What was loaded first is not looked through again, and must not stay once it is swapped."""
    bundles = Bundles(write_bundle(tmp_path), Metrics())
    current = bundles.current
    parts = (current.credentials.hours, current.behaviour.learners_for_role)
    gone = [weakref.ref(part) for part in parts]
    gc.disable()
    try:
        del bundles, current, parts
        assert [part() for part in gone] == [None] * len(gone)
    finally:
        gc.enable()
