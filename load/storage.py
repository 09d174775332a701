"""Object storage on loopback: an S3-compatible server that can be killed and started again."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

from load.ports import free_port

BUCKET = "models"
PATIENCE = 20.0


class Storage:
    """rclone's server over ``folder``, started when entered.

    ``url`` is a registry in it, whose objects are files in ``registry``; ``settings`` are the
    variables by which clients find and open it.
    """

    url = f"s3://{BUCKET}/cairn"

    def __init__(self, folder: Path) -> None:
        self.registry = folder / BUCKET / "cairn"
        (folder / BUCKET).mkdir(parents=True)
        self._port = free_port()
        self.settings = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._port}",
            "AWS_REGION": "local",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        self._folder = folder

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start the server and wait until it listens."""
        rclone = Path(sys.executable).parent / "rclone"
        self._server = subprocess.Popen(
            [rclone, "serve", "s3", self._folder, "--addr", f"127.0.0.1:{self._port}",
             "--config", "/dev/null", "--auth-key", "key,secret", "--vfs-cache-mode", "off"],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        give_up = time.monotonic() + PATIENCE
        while not self._listening():
            if time.monotonic() > give_up or self._server.poll() is not None:
                self.kill()
                raise RuntimeError("the object storage did not start")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL."""
        self._server.kill()
        self._server.wait()

    def _listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0
