"""A bundle on disk: written whole or not at all, checked before it is trusted.

Layout of a bundle folder::

    manifest.json          what it is, and a checksum of every other file
    arrays/NAME.npy        read by memory map; never pickled
    tables/NAME.parquet
    indexes/NAME.faiss     read by memory map
    ranker.txt             the ranker as LightGBM's own text, if one was trained
    encoder/               model.onnx, model.onnx.data, tokenizer.json, if text is encoded
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from arro3.core import Array, DataType, Table
from arro3.io import read_parquet, write_parquet
from numpy.typing import NDArray
from pydantic import ValidationError

from models.bundle.manifest import FORMAT_VERSION, FileFacts, Manifest
from models.encoder import MODEL_FILE, TOKENIZER_FILE, WEIGHTS_FILE
from models.errors import BundleCorrupt, BundleError, BundleTooNew
from models.index import VectorIndex
from models.tables import Columns

MANIFEST = "manifest.json"
RANKER = "ranker.txt"


@dataclass(frozen=True, slots=True)
class Parts:
    """The contents of a bundle before they mean anything: arrays, tables, indexes, texts."""

    arrays: Mapping[str, NDArray[Any]]
    tables: Mapping[str, Columns]
    indexes: Mapping[str, VectorIndex] = field(default_factory=dict)
    ranker: str | None = None
    encoder: Path | None = None


def write(parts: Parts, facts: Mapping[str, Any], root: Path) -> Path:
    """Write a bundle below ``root`` as ``root/<bundle_version>`` and return that folder.

    ``facts`` are the manifest's fields save ``bundle_version`` and ``files``. The version
    is a digest of every file and of the facts that shape answers, so the same training
    gives the same version; a bundle that is there already, intact, is kept as it is.
    """
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=root) as scratch:
        folder = Path(scratch) / "bundle"  # a temporary folder itself only its owner may read
        folder.mkdir()
        _write_parts(parts, folder)
        files = {name: _facts(folder / name) for name in _names(folder)}
        manifest = Manifest(bundle_version=_version(files, facts), files=files, **facts)
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
        _sync(folder)
        return _put(folder, root / manifest.bundle_version)


def read_parts(folder: Path) -> tuple[Manifest, Parts]:
    """Read and verify a bundle; arrays come memory-mapped and read-only.

    Raises ``BundleTooNew`` for a later format, ``BundleCorrupt`` for anything missing,
    cut short or altered.
    """
    manifest = verify(folder)
    names = manifest.files
    encoder = folder / "encoder"
    ranker = folder / RANKER
    return manifest, Parts(
        arrays={
            Path(name).name.removesuffix(".npy"): _read_array(folder / name)
            for name in names
            if name.endswith(".npy")
        },
        tables={
            Path(name).stem: _read_table(folder / name)
            for name in names
            if name.endswith(".parquet")
        },
        indexes={
            Path(name).stem: VectorIndex.open(folder / name)
            for name in names
            if name.endswith(".faiss")
        },
        ranker=ranker.read_text() if RANKER in names else None,
        encoder=encoder if f"encoder/{MODEL_FILE}" in names else None,
    )


def verify(folder: Path) -> Manifest:
    """The manifest, after every file was found as it was written. Raises as ``read_parts`` does."""
    manifest = read_manifest(folder)
    for name, facts in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BundleCorrupt(f"bundle {folder} is corrupt: {name} is missing")
        found = _facts(path)
        if found.bytes != facts.bytes:
            raise BundleCorrupt(
                f"bundle {folder} is corrupt: {name} has {found.bytes} bytes, not {facts.bytes}"
            )
        if found.sha256 != facts.sha256:
            raise BundleCorrupt(f"bundle {folder} is corrupt: the checksum of {name} is wrong")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest alone, its files unchecked. Raises as ``read_parts`` does."""
    path = folder / MANIFEST
    _stays_inside(folder, MANIFEST)
    try:
        fields = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BundleError(f"{folder} is not a bundle: it has no {MANIFEST}") from error
    except (ValueError, RecursionError) as error:
        raise BundleCorrupt(f"bundle {folder} is corrupt: {MANIFEST} is not JSON") from error
    except OSError as error:
        raise BundleCorrupt(f"bundle {folder}: {MANIFEST} cannot be read: {error}") from error
    version = fields.get("format_version") if isinstance(fields, dict) else None
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise BundleTooNew(
            f"bundle {folder} has format_version {version}; this Cairn reads up to "
            f"{FORMAT_VERSION}: upgrade Cairn to use it"
        )
    if version != FORMAT_VERSION:
        raise BundleCorrupt(f"bundle {folder} is corrupt: unknown format_version {version!r}")
    try:
        manifest = Manifest.model_validate(fields)
    except ValidationError as error:
        raise BundleCorrupt(f"bundle {folder} is corrupt: {MANIFEST}: {error}") from error
    for name in manifest.files:
        _stays_inside(folder, name)
    return manifest


