"""Bundles in object storage: the only door to ``fsspec`` and ``obstore``.

A URL such as ``s3://bucket/prefix`` holds a registry laid out like a local one. Whatever is done
with it is done by ``models.bundle.registry`` on a local folder that holds the part in question.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from fsspec.core import url_to_fs
from obstore.exceptions import BaseError, NotFoundError
from obstore.fsspec import register

from models.bundle import read_manifest, registry, verify
from models.bundle.files import MANIFEST
from models.errors import BundleCorrupt, BundleError, UsageError

PIECE: Final = 16_000_000
"""Bytes that are fetched at once."""

PROTOCOLS: Final = ("s3", "gs", "az")
MISSING: Final = (FileNotFoundError, NotFoundError)
PATIENCE: Final[dict[str, Any]] = {
    # Plain HTTP is used only where the endpoint that somebody named begins so.
    "client_options": {"connect_timeout": "3s", "timeout": "60s", "allow_http": True},
    "retry_config": {"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
}

register(PROTOCOLS)


class StorageAway(BundleError):
    """Object storage cannot be reached, or does not let this process in."""


class Objects:
    """The registry at ``url``. Raises ``UsageError`` for what is no URL of a known kind.

    Every method raises ``StorageAway`` when the storage does not answer, ``BundleError`` (and its
    kinds) for what is not there or not as it was written.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        protocol = url.partition("://")[0]
        options = PATIENCE if protocol in PROTOCOLS else {}
        try:
            self._files, self._root = url_to_fs(self.url, **options)
        except (ValueError, ImportError, BaseError) as error:
            raise UsageError(
                f"{url}: expected a URL such as s3://bucket/prefix: {error}"
            ) from error

    def pointer(self) -> str | None:
        """What the pointer holds; ``None`` before the first promotion."""
        with self._reaching():
            try:
                content: bytes = self._files.cat_file(f"{self._root}/{registry.POINTER}")
            except MISSING:
                return None
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BundleCorrupt(f"{self.url}: its pointer is not text") from error

    def fetch(self, version: str, root: Path, go_on: Callable[[], bool] = lambda: True) -> Path:
        """Bring a bundle whole and verified to ``root/version``, unless it is there already.

        Stops with ``StorageAway`` when ``go_on`` says no.
        """
        final = root / version
        if final.is_dir():
            return final
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=root) as scratch:
            folder = Path(scratch) / version
            folder.mkdir()
            self._fetch_manifest(version, folder)
            manifest = read_manifest(folder)
            if manifest.bundle_version != version:
                raise BundleCorrupt(
                    f"{self.url}/{version} is corrupt: it says it is {manifest.bundle_version}"
                )
            for name, facts in manifest.files.items():
                self._fetch_file(version, name, folder, facts.bytes, go_on)
            verify(folder)
            folder.rename(final)
        return final

    def push(self, folder: Path) -> str:
        """Upload the intact bundle in ``folder``, its manifest last; returns its version."""
        manifest = verify(folder)
        version = manifest.bundle_version
        with self._reaching():
            for name in (*manifest.files, MANIFEST):
                path = f"{self._root}/{version}/{name}"
                self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
                self._files.put_file(str(folder / name), path)
        return version

    def promote(self, version: str) -> None:
        """As ``registry.promote``, after the bundle came back from the storage intact."""
        with self._mirrored() as root:
            if registry.VERSION.fullmatch(version):
                self.fetch(version, root)
            registry.promote(root, version)
            self._point(root)

    def rollback(self) -> str:
        """As ``registry.rollback``, likewise."""
        with self._mirrored() as root:
            for folder in registry.earlier(root)[:1]:
                self.fetch(folder.name, root)
            version = registry.rollback(root)
            self._point(root)
        return version

    def entries(self) -> list[registry.Entry]:
        """As ``registry.entries``: only manifests are read."""
        with self._mirrored() as root:
            with self._reaching():
                try:
                    names = [each.rstrip("/") for each in self._files.ls(self._root, detail=False)]
                except MISSING:
                    names = []
            for version in (name.rpartition("/")[2] for name in names):
                if version != registry.POINTER and registry.VERSION.fullmatch(version):
                    (root / version).mkdir()
                    try:
                        self._fetch_manifest(version, root / version)
                    except BundleCorrupt:
                        continue  # the entry says that it has none
            return registry.entries(root)

    @contextmanager
    def _mirrored(self) -> Iterator[Path]:
        """A local registry with this one's pointer and no bundle."""
        with tempfile.TemporaryDirectory(prefix="cairn-") as scratch:
            root = Path(scratch)
            pointer = self.pointer()
            if pointer is not None:
                (root / registry.POINTER).write_text(pointer)
            yield root

    def _point(self, root: Path) -> None:
        with self._reaching():
            content = (root / registry.POINTER).read_bytes()
            self._files.pipe_file(f"{self._root}/{registry.POINTER}", content)

    def _fetch_manifest(self, version: str, folder: Path) -> None:
        path = f"{self._root}/{version}/{MANIFEST}"
        with self._reaching():
            try:
                (folder / MANIFEST).write_bytes(self._files.cat_file(path))
            except MISSING as error:
                told = f"{self.url}/{version} is no whole bundle: {MANIFEST} is missing"
                raise BundleCorrupt(told) from error

    def _fetch_file(
        self, version: str, name: str, folder: Path, size: int, go_on: Callable[[], bool]
    ) -> None:
        path, target = f"{self._root}/{version}/{name}", folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with self._reaching(), target.open("wb") as file:
            try:
                found = self._files.info(path)["size"]
                if found != size:
                    told = f"{name} has {found} bytes, not {size}"
                    raise BundleCorrupt(f"{self.url}/{version} is corrupt: {told}")
                for start in range(0, size, PIECE):
                    if not go_on():
                        raise StorageAway(f"{self.url}: the service stops")
                    # Some servers take a range that is the whole file for no range.
                    part = (
                        {} if size <= PIECE else {"start": start, "end": min(start + PIECE, size)}
                    )
                    file.write(self._files.cat_file(path, **part))
            except MISSING as error:
                told = f"{self.url}/{version} is corrupt: {name} is missing"
                raise BundleCorrupt(told) from error

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except BundleError:
            raise
        except (BaseError, OSError) as error:
            reason = str(error).partition("\n")[0]
            raise StorageAway(f"{self.url} cannot be reached: {reason}") from error


def prune(root: Path, keep: int) -> None:
    """Remove all but the ``keep`` bundles that were current last; mapped files stay readable."""
    now = registry.current(root)
    kept = [now, *(folder.name for folder in registry.earlier(root) if folder.is_dir())][:keep]
    for folder in root.iterdir():
        if folder.is_dir() and folder.name not in kept and not folder.name.startswith(".f"):
            shutil.rmtree(folder, ignore_errors=True)
