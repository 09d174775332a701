"""A bundle on disk: written whole or not at all, checked before it is trusted.

Layout of a bundle folder::

    manifest.json          what it is, and a checksum of every other file
    arrays/NAME.npy        read by memory map; never pickled
    tables/NAME.parquet
    columns/TABLE.COLUMN.PART.npy  the tables that grow with the catalogue and its learners, once
                           more as arrays (``models.columns``), which are what is served from
    indexes/NAME.faiss     read by memory map
    ranker.txt             the ranker as LightGBM's own text, if one was trained
    encoder/               model.onnx, model.onnx.data, tokenizer.json, if text is encoded;
                           quick.onnx, if long texts are read
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from models.bundle.manifest import FORMAT_VERSION, READABLE, FileFacts, Manifest
from models.bundle.tables import MAPPED, read_array, read_table, write_columns, write_table
from models.columns import Columns
from models.encoder import MODEL_FILE, QUICK_FILE, TOKENIZER_FILE, WEIGHTS_FILE
from models.errors import BundleCorrupt, BundleError, BundleTooNew
from models.index import VectorIndex

MANIFEST = "manifest.json"
RANKER = "ranker.txt"
VECTORS = {"text": "text_vectors", "collaborative": "factors.vectors"}
"""The array whose rows an index is of: the index holds them, and they are not written again."""

SEARCHED = ("kind", "lists", "rows", "probes", "filtered_probes", "again", "exact_below")
"""What of an index's facts says how it is searched; the others were measured."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The contents of a bundle before they mean anything: arrays, tables, indexes, texts.

    Of tables that are read by memory map the columns are those of ``models.columns``.
    """

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
        manifest = Manifest(bundle_version="", files=files, **facts)
        manifest = manifest.model_copy(update={"bundle_version": _version(manifest)})
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
        _sync(folder)
        return _put(folder, root / manifest.bundle_version)


def read_parts(folder: Path, *, checked: bool = False) -> tuple[Manifest, Parts]:
    """Read and verify a bundle; arrays come memory-mapped and read-only. What was ``checked``
    already is not compared with its checksums again, which is most of the time.

    Raises ``BundleTooNew`` for a later format, ``BundleCorrupt`` for anything missing,
    cut short or altered.
    """
    manifest = verify(folder, sums=not checked)
    names = manifest.files
    encoder = folder / "encoder"
    ranker = folder / RANKER
    arrays = {
        Path(name).name.removesuffix(".npy"): read_array(folder / name)
        for name in names
        if name.startswith("arrays/")
    }
    return manifest, Parts(
        arrays=arrays,
        tables={
            Path(name).stem: read_table(folder, Path(name).stem, names)
            for name in names
            if name.endswith(".parquet")
        },
        indexes={
            Path(name).stem: _index(folder / name, manifest, arrays)
            for name in names
            if name.endswith(".faiss")
        },
        ranker=ranker.read_text() if RANKER in names else None,
        encoder=encoder if f"encoder/{MODEL_FILE}" in names else None,
    )


def verify(folder: Path, *, sums: bool = True) -> Manifest:
    """The manifest, after every file was found as it was written, or without ``sums`` of the size
    at least. Raises as ``read_parts`` does.
    """
    manifest = read_manifest(folder)
    for name, facts in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BundleCorrupt(f"bundle {folder} is corrupt: {name} is missing")
        found = path.stat().st_size
        if found != facts.bytes:
            raise BundleCorrupt(
                f"bundle {folder} is corrupt: {name} has {found} bytes, not {facts.bytes}"
            )
    if not sums:
        return manifest
    # The largest first, so that no thread ends long after the others.
    by_size = sorted(manifest.files, key=lambda name: -manifest.files[name].bytes)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        digests = threads.map(_sha256, (folder / name for name in by_size))
        for name, digest in zip(by_size, digests, strict=True):
            if digest != manifest.files[name].sha256:
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
    if version not in READABLE:
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
    for kind in ("arrays", "columns", "tables", "indexes"):
        (folder / kind).mkdir()
    held = {VECTORS.get(name) for name in parts.indexes}
    for name, array in parts.arrays.items():
        if name in held:
            continue
        np.save(folder / "arrays" / f"{name}.npy", array, allow_pickle=False)
    for name, table in parts.tables.items():
        ordered = dict(sorted(table.items()))  # the same bytes wherever a table comes from
        write_table(ordered, folder / "tables" / f"{name}.parquet")
        if name in MAPPED:
            write_columns(table, name, folder)
    for name, index in parts.indexes.items():
        index.to_bytes().tofile(folder / "indexes" / f"{name}.faiss")
    if parts.ranker is not None:
        (folder / RANKER).write_text(parts.ranker)
    if parts.encoder is not None:
        (folder / "encoder").mkdir()
        more = [n for n in (WEIGHTS_FILE, QUICK_FILE) if (parts.encoder / n).exists()]
        for name in (MODEL_FILE, *more, TOKENIZER_FILE):
            shutil.copyfile(parts.encoder / name, folder / "encoder" / name)


def _index(path: Path, manifest: Manifest, arrays: Mapping[str, NDArray[Any]]) -> VectorIndex:
    name = path.stem
    return VectorIndex.open(path, manifest.indexes.get(name), arrays.get(VECTORS.get(name, "")))


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _facts(path: Path) -> FileFacts:
    return FileFacts(sha256=_sha256(path), bytes=path.stat().st_size)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(manifest: Manifest) -> str:
    shaping = {
        "files": {name: file.sha256 for name, file in manifest.files.items()},
        "config": manifest.config,
        "data": manifest.data.hash,
        "seed": manifest.seed,
        "indexes": {
            name: {key: value for key, value in asdict(index).items() if key in SEARCHED}
            for name, index in manifest.indexes.items()
        },
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
