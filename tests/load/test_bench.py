"""The benchmark runs, its rows add up, and its figures are computed right."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from shared import ROOT

from load.bench import rounds
from load.bench.generator import Load, precise
from load.bench.questions import REPEATED, Questions
from load.bench.rounds import Generator, Row
from load.bench.servers import Server
from load.bench.times import Spread, due, percentiles_ms

QUESTIONS = Questions("localhost", "key", tuple("abc"), ("x", "y"))
STALL = 0.3


def test_percentiles_are_times_of_requests() -> None:
    times = [i / 1000 for i in range(1, 101)]
    assert percentiles_ms(times) == pytest.approx({"p50": 51.0, "p95": 96.0, "p99": 100.0})
    with pytest.raises(ValueError, match="at least one"):
        percentiles_ms([])


def test_a_spread_is_median_and_range() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)


def test_an_open_loop_goes_by_the_clock() -> None:
    assert [due(10.0, 4.0, i) for i in range(3)] == [10.0, 10.25, 10.5]


def test_distinct_questions_never_repeat_and_repeated_ones_do() -> None:
    asked = [QUESTIONS.distinct(i) for i in range(60)]
    assert len(set(asked)) == 60
    assert {QUESTIONS.repeated(i) for i in range(60)} == {QUESTIONS.repeated(i) for i in range(3)}


def test_a_server_that_stands_still_is_charged_for_all_who_waited() -> None:
    answered = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        while head := await reader.read(65_536):
            assert head.startswith(b"POST /v1/recommendations")
            if answered == 10:
                await asyncio.sleep(STALL)
            answered += 1
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async def run() -> dict[str, float]:
        async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            told = {"host": "127.0.0.1", "port": port, "stream": "distinct", "first": 0,
                    "connections": 1, "seconds": 1.0, "rate": 100.0}  # fmt: skip
            found = await Load(QUESTIONS, told).run()
            await asyncio.sleep(0.1)  # until the server has seen the connection close
            return found

    with asyncio.Runner(loop_factory=precise) as runner:
        found = runner.run(run())
    assert found["requests"] == answered == 100
    assert found["failures"] == 0
    # One request met the stall; the thirty due meanwhile waited for what was left of it.
    assert found["p95"] > 1000 * STALL / 2
    assert found["p99"] >= 1000 * STALL * 0.9


@pytest.mark.parametrize(("rate", "asked"), [(None, 3), (4.0, 4)], ids=["at once", "by the clock"])
def test_a_connection_closed_while_it_rests_is_no_failure(rate: float | None, asked: int) -> None:
    opened = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal opened
        turn, opened = opened, opened + 1
        await reader.read(65_536)
        if rate is None:  # the others are done, and rest, long before the last
            await asyncio.sleep((0.02, 0.1, 0.5)[turn])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await asyncio.sleep(0.1)
        writer.close()

    async def run() -> dict[str, float]:
        async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
            port, connections = server.sockets[0].getsockname()[1], 3 if rate is None else 1
            told = {"host": "127.0.0.1", "port": port, "stream": "distinct", "first": 0,
                    "connections": connections, "seconds": 0.01 if rate is None else 1.0,
                    "rate": rate}  # fmt: skip
            found = await Load(QUESTIONS, told).run()
            await asyncio.sleep(0.2)  # until the server has seen the connections close
            return found

    with asyncio.Runner(loop_factory=precise) as runner:
        found = runner.run(run())
    assert (found["requests"], found["failures"], opened) == (asked, 0, asked)


def test_a_connection_closed_while_an_answer_is_awaited_is_a_failure() -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65_536)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await reader.read(65_536)
        writer.close()

    async def run() -> dict[str, float]:
        async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
            told = {"host": "127.0.0.1", "port": server.sockets[0].getsockname()[1],
                    "stream": "distinct", "first": 0, "connections": 1, "seconds": 0.3,
                    "rate": None}  # fmt: skip
            return await Load(QUESTIONS, told).run()

    with asyncio.Runner(loop_factory=precise) as runner:
        found = runner.run(run())
    assert (found["requests"], found["failures"]) == (1, 1)


def test_warming_up_ends_when_all_was_asked_however_slow_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rounds, "WARM", 0.2)
    asked: list[str] = []

    class Slow(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body["learner"]["id"])
            time.sleep(0.01)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nothing is told of what went well."""

    learners = [f"learner-{i:03}" for i in range(REPEATED + 50)]
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        row = Row("cairn", Server(server.server_port, os.getpid(), "key"), stream="repeated")
        with Generator("key", learners, ["role"]) as generator:
            once = generator.slice(row, rounds.WARM, row.connections, None)["requests"]
            assert once < REPEATED, "the server is not slow"
            asked.clear()
            generator.warm_up(row)
        server.shutdown()
    assert set(asked) == set(learners[:REPEATED])


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the small world of both short runs is made once."""
    return tmp_path_factory.mktemp("work")


def benched(work: Path, module: str, *arguments: str) -> str:
    small = ("--credentials", "300", "--learners", "150", "--text", "none", "--work", str(work))
    done = subprocess.run(
        [sys.executable, "-m", module, *small, *arguments], capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_short_run_adds_up(work: Path, tmp_path: Path) -> None:
    pytest.importorskip("rectools", reason="RecTools is not installed: its peer cannot run")
    file, page = tmp_path / "bench.json", tmp_path / "bench.html"
    told = benched(
        work, "load.bench", "--seconds", "6", "--rounds", "2", "--json", str(file), "--html",
        str(page),
    )  # fmt: skip
    [size] = json.loads(file.read_text())["sizes"]
    rows = size["rows"]
    assert list(rows) == ["cairn", "cairn_cached", "ceiling", "lightfm", "implicit", "rectools"]
    for row in rows.values():
        assert row["requests"] > 0
        assert row["rps"]["low"] <= row["rps"]["median"] <= row["rps"]["high"]
        assert row["p50_ms"]["median"] <= row["p95_ms"]["median"] <= row["p99_ms"]["median"]
        assert row["server_cpu_ms"]["median"] > 0
        assert 0 < row["memory_mb"]["pss"] <= row["memory_mb"]["rss"]
    assert size["ceiling_rps"] > size["cairn_rps"] > 0
    assert set(size["peers"]) == {"lightfm", "implicit", "rectools"}
    assert {"parse", "state", "rank", "explain", "serialise"} <= set(size["stages_ms"])
    assert all(goal["goal"] in told for goal in size["criteria"])
    assert "<svg" in page.read_text()


@pytest.mark.slow
def test_two_checkouts_are_asked_in_turn(work: Path, tmp_path: Path) -> None:
    other, file = tmp_path / "other", tmp_path / "against.json"
    other.mkdir()
    for name in ("service", "models"):
        (other / name).symlink_to(ROOT / name)
    own = "from pathlib import Path\nPath(__file__).with_name('begun').touch()\n"
    real = f"exec(compile(Path({str(ROOT / 'cairn.py')!r}).read_text(), 'cairn.py', 'exec'))\n"
    (other / "cairn.py").write_text(own + real)
    told = benched(
        work, "load.bench.against", str(other), "--seconds", "0.3", "--rounds", "2", "--json",
        str(file),
    )  # fmt: skip
    pairs = json.loads(file.read_text())
    asked = [("made anew", 4), ("given again", 16), ("given again", 64)]
    assert [(pair["asked"], pair["connections"]) for pair in pairs] == asked
    for pair in pairs:
        assert len(pair["here"]["full"]) == len(pair["there"]["half"]) == 2
        for name, kind in (("rps", "full"), ("p95", "half")):
            both = zip(pair["here"][kind], pair["there"][kind], strict=True)
            ratios = sorted(mine[name] / other[name] for mine, other in both)
            assert list(pair["ratios"][name].values()) == pytest.approx(
                [sum(ratios) / 2, ratios[0], ratios[1]]
            )
        assert pair["asked"] in told
    assert (other / "begun").exists(), "the other one's code was not run"
    with pytest.raises(AssertionError, match="holds no code of Cairn's"):
        benched(work, "load.bench.against", str(tmp_path))
