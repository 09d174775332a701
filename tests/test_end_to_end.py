"""The whole line on real data: import → train → serve → recommend → event → recommend."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import polars as pl
import pytest
from shared import ROOT

pytestmark = pytest.mark.slow

KEY = "cairn_demo_0123456789abcdef0123456789abcdef"
ROLE = "office clerk"
SETTINGS = {"components": 8, "folds": 2, "questions": 400, "rounds": 20}
"""Less of everything than by default, so that two cores need about a minute."""

OCCUPATIONS = 15
"""So many of ESCO's occupations stay, with the skills they ask for: texts take the time."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A user's environment without settings, but for where things go."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CAIRN_")}
    var = tmp_path_factory.mktemp("run") / "var"
    own = {"CAIRN_VAR": str(var), "CAIRN_DEMO_KEY": KEY, "CAIRN_TRACKING": "false"}
    return plain | own | {"PYTHONUNBUFFERED": "1"}


def cairn(environment: dict[str, str], *arguments: object) -> str:
    """Run one command to its end."""
    command = [sys.executable, "-m", "cairn", *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def data(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory, environment: dict[str, str]
) -> Path:
    """MARS and ESCO in one folder, then fewer occupations."""
    if not (shared_data / "esco_1_1_1").is_dir():
        pytest.skip(f"ESCO not found in {shared_data}; set CAIRN_DATA to the folder that holds it")
    folder = tmp_path_factory.mktemp("end") / "data"
    cairn(environment, "import", "mars", shared_data / "mars_en", "--out", folder)
    cairn(environment, "import", "esco", shared_data / "esco_1_1_1", "--out", folder)
    roles = pl.read_parquet(folder / "roles.parquet")
    assert roles.height > 3000
    chosen = pl.col("title").eq(ROLE) | pl.col("requirements").is_null()
    roles = pl.concat([roles.filter(chosen), roles.filter(~chosen).head(OCCUPATIONS)])
    named = roles["requirements"].explode().struct.field("skill").unique()
    skills = pl.read_parquet(folder / "skills.parquet").filter(pl.col("id").is_in(named.implode()))
    kept = skills["id"].to_list()
    broader = pl.col("broader").list.set_intersection(kept)
    roles.write_parquet(folder / "roles.parquet")
    skills.with_columns(broader).write_parquet(folder / "skills.parquet")
    return folder


@pytest.fixture(scope="module")
def registry(data: Path, environment: dict[str, str]) -> Path:
    config = data.parent / "config.json"
    config.write_text(json.dumps(SETTINGS))
    printed = cairn(environment, "train", data, "--config", config)
    root = Path(environment["CAIRN_VAR"]) / "bundles"
    version = (root / "current").read_text().splitlines()[0]
    assert version in printed
    return root


@contextmanager
def served(environment: dict[str, str]) -> Iterator[httpx.Client]:
    """The service as its command starts it, on a port of its own choice."""
    command = [sys.executable, "-m", "cairn", "serve", "--port", "0"]
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        url = re.search(r"http://\S+", line)
        assert url is not None, line
        headers = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=url[0].rstrip("/"), headers=headers, timeout=30) as client:
            yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_real_learner_is_led_towards_a_real_occupation(
    data: Path, registry: Path, environment: dict[str, str]
) -> None:
    interactions = pl.read_parquet(data / "interactions.parquet")
    met = interactions.group_by("learner_id").agg(pl.col("credential_id").unique())
    learner, history = met.filter(pl.col("credential_id").list.len() >= 8).sort("learner_id").row(0)
    roles = pl.read_parquet(data / "roles.parquet").filter(pl.col("title") == ROLE)
    role = roles["id"][0]
    required = {each["skill"] for each in roles["requirements"][0]}
    question = {"learner": {"id": learner}, "target_role": role, "limit": 20}

    with served(environment) as client:
        assert client.get("/readyz").status_code == 200
        model = client.get("/v1/model").json()
        assert model["bundle_version"] == (registry / "current").read_text().split()[0]

        def recommended(body: dict[str, object]) -> dict[str, object]:
            answer = client.post("/v1/recommendations", json=body)
            assert answer.status_code == 200, answer.text
            return dict(answer.json())

        first = recommended(question)
        items = first["items"]
        assert isinstance(items, list)
        assert (first["mode"], first["degraded"]) == ("personalised", [])
        assert len(items) == 20
        ids = [item["credential"] for item in items]
        assert not set(ids) & set(history)
        scores = [item["score"] for item in items]
        assert scores == sorted(scores, reverse=True)
        assert all(item["reasons"] for item in items)
        gap = first["gap"]
        assert isinstance(gap, dict)
        assert {each["skill"] for each in gap["skills"]} == required
        closing = [item for item in items if item["closes"]]
        assert closing
        for item in closing:
            assert item["gap_after"] < gap["before"]
            assert {each["skill"] for each in item["closes"]} <= required

        by_text = recommended(question | {"target_role": {"text": "administrative office work"}})
        assert by_text["gap"] is not None

        event = {"event_id": "e1", "learner_id": learner, "credential_id": closing[0]["credential"]}
        for expected in ({"accepted": 1, "duplicates": 0}, {"accepted": 0, "duplicates": 1}):
            answer = client.post("/v1/events", json={"events": [event | {"kind": "complete"}]})
            assert answer.status_code == 202, answer.text
            assert answer.json() == expected

        second = recommended(question)
        now = second["items"]
        assert isinstance(now, list)
        assert closing[0]["credential"] not in {item["credential"] for item in now}
        after = second["gap"]
        assert isinstance(after, dict)
        assert after["before"] == pytest.approx(closing[0]["gap_after"], abs=1e-4)

    with served(environment) as client:  # the event outlives the service
        answer = client.post("/v1/recommendations", json=question)
        assert answer.json()["items"] == now
