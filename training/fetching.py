"""Tables in object storage: training's door to ``fsspec`` and ``obstore``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fsspec.core import url_to_fs
from obstore.exceptions import BaseError
from obstore.fsspec import register

from models.errors import UsageError

PIECE: Final = 64_000_000
"""Bytes that are in memory at once."""

PROTOCOLS: Final = ("s3", "gs", "az")

OPTIONS: Final = {"client_options": {"timeout": "60s", "allow_http": True}}
"""Plain HTTP is used only where the endpoint that somebody named begins so."""

register(PROTOCOLS)


def fetch(url: str, folder: Path) -> Path:
    """Bring every Parquet file below ``url`` to its place below ``folder``, which is returned.

    Raises ``UsageError`` where there is none, or the storage does not give them.
    """
    options = OPTIONS if url.partition("://")[0] in PROTOCOLS else {}
    try:
        files, root = url_to_fs(url.rstrip("/"), **options)
        found = [path for path in files.find(root) if path.endswith(".parquet")]
        for path in found:
            target = folder / path.removeprefix(root).lstrip("/")
            if ".." in target.relative_to(folder).parts:  # in object storage a name like any other
                raise ValueError(f"the name {path} leads out of its folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            size = files.info(path)["size"]
            with target.open("wb") as file:
                if size <= PIECE:
                    file.write(files.cat_file(path))
                    continue
                for start in range(0, size, PIECE):
                    end = min(start + PIECE, size)
                    file.write(files.cat_file(path, start=start, end=end))
    except (BaseError, OSError, ValueError, ImportError) as error:
        told = str(error).partition("\n")[0]
        raise UsageError(f"{url}: its Parquet files cannot be read: {told}") from error
    if not found:
        raise UsageError(f"{url}: expected a folder of Parquet files, such as s3://bucket/folder")
    return folder
