"""The registry: a folder of bundles, one of them current.

Layout of a registry folder::

    VERSION/    a bundle
    current     a version a line: the current one, then those promoted before it, newest first

``current`` is replaced whole, so that a reader sees the old or the new pointer.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from models.bundle.files import MANIFEST, read_manifest, sync_folder, verify
from models.bundle.manifest import Manifest
from models.bundle.tables import credential_ids
from models.errors import BundleCorrupt, BundleError

POINTER: Final = "current"
REMEMBERED: Final = 20
"""So many promotions can be gone back over."""

VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

Section = Literal["config", "data", "metrics", "files"]
SECTIONS: Final[tuple[Section, ...]] = ("config", "data", "metrics", "files")


@dataclass(frozen=True, slots=True)
class Entry:
    """One bundle of a registry; ``manifest`` is ``None`` when ``problem`` says why."""

    version: str
    current: bool
    manifest: Manifest | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two manifests hold differently; ``None`` where one lacks it."""

    section: Section
    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Served:
    """A bundle, such as the current one: where it is, what is told of it, and the ids of its
    credentials.
    """

    folder: Path
    manifest: Manifest
    credentials: frozenset[str]

    @property
    def metrics(self) -> Mapping[str, Any]:
        """How good it was found to be."""
        return self.manifest.metrics


def resolve(path: Path) -> Path:
    """The bundle that ``path`` means: itself, or the current one of the registry there.

    Raises ``BundleError`` when it is neither.
    """
    if (path / MANIFEST).is_file():
        return path
    version = current(path)
    if version is None:
        raise BundleError(f"{path}: neither a bundle nor a registry with a current bundle")
    folder = path / version
    if not (folder / MANIFEST).is_file():
        raise BundleError(f"{path}: its current bundle {version} is not there")
    return folder


def earlier(path: Path) -> list[Path]:
    """The bundles that were current before the one that is, the latest first; none for what is
    itself a bundle.
    """
    now, *before = _promotions(path) or [""]
    return [path / version for version in dict.fromkeys(before) if version != now]


def has_bundle(path: Path) -> bool:
    """Whether ``path`` is a bundle, or a registry that has ever had a current one."""
    return (path / MANIFEST).is_file() or current(path) is not None


def current(root: Path) -> str | None:
    """The current version; ``None`` before the first promotion."""
    return next(iter(_promotions(root)), None)


def entries(root: Path) -> list[Entry]:
    """The bundles of the registry, newest first; unreadable ones last, with the problem.

    Only manifests are read. Raises ``BundleError`` when there is no such registry.
    """
    if not root.is_dir() or (root / MANIFEST).is_file():
        raise BundleError(f"{root} is not a registry of bundles")
    now = current(root)
    found = [
        _entry(folder, folder.name == now)
        for folder in sorted(root.iterdir())
        if folder.is_dir() and VERSION.fullmatch(folder.name)
    ]
    found.sort(key=lambda entry: "" if entry.manifest is None else entry.manifest.created_at)
    return found[::-1]


def served(root: Path) -> Served | None:
    """What the current bundle is about; ``None`` without one that can be read."""
    version = current(root)
    if version is None:
        return None
    try:
        return about(root, version)
    except BundleError:
        return None


def about(root: Path, version: str) -> Served:
    """What a version is about. Raises ``BundleError`` when it cannot be read."""
    folder = bundle_of(root, version)
    return Served(folder, read_manifest(folder), frozenset(credential_ids(folder)))


def promote(root: Path, version: str) -> None:
    """Make a version current, once its files were found intact.

    Raises ``BundleError`` (and its kinds) for one that cannot be used; the pointer is then
    as it was.
    """
    verify(bundle_of(root, version))
    before = _promotions(root)
    if before[:1] != [version]:
        point(root, [version, *before])


def rollback(root: Path) -> str:
    """Make the version promoted before the current one current again, and return it.

    Raises ``BundleError`` when there is none or it cannot be used; the pointer is then as
    it was.
    """
    before = _promotions(root)[1:]
    if not before:
        raise BundleError(f"{root}: no bundle was promoted before the current one")
    verify(bundle_of(root, before[0]))
    point(root, before)
    return before[0]


def bundle_of(root: Path, version: str) -> Path:
    """The folder of a version. Raises ``BundleError`` when the registry does not have it."""
    folder = root / version
    if not VERSION.fullmatch(version) or not folder.is_dir():
        raise BundleError(f"{root} has no bundle {version!r}")
    return folder


def locate(root: Path, name: str) -> Path:
    """The folder that ``name`` means: itself, or a version of the registry."""
    return Path(name) if Path(name).is_dir() else bundle_of(root, name)


def diff(a: Path, b: Path) -> list[Difference]:
    """What two bundles hold differently: settings, data, figures, files.

    Nested fields are named with ``/``; files are compared by size and checksum.
    """
    one, other = _shown(read_manifest(a)), _shown(read_manifest(b))
    return [
        Difference(section, name, before, after)
        for section in SECTIONS
        for name in sorted(one[section].keys() | other[section].keys())
        if (before := one[section].get(name)) != (after := other[section].get(name))
    ]


def _entry(folder: Path, is_current: bool) -> Entry:
    try:
        return Entry(folder.name, is_current, read_manifest(folder))
    except BundleError as error:
        return Entry(folder.name, is_current, None, str(error))


def _promotions(root: Path) -> list[str]:
    """Promoted versions, the current one first; empty without a pointer."""
    path = root / POINTER
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise BundleCorrupt(f"{path} cannot be read as the registry's pointer: {error}") from error
    return promotions(text, path)


def promotions(text: str, told: object) -> list[str]:
    """The versions in a pointer's ``text``, the current one first.

    Raises ``BundleCorrupt`` naming what was ``told`` to hold it.
    """
    versions = text.splitlines()
    if not versions or not all(map(VERSION.fullmatch, versions)):
        raise BundleCorrupt(f"{told} is corrupt: expected one version a line")
    return versions


def has(root: Path, versions: Sequence[str]) -> bool:
    """Whether the pointer of ``root`` holds these versions."""
    return _promotions(root) == list(versions)


def point(root: Path, versions: Sequence[str]) -> None:
    """Replace the pointer whole: the current version first, then those promoted before it."""
    handle, name = tempfile.mkstemp(prefix=".pointer-", dir=root)
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(f"{version}\n" for version in versions[:REMEMBERED])
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(0o644)
        scratch.replace(root / POINTER)
    finally:
        scratch.unlink(missing_ok=True)
    sync_folder(root)


def _shown(manifest: Manifest) -> dict[Section, dict[str, object]]:
    return {
        "config": {**dict(_leaves(manifest.config)), "seed": manifest.seed},
        "data": dict(_leaves(manifest.data.model_dump(mode="json"))),
        "metrics": dict(_leaves(manifest.metrics)),
        "files": {name: (file.bytes, file.sha256) for name, file in manifest.files.items()},
    }


def _leaves(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", value
