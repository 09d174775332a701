"""Files as frames: CSV, JSON lines and Parquet, with the row numbers of the source.

A table in Parquet may be one file or a folder of them, as Spark and Dask write them.

CSV and JSON lines come back as text (nested JSON as its text), Parquet in its own types;
``training.tables`` turns either into the contract's types. Only the contract's columns are
kept. What cannot be read is a fault, never an exception of the library beneath.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import orjson
import polars as pl

from models.errors import Fault
from training.cells import SHOWN
from training.schema import ROW

SUFFIXES: Final = (".parquet", ".csv", ".jsonl")
"""In the order in which they are looked for."""

LONGEST_CELL: Final = 1 << 30
LONGEST_HEADER: Final = 1 << 20

SEPARATORS: Final = (",", ";", "\t", "|")
"""What spreadsheets put between cells; which one depends on where they are used."""


class Raw(NamedTuple):
    """A file's columns as found, with ``ROW``, and the faults of rows left out.

    ``frame`` is ``None`` when the file as a whole cannot be read.
    """

    file: str
    frame: pl.DataFrame | None
    faults: list[Fault]


def find(folder: Path, table: str) -> Path | None:
    """The table's file, the first of parquet, csv and jsonl that is there; or else its folder of
    Parquet files, ``TABLE.parquet`` or ``TABLE``.
    """
    files = (folder / f"{table}{suffix}" for suffix in SUFFIXES)
    folders = (folder / f"{table}.parquet", folder / table)
    found = (path for path in files if path.is_file())
    return next(found, None) or next((path for path in folders if path.is_dir()), None)


def read(path: Path, columns: Sequence[str] = ()) -> Raw:
    """Read ``path`` by its suffix, a folder as Parquet: those of ``columns`` that it has, or all
    when none are named.
    """
    suffix = ".parquet" if path.is_dir() else path.suffix.lower()
    try:
        if suffix == ".jsonl":
            frame, faults = _jsonl(path, columns)
        elif suffix == ".csv":
            frame, faults = _csv(path, columns)
        else:
            frame, faults = _parquet(path, columns), []
    except _UnreadableError as error:
        return Raw(path.name, None, [Fault(path.name, None, None, None, str(error))])
    kept = [name for name in frame.columns if not columns or name in columns or name == ROW]
    return Raw(path.name, frame.select(kept), faults)


class _UnreadableError(Exception):
    pass


_FAILURES: Final = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


def parts(path: Path, columns: Sequence[str], rows: int) -> Iterator[Raw]:
    """A folder of Parquet files as ``read`` gives it, about so many ``rows`` at a time; at least
    one part, which may be empty.
    """
    try:
        table = _scan(path, columns)
        # What a batch without rows says is which columns there are.
        yield Raw(path.name, table.head(0).collect().with_row_index(ROW, 1), [])
        done = 0
        for frame in table.collect_batches(
            chunk_size=rows, maintain_order=True, engine="streaming"
        ):
            yield Raw(path.name, frame.with_row_index(ROW, done + 1), [])
            done += frame.height
    except _FAILURES as error:
        yield Raw(path.name, None, [Fault(path.name, None, None, None, _not_parquet(path, error))])
    except _UnreadableError as error:
        yield Raw(path.name, None, [Fault(path.name, None, None, None, str(error))])


def _parquet(path: Path, columns: Sequence[str]) -> pl.DataFrame:
    try:
        return _scan(path, columns).collect(engine="streaming").with_row_index(ROW, 1)
    except _FAILURES as error:
        raise _UnreadableError(_not_parquet(path, error)) from error


def _scan(path: Path, columns: Sequence[str]) -> pl.LazyFrame:
    """One file, or all below a folder in the order of their names, rows numbered through; of a
    partitioned one, folders named ``column=value`` give that column.
    """
    files = [path]
    if path.is_dir():
        below = (each.relative_to(path) for each in sorted(path.rglob("*.parquet")))
        # Names that begin so are what the writers of such folders keep beside the data.
        data = [each for each in below if not any(part[0] in "._" for part in each.parts)]
        files = [path / each for each in data]
        if not files:
            raise _UnreadableError("the folder holds no Parquet file")
    table = pl.scan_parquet(
        files, glob=False, hive_partitioning=path.is_dir(), missing_columns="insert"
    )
    there = table.collect_schema().names()
    return table.select(name for name in there if name != ROW and (not columns or name in columns))


def _not_parquet(path: Path, error: BaseException) -> str:
    what = "folder of Parquet files" if path.is_dir() else "Parquet file"
    return f"not a readable {what}: {_line(error)}"


def _csv(path: Path, columns: Sequence[str]) -> tuple[pl.DataFrame, list[Fault]]:
    separator = _separator(path, columns)
    try:
        frame = pl.read_csv(path, infer_schema=False, glob=False, separator=separator)
    except pl.exceptions.NoDataError as error:
        raise _UnreadableError("the file is empty: expected a header line") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        frame, faults = _csv_by_row(path, separator)
    else:
        frame, faults = _numbered(frame), []
    if frame.width > 1:  # an empty line is no row, though it keeps its number
        frame = frame.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))
    return frame, faults


def _separator(path: Path, columns: Sequence[str]) -> str:
    """The one of ``SEPARATORS`` between which the header names most of the ``columns``; of equals
    the one that it has most of outside quotes.
    """
    try:
        with path.open("rb") as file:
            header = file.readline(LONGEST_HEADER).decode("utf-8-sig", "replace")
    except OSError as error:
        raise _UnreadableError(f"not a readable CSV file: {error}") from error
    bare = re.sub(r'"[^"]*"', "", header)

    def fits(separator: str) -> tuple[int, int]:
        names = {cell.strip().strip('"') for cell in header.split(separator)}
        return len(names.intersection(columns)), bare.count(separator)

    return max(SEPARATORS, key=fits)


def _csv_by_row(path: Path, separator: str) -> tuple[pl.DataFrame, list[Fault]]:
    """The slow way, which can say which rows have too many cells."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        text = path.read_text(encoding="utf-8-sig")
        lines = io.StringIO(text, newline="")
        rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"not UTF-8 text: {error.reason} at byte {error.start}") from error
    except (csv.Error, OSError) as error:
        raise _UnreadableError(f"not a readable CSV file: {error}") from error
    if not rows or not rows[0]:
        raise _UnreadableError("the file is empty: expected a header line")
    header, width = rows[0], len(rows[0])
    if len(set(header)) < width:
        raise _UnreadableError(f"a column name occurs twice in the header: {', '.join(header)}")
    reason = f"more cells than the {width} columns of the header"
    faults = [
        Fault(path.name, number, None, separator.join(row)[:SHOWN], reason)
        for number, row in enumerate(rows[1:], 1)
        if len(row) > width
    ]
    good = [(number, row) for number, row in enumerate(rows[1:], 1) if len(row) <= width]
    cells = {
        name: [row[i] or None if i < len(row) else None for _, row in good]
        for i, name in enumerate(header)
    }
    frame = pl.DataFrame(cells, schema=dict.fromkeys(header, pl.String()))
    numbers = pl.Series(ROW, [number for number, _ in good], dtype=pl.UInt32())
    return _numbered(frame, numbers), faults


