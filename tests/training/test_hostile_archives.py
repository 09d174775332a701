"""Archives, links and workbooks that mean harm, and what the command says of any of it."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Final

import pytest
from folders import write_xlsx
from hostile import ORIGINALS, archived, written
from shared import Run

from models.errors import UsageError
from training.importers import run as bring

MARS: Final = {name: text.encode() for name, text in ORIGINALS["mars"].items()}
ONET: Final = {name: text.encode() for name, text in ORIGINALS["onet"].items()}


def claiming(path: Path, size: int) -> Path:
    """The archive, its members claiming to have ``size`` bytes."""
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.find(mark)
        while at >= 0:
            struct.pack_into("<I", content, at + offset, size)
            at = content.find(mark, at + 1)
    path.write_bytes(content)
    return path


def test_names_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    named = {f"../../{outside.name}/{name}": content for name, content in MARS.items()}
    bring("mars", archived(tmp_path / "in.zip", named), tmp_path / "out")
    assert not outside.exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.zip", "out"]


def test_a_link_in_an_archive_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "items_en.csv").write_bytes(MARS["items_en.csv"])
    path = archived(tmp_path / "in.zip", {n: c for n, c in MARS.items() if n != "items_en.csv"})
    link = zipfile.ZipInfo("items_en.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, str(tmp_path / "items_en.csv"))
    with pytest.raises(UsageError, match=r"items_en\.csv, column 'item_id'"):
        bring("mars", path, tmp_path / "out")


def test_links_in_a_ring_are_no_files(tmp_path: Path) -> None:
    folder = written(tmp_path / "in", MARS)
    (folder / "ring").symlink_to("ring")
    (folder / "up").symlink_to("..", target_is_directory=True)
    bring("mars", folder, tmp_path / "out")


def test_an_archive_that_claims_too_much_is_not_unpacked(tmp_path: Path) -> None:
    path = claiming(archived(tmp_path / "in.zip", MARS), (1 << 31) - 1)
    with pytest.raises(UsageError, match=r"in\.zip: .* claims 2147483647 bytes"):
        bring("mars", path, tmp_path / "out")


def test_an_archive_that_holds_more_than_it_claims_is_told(tmp_path: Path) -> None:
    bomb = MARS | {"items_en.csv": MARS["items_en.csv"] + b"\n" * 50_000_000}
    path = claiming(archived(tmp_path / "in.zip", bomb), 100)
    with pytest.raises(UsageError, match=r"in\.zip: .* in it cannot be read"):
        bring("mars", path, tmp_path / "out")


def test_a_workbook_that_claims_too_much_is_not_unpacked(tmp_path: Path) -> None:
    bring("onet", written(tmp_path / "onet", ONET), tmp_path / "out")
    path = tmp_path / "national_M2024_dl.xlsx"
    write_xlsx(path, [{"OCC_CODE": "11-1011", "A_MEDIAN": 1, "TOT_EMP": 1}])
    claiming(path, (1 << 31) - 1)
    with pytest.raises(UsageError, match=r"national_M2024_dl\.xlsx: .* claims"):
        bring("oews", path, tmp_path / "out")


@pytest.mark.parametrize("cut", range(53, 1_000, 53))
def test_a_damaged_workbook_is_told(tmp_path: Path, cut: int) -> None:
    bring("onet", written(tmp_path / "onet", ONET), tmp_path / "out")
    path = tmp_path / "national_M2024_dl.xlsx"
    write_xlsx(path, [{"OCC_CODE": "11-1011", "A_MEDIAN": "x" * cut, "TOT_EMP": -1}])
    content = bytearray(path.read_bytes())
    content[cut : cut + 40] = b"\xff" * 40
    path.write_bytes(content)
    with pytest.raises(UsageError, match="national"):
        bring("oews", path, tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("items_en.csv", b""),
        ("items_en.csv", b"\xff\xfe\x00" * 30),
        ("explicit_ratings_en.csv", b"item_id,user_id,created_at,rating\n1,u,2021-01-02,=1+1\n"),
        ("implicit_ratings_en.csv", b"item_id,user_id,created_at\n1,u," + b"9" * 5_000 + b"\n"),
    ],
)
def test_the_command_says_what_is_wrong(
    run: Run, tmp_path: Path, name: str, content: bytes
) -> None:
    folder = written(tmp_path / "in", MARS | {name: content})
    code, out, err = run("import", "mars", folder, "--out", tmp_path / "out")
    assert (code, out) == (2, "")
    assert name.removesuffix("_en.csv") in err
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_is_wrong_with_data(run: Run, tmp_path: Path) -> None:
    tables = {name: text.encode() for name, text in ORIGINALS["csv"].items()}
    folder = written(tmp_path / "in", tables | {"roles.csv": b"id,title\nr,\0\n\xff"})
    code, _, err = run("train", folder, "--out", tmp_path / "out")
    assert code == 2
    assert "roles.csv" in err
