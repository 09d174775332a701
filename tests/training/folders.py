"""Small data folders, written the way a user would."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import orjson

Rows = Sequence[Mapping[str, object]]

CREDENTIALS: Rows = [
    {"id": "a", "title": "Alpha"},
    {"id": "b", "title": "Beta"},
    {"id": "c", "title": "Gamma"},
]
INTERACTIONS: Rows = [{"learner_id": "l", "credential_id": "a", "occurred_at": "2024-01-02"}]


def write_csv(path: Path, rows: Rows, separator: str = ",") -> None:
    """Nested values as JSON in the cell."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row.get(name)) for name in columns])


def _cell(value: object) -> object:
    return orjson.dumps(value).decode() if isinstance(value, list | dict) else value


def write_jsonl(path: Path, rows: Rows) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def folder(path: Path, **tables: Rows) -> Path:
    """A folder of CSV files: the tables named, and good ones for those required."""
    path.mkdir(exist_ok=True)
    for name, rows in {"credentials": CREDENTIALS, "interactions": INTERACTIONS, **tables}.items():
        write_csv(path / f"{name}.csv", rows)
    return path


def write_xlsx(path: Path, rows: Rows) -> None:
    """A workbook with one sheet of text and numbers, no more than a reader needs."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([row.get(name) for name in columns] for row in rows)]
    cells = "".join(f"<row>{''.join(map(_xlsx_cell, line))}</row>" for line in lines)
    space = "http://schemas.openxmlformats.org"
    parts = {
        "[Content_Types].xml": f"""<Types xmlns="{space}/package/2006/content-types">
            <Default Extension="rels"
                ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
            <Default Extension="xml" ContentType="application/xml"/></Types>""",
        "_rels/.rels": f"""<Relationships xmlns="{space}/package/2006/relationships">
            <Relationship Id="r1" Target="xl/workbook.xml"
                Type="{space}/officeDocument/2006/relationships/officeDocument"/>
            </Relationships>""",
        "xl/workbook.xml": f"""<workbook xmlns="{space}/spreadsheetml/2006/main"
            xmlns:r="{space}/officeDocument/2006/relationships">
            <sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>""",
        "xl/_rels/workbook.xml.rels": f"""<Relationships
            xmlns="{space}/package/2006/relationships"><Relationship Id="r1"
            Type="{space}/officeDocument/2006/relationships/worksheet"
            Target="worksheets/sheet1.xml"/></Relationships>""",
        "xl/worksheets/sheet1.xml": f"""<worksheet xmlns="{space}/spreadsheetml/2006/main">
            <sheetData>{cells}</sheetData></worksheet>""",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def _xlsx_cell(value: object) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
