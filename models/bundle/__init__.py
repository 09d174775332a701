"""The bundle: immutable, versioned, checksummed; the only door to its files."""

from __future__ import annotations

from pathlib import Path

from models.bundle.advice import read_by_chance
from models.bundle.contents import Behaviour, Bundle, Knowledge, assemble, behaviour
from models.bundle.files import Parts, read_manifest, read_parts, verify, write
from models.bundle.manifest import FORMAT_VERSION, Manifest
from models.bundle.registry import resolve
from models.bundle.tables import write_table
from models.encoder import QUICK_FILE, TextEncoder
from models.errors import BundleCorrupt, BundleError

__all__ = [
    "FORMAT_VERSION",
    "Behaviour",
    "Bundle",
    "Knowledge",
    "Manifest",
    "Parts",
    "assemble",
    "behaviour",
    "read",
    "read_manifest",
    "resolve",
    "verify",
    "write",
    "write_table",
]


def read(folder: Path, *, checked: bool = False) -> Bundle:
    """Read, verify and assemble the bundle in ``folder``; only its sizes are compared where a
    process of the same service has just ``checked`` it.

    Raises ``BundleTooNew`` when a later Cairn wrote it, ``BundleCorrupt`` when a file is
    missing, cut short or altered, ``BundleError`` when it is no bundle.
    """
    try:
        manifest, parts = read_parts(folder, checked=checked)
        encoder = quick = None
        if parts.encoder is not None:
            encoder = TextEncoder(parts.encoder)
            if f"encoder/{QUICK_FILE}" in manifest.files:
                quick = TextEncoder(parts.encoder, graph=QUICK_FILE)
        made = assemble(manifest, parts, encoder, quick)
        read_by_chance(folder)  # now that all is read that is read from end to end
        return made
    except BundleError as error:
        # What assembles parts does not know whose they are.
        told = str(error)
        raise error if str(folder) in told else type(error)(f"bundle {folder}: {told}") from error
    except KeyError as missing:
        raise BundleCorrupt(f"bundle {folder} is corrupt: it holds no {missing}") from missing
    except Exception as error:
        # Five libraries read a bundle's files, each with errors of its own.
        reason = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        raise BundleCorrupt(f"bundle {folder} is corrupt: {reason}") from error