def _stays_inside(folder: Path, name: str) -> None:
    """Raise ``BundleCorrupt`` for a name that leads out of the bundle, by itself or by a link."""
    try:
        inside = (folder / name).resolve().is_relative_to(folder.resolve())
    except (ValueError, OSError, RuntimeError):  # no name of a file at all, or links in a ring
        inside = False
    if not inside or ".." in Path(name).parts:
        raise BundleCorrupt(f"bundle {folder} is corrupt: it names a file outside itself: {name!r}")


def _write_parts(parts: Parts, folder: Path) -> None:
    for kind in ("arrays", "tables", "indexes"):
        (folder / kind).mkdir()
    for name, array in parts.arrays.items():
        np.save(folder / "arrays" / f"{name}.npy", array, allow_pickle=False)
    for name, columns in parts.tables.items():
        write_table(columns, folder / "tables" / f"{name}.parquet")
    for name, index in parts.indexes.items():
        index.to_bytes().tofile(folder / "indexes" / f"{name}.faiss")
    if parts.ranker is not None:
        (folder / RANKER).write_text(parts.ranker)
    if parts.encoder is not None:
        (folder / "encoder").mkdir()
        apart = (WEIGHTS_FILE,) if (parts.encoder / WEIGHTS_FILE).exists() else ()
        for name in (MODEL_FILE, *apart, TOKENIZER_FILE):
            shutil.copyfile(parts.encoder / name, folder / "encoder" / name)


def _read_array(path: Path) -> NDArray[Any]:
    # The plain view stays mapped, and slices far faster than np.memmap itself.
    plain: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return plain


def write_table(columns: Columns, path: Path) -> None:
    """Write columns of equal length to a Parquet file: of numbers, or else of text; ``None`` is
    null.
    """
    arrays: dict[str, Any] = {}
    for name, values in columns.items():
        numeric = all(value is None or isinstance(value, int | float) for value in values)
        kind = DataType.float64() if numeric and name != "id" else DataType.utf8()
        arrays[name] = Array(list(values), type=kind)
    write_parquet(Table.from_pydict(arrays), path, compression="zstd(3)")


def credential_ids(folder: Path) -> list[str]:
    """The ids of a bundle's credentials, nothing else of it being read or checked.

    Raises ``BundleCorrupt`` when they cannot be read.
    """
    try:
        return list(_read_table(folder / "tables" / "credentials.parquet")["id"])
    except KeyError as error:
        raise BundleCorrupt(
            f"bundle {folder} is corrupt: its credentials cannot be read"
        ) from error


def _read_table(path: Path) -> Columns:
    try:
        table = read_parquet(path).read_all()
    except BaseException as error:
        # Some damage makes arro3 panic, for which it has no exception that could be named.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise BundleCorrupt(f"{path} is corrupt: it cannot be read as Parquet") from error
    return {name: list(table.column(name).to_pylist()) for name in table.column_names}


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _facts(path: Path) -> FileFacts:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileFacts(sha256=digest.hexdigest(), bytes=path.stat().st_size)


def _version(files: Mapping[str, FileFacts], facts: Mapping[str, Any]) -> str:
    shaping = {
        "files": {name: file.sha256 for name, file in files.items()},
        "config": facts["config"],
        "data": facts["data"]["hash"],
        "seed": facts["seed"],
    }
    return hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest()[:16]


def _sync(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _put(folder: Path, final: Path) -> Path:
    if final.exists():
        try:
            verify(final)
            return final
        except BundleCorrupt:
            shutil.rmtree(final)
    folder.rename(final)
    sync_folder(final.parent)
    return final


def sync_folder(folder: Path) -> None:
    """Bring a folder's own entries to the disk: what was renamed in it stays so."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
