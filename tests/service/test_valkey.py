"""The embedded server's life: it starts, says why it cannot, and never stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.errors import StoreUnavailable
from service import valkey
from service.valkey import embedded_valkey


def server_pid(folder: Path) -> int:
    return int((folder / "valkey.pid").read_text())


def gone(pid: int, patience: float = 10.0) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_the_server_leaves_with_the_block(tmp_path: Path) -> None:
    with embedded_valkey(tmp_path / "v"):
        pid = server_pid(tmp_path / "v")
    assert gone(pid)


def test_a_killed_owner_takes_the_server_along(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    code = (
        "import sys, time, pathlib\n"
        "from service.valkey import embedded_valkey\n"
        "with embedded_valkey(pathlib.Path(sys.argv[1])):\n"
        "    print('up', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        pid = server_pid(folder)
        os.kill(owner.pid, signal.SIGKILL)
    assert gone(pid)
    with embedded_valkey(folder) as url:  # the folder is free again
        assert url.startswith("unix://")


def test_two_services_cannot_share_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "PATIENCE", 0.2)
    with (
        embedded_valkey(tmp_path / "v"),
        pytest.raises(StoreUnavailable, match=r"in use.*CAIRN_REDIS_URL"),
        embedded_valkey(tmp_path / "v"),
    ):
        pass


def test_a_server_that_cannot_start_says_so_and_names_the_setting(tmp_path: Path) -> None:
    folder = tmp_path / "v"
    (folder / "appendonlydir").mkdir(parents=True)
    (folder / "appendonlydir" / "appendonly.aof.manifest").write_text("not a manifest\n")
    expected = pytest.raises(StoreUnavailable, match=r"cannot start(.|\n)*CAIRN_REDIS_URL")
    with expected, embedded_valkey(folder):
        pass
    manifest = folder / "appendonlydir" / "appendonly.aof.manifest"
    assert manifest.read_text() == "not a manifest\n"


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    expected = pytest.raises(StoreUnavailable, match="cannot use")
    with expected, embedded_valkey(tmp_path / "file" / "v"):
        pass
