"""Originals as they lie: a folder, a zip archive, a folder of archives, or a single file.

Everything that is wrong with a download is told in the user's words, as ``UsageError`` or
``DataError``: not found, cut short, not the expected columns.
"""

from __future__ import annotations

import ast
import gzip
import io
import re
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import fastexcel
import polars as pl

from models.errors import DataError, Fault, UsageError
from training.cells import clean

Tables: TypeAlias = Mapping[str, pl.DataFrame]

LARGEST: Final = 1 << 30
"""Bytes that a member of an archive may have once unpacked: a small one can claim any number."""

LARGEST_DOCUMENT: Final = 50_000_000
"""Bytes of a document that is read whole, such as JSON; a larger one is refused unread."""

_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)


class Document(NamedTuple):
    """A file that is read whole: where it lies in the download, its size, and how to read it."""

    name: str
    size: int
    read: Callable[[], bytes]


class Imported(NamedTuple):
    """Tables in contract form, and what the user should know about how they were made."""

    tables: dict[str, pl.DataFrame]
    notes: tuple[str, ...] = ()


Importer: TypeAlias = Callable[[Path, Tables], Imported]
"""``(originals, tables already in the output folder) -> tables to merge into it``."""


class Source:
    """The files of one download, found by name wherever they lie in it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder")
        self.path = path
        self._files: dict[str, Callable[[], bytes]] = {}
        self._documents: list[Document] = []
        paths = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else []
        for each in paths or [path] * path.is_file():
            if each.suffix.lower() == ".zip":
                self._add_archive(each)
            else:
                self._files.setdefault(each.name, each.read_bytes)
                name = each.name if each == path else each.relative_to(path).as_posix()
                self._documents.append(Document(name, each.stat().st_size, each.read_bytes))

    def _add_archive(self, path: Path) -> None:
        try:
            with zipfile.ZipFile(path) as archive:
                members = [each for each in archive.infolist() if not each.is_dir()]
        except _BROKEN as error:
            raise UsageError(f"{path}: not a complete zip archive ({error})") from error
        for each in members:
            _small(path.name, each)
            name = Path(each.filename).name
            read = partial(_member, path, each.filename)
            self._files.setdefault(name, read)
            self._documents.append(Document(f"{path.name}/{each.filename}", each.file_size, read))

    def find(self, pattern: str) -> str | None:
        """The name of the first file whose whole name matches, or ``None``."""
        return next(iter(self.names(pattern)), None)

    def names(self, pattern: str) -> list[str]:
        """The names of all files whose whole name matches, in order."""
        wanted = re.compile(pattern, re.IGNORECASE)
        return [name for name in sorted(self._files) if wanted.fullmatch(name)]

    def every(self, pattern: str) -> Iterator[tuple[str, bytes]]:
        """Where each file lies whose own name matches, also where several are called the same, and
        its bytes, unpacked where its name ends in ``.gz``.
        """
        wanted = re.compile(pattern, re.IGNORECASE)
        for each in self._documents:
            if wanted.fullmatch(Path(each.name).name):
                packed = each.read()
                gz = each.name.lower().endswith(".gz")
                yield each.name, _unpacked(each.name, packed) if gz else packed

    def documents(self, *suffixes: str) -> Iterator[tuple[str, bytes]]:
        """Name and content of every file with one of the ``suffixes``, in the order of their names.

        Raises ``UsageError`` where there is none, or one above ``LARGEST_DOCUMENT``, before it is
        read.
        """
        found = [each for each in self._documents if each.name.lower().endswith(suffixes)]
        if not found:
            raise UsageError(f"{self.path}: {' or '.join(suffixes)} file not found there")
        for each in found:
            if each.size > LARGEST_DOCUMENT:
                told = f"{each.size} bytes; at most {LARGEST_DOCUMENT} are read of one document"
                raise UsageError(f"{each.name}: {told}")
        return ((each.name, each.read()) for each in found)

    def table(
        self, pattern: str, columns: tuple[str, ...], expected: str, *, capitals: bool = False
    ) -> pl.DataFrame:
        """A table as text in which white space alone is null, with at least ``columns``.

        ``expected`` names the file for people. Comma-separated, tab-separated (unquoted,
        as ``.txt`` and ``.tsv``) and Excel files are told apart by their suffix;
        ``capitals`` turns column names into capital letters first.
        """
        name = self.find(pattern)
        if name is None:
            raise UsageError(f"{self.path}: {expected} not found there, nor in a zip archive there")
        return text_table(name, self._files[name](), columns, capitals=capitals)


def text_table(
    name: str, content: bytes, columns: tuple[str, ...], *, capitals: bool = False
) -> pl.DataFrame:
    """One file of a download as ``Source.table`` gives it."""
    frame = _frame(name, content)
    if capitals:
        frame = frame.rename(str.upper)
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        found = ", ".join(frame.columns)[:200]
        reason = f"this column is missing; found: {found}"
        raise DataError([Fault(name, None, column, None, reason) for column in missing])
    return frame.with_columns(clean(pl.all()))


def _small(archive: str, member: zipfile.ZipInfo) -> None:
    # No more than it claims is ever unpacked.
    if member.file_size > LARGEST:
        claim = f"{member.filename} in it claims {member.file_size} bytes once unpacked"
        raise UsageError(f"{archive}: {claim}; at most {LARGEST} are read from an archive")


def _unpacked(name: str, packed: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            content = file.read(LARGEST + 1)
    except _BROKEN as error:
        raise UsageError(f"{name}: not a complete gzip file ({error})") from error
    if len(content) > LARGEST:
        raise UsageError(f"{name}: more than the {LARGEST} bytes that are read of a packed file")
    return content


def _member(path: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    except _BROKEN as error:
        raise UsageError(f"{path}: {name} in it cannot be read ({error})") from error


def _frame(name: str, content: bytes) -> pl.DataFrame:
    suffix = Path(name).suffix.lower()
    try:
        if suffix == ".xlsx":
            for each in _parts(content):
                _small(name, each)
            frame = pl.read_excel(io.BytesIO(content), infer_schema_length=0)
        elif suffix == ".csv":
            frame = pl.read_csv(content, infer_schema=False)
        else:
            frame = pl.read_csv(content, infer_schema=False, separator="\t", quote_char=None)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, fastexcel.FastExcelError) as e:
        reason = f"not a readable {suffix[1:]} file: {str(e).splitlines()[0]}"
        raise DataError([Fault(name, None, None, None, reason)]) from e
    return frame.with_columns(pl.all().cast(pl.String()))


def _parts(workbook: bytes) -> list[zipfile.ZipInfo]:
    """A workbook is an archive itself; what is none is for its reader to tell."""
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
            return archive.infolist()
    except _BROKEN:
        return []


def numbers(frame: pl.DataFrame, columns: tuple[str, ...], file: str) -> pl.DataFrame:
    """Turn columns into Float64; ``DataError`` names every cell that is no number."""
    faults = []
    for column in columns:
        bad = frame[column].is_not_null() & frame[column].cast(pl.Float64, strict=False).is_null()
        faults += [
            Fault(file, position + 1, column, frame[column][position], "expected a number")
            for position in bad.arg_true()
        ]
    if faults:
        raise DataError(faults)
    return frame.with_columns(pl.col(columns).cast(pl.Float64))


ONE_READER: Final = threading.Lock()
"""Polars works out several columns at once, in threads, and Python 3.11's parser counts how deep it
is for all threads together: two at a time may fail with a ``SystemError``.
"""


def literals(column: str) -> pl.Expr:
    """Lists written as Python writes them (``['Excel', 'Word']``); other text is one entry."""
    return pl.col(column).map_batches(_literals, return_dtype=pl.List(pl.String()))


def _literals(series: pl.Series) -> pl.Series:
    known = {text: _literal(text) for text in series.unique().drop_nulls()}
    lists = [known.get(text, []) for text in series]
    return pl.Series(series.name, lists, dtype=pl.List(pl.String()))


def _literal(text: str) -> list[str]:
    try:
        with ONE_READER:
            found = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return [text]
    return [str(each) for each in found] if isinstance(found, list) else [str(found)]


def slug(text: str) -> str:
    """A short stable form of a name for use in an id; C, C++ and C# stay apart."""
    spelled = text.lower().replace("+", " plus ").replace("#", " sharp ")
    return re.sub(r"[\W_]+", "-", spelled).strip("-")