def _jsonl(path: Path, columns: Sequence[str]) -> tuple[pl.DataFrame, list[Fault]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _UnreadableError(str(error)) from error
    frame = _jsonl_at_once(content, columns)
    faults: list[Fault] = []
    if frame is None:
        frame, faults = _jsonl_by_line(path.name, content)
    # a column that no line fills is one that the file does not have
    filled = [each.name for each in frame if frame.height == 0 or each.null_count() < len(each)]
    return frame.select(filled), faults


def _jsonl_at_once(content: bytes, columns: Sequence[str]) -> pl.DataFrame | None:
    """``None`` when lines are broken or blank, or the columns are not known beforehand.

    Also for nested values: polars makes text of them, but leaves quotes in keys unescaped.
    """
    if not columns or not content:
        return None
    try:
        frame = pl.read_ndjson(content, schema=dict.fromkeys(columns, pl.String()))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    nested = pl.any_horizontal(pl.all().str.contains(r"^[\[{]").any())
    if frame.height and frame.select(nested).item():
        return None
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    return _numbered(frame) if frame.height == lines else None


def _jsonl_by_line(file: str, content: bytes) -> tuple[pl.DataFrame, list[Fault]]:
    """The slow way, in which a broken line is one fault and not the loss of the file."""
    lines = content.split(b"\n")
    numbers: list[int] = []
    objects: list[dict[str, object]] = []
    faults: list[Fault] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            found, reason = None, f"not valid JSON: {error}"
        else:
            reason = "expected a JSON object on each line"
        if isinstance(found, dict):
            numbers.append(number)
            objects.append(found)
        else:
            shown = line[:SHOWN].decode(errors="replace")
            faults.append(Fault(file, number, None, shown, reason))
    if not objects and faults:
        raise _UnreadableError(f"no line is a JSON object; the first: {faults[0].reason}")
    names = dict.fromkeys(name for each in objects for name in each)
    cells = {name: [_cell(each.get(name)) for each in objects] for name in names}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String()))
    return _numbered(frame, pl.Series(ROW, numbers, dtype=pl.UInt32())), faults


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return orjson.dumps(value).decode()


def _numbered(frame: pl.DataFrame, numbers: pl.Series | None = None) -> pl.DataFrame:
    if ROW in frame.columns:
        frame = frame.drop(ROW)
    if numbers is None:
        return frame.with_row_index(ROW, 1)
    return frame.insert_column(0, numbers)


def _line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]
