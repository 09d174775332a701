"""Where an answer's time goes: ``python -m load.flame --svg F``; see ``docs/scaling/flame.md``.

The service with one worker is asked as fast as it answers, nothing twice, while py-spy looks at
its stacks a hundred times a second. Its flame graph is written, and in how much of the serving
thread's time each of Cairn's functions was on the stack.
"""

from __future__ import annotations

import argparse
import re
import secrets
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any

from load.bench.prepare import prepare
from load.bench.rounds import Generator, Row
from load.bench.servers import Server, started

CONNECTIONS = 4
WARM = 10.0
RATE = 100
"""Looks a second; more would disturb what is looked at."""

FRAME = re.compile(r"<title>(\S+ \((?:models|service)/[^)]+\)) \(([\d,]+) samples, ")
"""One of Cairn's functions in a flame graph, and how many looks met it."""

TOP = "_run (service/server.py"
"""What the thread that serves is in all the time; others wait, which looks like work to py-spy."""


def main() -> int:
    """Look once."""
    chosen = _arguments()
    work = Path("var/bench")
    bundle = chosen.bundle or prepare(work, chosen.credentials, 2000, "minilm").bundle
    key = f"cairn_load_{secrets.token_urlsafe(32)}"
    with (
        tempfile.TemporaryDirectory(prefix="cairn-flame-") as folder,
        started(key, Path(folder) / "var", "cairn", "serve", "--bundle", str(bundle)) as server,
    ):
        file = Path(folder) / "flame.svg"
        before, meanwhile = look(server, chosen.seconds, file)
        drawn = plain(file.read_text())
    print(f"{before['rps']:.0f} answers a second, {meanwhile['rps']:.0f} while looked at;")
    print(f"{before['server_cpu_ms']:.1f} ms of processors for each, the store's included")
    for name, share in functions(drawn):
        if share >= chosen.least:
            print(f"{share:>7.1%}  {name}")
    chosen.svg.write_text(drawn)
    return 0


def look(server: Server, seconds: int, svg: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Draw where its time goes under load; what the generator saw before and meanwhile."""
    row = Row("cairn", server)
    with Generator(server.key, server.ids("learners"), server.ids("roles")) as generator:
        generator.slice(row, WARM, CONNECTIONS, None)
        before = generator.slice(row, WARM, CONNECTIONS, None)
        with ThreadPoolExecutor() as beside:
            load = beside.submit(generator.slice, row, seconds + 2.0, CONNECTIONS, None)
            spy = [str(Path(sys.executable).parent / "py-spy"), "record", "--function"]
            spy += ["--pid", str(server.pid), "--duration", str(seconds), "--rate", str(RATE)]
            subprocess.run([*spy, "--output", str(svg)], check=True, capture_output=True)
            return before, load.result()


def plain(svg: str) -> str:
    """The picture alone: without its script, and without the paths of this machine in its title."""
    svg = re.sub(r"<script.*?</script>|<!--.*?-->| onload=\"[^\"]*\"", "", svg, flags=re.DOTALL)
    return re.sub(r"(<text id=\"title\"[^>]*>)[^<]*", r"\1Where an answer's time goes", svg)


def functions(svg: str) -> list[tuple[str, float]]:
    """Cairn's functions, each with its share of what ran below ``TOP``, largest first. What calls
    itself is met several times at once, and counts as often. ``ValueError`` without ``TOP``.
    """
    found: dict[str, float] = {}
    for name, looks in FRAME.findall(unescape(svg)):
        found[name] = found.get(name, 0.0) + float(looks.replace(",", ""))
    whole = sum(looks for name, looks in found.items() if name.startswith(TOP))
    if not whole:
        raise ValueError(f"no look met {TOP}")
    return sorted(((name, looks / whole) for name, looks in found.items()), key=lambda x: -x[1])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load.flame", description=__doc__)
    parser.add_argument("--bundle", type=Path, help="what to serve; else a world is simulated")
    parser.add_argument("--credentials", type=int, default=10_000, help="of that world")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--least", type=float, default=0.01, help="share that is worth a line")
    parser.add_argument("--svg", type=Path, required=True, help="file for the flame graph")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
