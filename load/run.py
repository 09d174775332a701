"""Start the service on loopback, put Locust's mix on it for a while, say how it went.

``python -m load.run --bundle DIR --seconds 20``; everything started is stopped again.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from load.ports import free_port

START_SECONDS = 60


def main() -> int:
    """Measure once; 1 when any request failed."""
    arguments = _arguments()
    key = f"cairn_load_{secrets.token_urlsafe(32)}"
    with running_service(arguments.bundle, arguments.workers, key) as url:
        rows = locust(url, [key], arguments.users, arguments.seconds)
    show(rows)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps({"rows": rows}, indent=2) + "\n")
    return 1 if rows[-1]["failed"] or not rows[-1]["requests"] else 0


def show(rows: Sequence[dict[str, Any]]) -> None:
    """The rows as a table."""
    print(
        f"{'':>16}{'requests':>10}{'failed':>8}{'req/s':>9}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}"
    )
    for row in rows:
        print(
            f"{row['name']:>16}{row['requests']:>10}{row['failed']:>8}{row['rps']:>9.1f}"
            f"{row['p50_ms']:>8.0f}{row['p95_ms']:>8.0f}{row['p99_ms']:>8.0f}"
        )


@contextmanager
def running_service(bundle: Path, workers: int, key: str, **settings: str) -> Iterator[str]:
    """``cairn serve`` on a free port with data of its own and these further settings, by the names
    of their variables; yields its URL.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "cairn", "serve", "--bundle", str(bundle)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    with tempfile.TemporaryDirectory(prefix="cairn-load-") as var:
        own = {"CAIRN_VAR": var, "CAIRN_DEMO_KEY": key, "CAIRN_LOG_LEVEL": "warning", **settings}
        server = subprocess.Popen(command, env={**os.environ, **own})
        try:
            wait(server, url)
            yield url
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def wait(server: subprocess.Popen[bytes], url: str, seconds: float = START_SECONDS) -> None:
    """Until the service says that it is ready; ``SystemExit`` when it ends or takes too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit("the service could not start")
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - loopback
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise SystemExit(f"the service was not ready within {seconds} seconds")


def locust(
    url: str, keys: Sequence[str], users: int, seconds: int, every: float = 0.0
) -> list[dict[str, Any]]:
    """Put the mix on; a ``summary`` for each kind of request and one for ``all``.

    Each user waits ``every`` seconds from one request to the next.
    """
    mix = Path(__file__).with_name("locustfile.py")
    command = [sys.executable, "-m", "locust", "-f", str(mix), "--headless", "--json"]
    command += ["--host", url, "-u", str(users), "-r", str(users)]
    command += ["-t", f"{seconds}s", "--exit-code-on-error", "0", "--loglevel", "WARNING"]
    command += ["--only-summary", "--every", str(every), "--key", *keys]
    done = subprocess.run(command, capture_output=True, timeout=seconds + 60, check=True)
    stats: list[dict[str, Any]] = json.loads(done.stdout)
    if not stats or any(entry["num_failures"] for entry in stats):
        sys.stderr.write(done.stderr.decode())
    measured = [entry for entry in stats if not entry["name"].startswith("(")]
    return [*(summary(each["name"], [each]) for each in measured), summary("all", measured)]


def summary(name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Requests, failures, requests per second and percentiles (ms) over some entries."""
    times: dict[float, int] = {}
    for entry in entries:
        for time_ms, count in entry["response_times"].items():
            times[float(time_ms)] = times.get(float(time_ms), 0) + count
    requests = sum(entry["num_requests"] for entry in entries)
    began = min((entry["start_time"] for entry in entries), default=0.0)
    ended = max((entry["last_request_timestamp"] for entry in entries), default=1.0)
    return {
        "name": name,
        "requests": requests,
        "failed": sum(entry["num_failures"] for entry in entries),
        "rps": requests / max(ended - began, 1e-9),
        **{f"p{p}_ms": percentile(times, p / 100) for p in (50, 95, 99)},
    }


def percentile(times: dict[float, int], share: float) -> float:
    """The smallest time within which ``share`` of the counted requests were answered."""
    left = share * sum(times.values())
    for time_ms in sorted(times):
        left -= times[time_ms]
        if left <= 0:
            return time_ms
    return 0.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.run", description=__doc__)
    parser.add_argument("--bundle", type=Path, required=True, help="folder of the bundle to serve")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--users", type=int, default=32)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
