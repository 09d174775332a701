"""Drift: told where something moved, silent where nothing did, and honest about small samples."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shared import Run
from test_retrain import record

from models import bundle
from models.bundle import Bundle
from models.domain import Kind
from service.held import LoggedEvent
from training.acceptance import at_training, counted
from training.drift import measure
from training.drift.stability import Verdict, shift, wilson
from training.erased import mark

NOW = 1.76e9
DAY = 86_400.0
ROLES = ("bakery-role", "joinery-role", "plumbing-role", "tailoring-role")


@pytest.fixture(scope="module")
def loaded(tiny_bundle: Path) -> Bundle:
    return bundle.read(tiny_bundle)


def again(loaded: Bundle, times: int) -> list[tuple[str, str, str, float, None, str]]:
    """What the learners of the training data did, done anew by others."""
    return [
        (
            f"{name}-{time}",
            act.credential,
            act.kind.value,
            NOW - DAY + place,
            None,
            f"{time}{place}",
        )
        for time in range(times)
        for name in loaded.histories.learners
        for place, act in enumerate(loaded.histories.of(name))
    ]


def decision(learner: str, loaded: Bundle, at: float, **more: Any) -> dict[str, Any]:
    return {
        "learner": mark("demo", learner), "at": at, "route": "recommendations",
        "bundle_version": loaded.version, "request": {"target_role": None}, "items": [],
    } | more  # fmt: skip


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {name: mix.get("verdict", "none") for name, mix in report["mixes"].items()}


def test_the_same_acts_have_not_moved(loaded: Bundle) -> None:
    report = measure(loaded, again(loaded, 4), [], "demo", NOW, 7)
    told = verdicts(report)
    assert told.pop("target roles") == "none"
    assert set(told) == {"kinds of act", "credentials", "issuers", "history at an act"}
    # There is one kind only, which cannot move.
    assert told.pop("kinds of act") == "none"
    assert set(told.values()) == {Verdict.STEADY}
    assert report["unseen"]["acts on credentials"]["unseen"] == 0


def test_acts_that_were_trained_on_are_not_what_came_before_them(loaded: Bundle) -> None:
    rows = [
        (name, act.credential, act.kind.value, act.at, None, f"{name}{place}")
        for name in loaded.histories.learners
        for place, act in enumerate(loaded.histories.of(name))
    ]
    latest = max(at for _, _, _, at, _, _ in rows)
    report = measure(loaded, rows, [], "demo", latest, 10_000)
    assert report["events"] == len(rows)
    bins = report["mixes"]["history at an act"]["bins"]
    assert [each["recent"] for each in bins] == [each["training"] for each in bins]


def test_what_moved_is_told_with_what_training_never_saw(loaded: Bundle) -> None:
    rows = [
        (f"l{i}", "bakery-0" if i % 2 else "brand-new", "complete", NOW - DAY, None, str(i))
        for i in range(300)
    ]
    asked = [
        decision(f"l{i}", loaded, NOW - DAY, request={"target_role": {"id": role, "words": False}})
        for i in range(600)
        for role in [ROLES[0] if i % 3 else "astronaut"]
    ]
    report = measure(loaded, rows, asked, "demo", NOW, 7)
    told = verdicts(report)
    assert told["issuers"] == Verdict.MUCH
    # Forty credentials of sixty learners: one in a bin of its own more or less tells nothing.
    assert told["credentials"] in (Verdict.MUCH, Verdict.TOO_SMALL)
    unseen = report["unseen"]
    assert unseen["acts on credentials"] | {"ci": []} == {"unseen": 150, "of": 300, "ci": []}
    assert unseen["answers for roles"]["unseen"] == 200
    assert unseen["learners"]["unseen"] == 300


def test_days_before_the_window_do_not_count_and_few_are_not_judged(loaded: Bundle) -> None:
    old = [(f"l{i}", "bakery-0", "complete", NOW - 30 * DAY, None, str(i)) for i in range(300)]
    few = [(f"m{i}", "bakery-0", "complete", NOW - DAY, None, f"m{i}") for i in range(5)]
    report = measure(loaded, [*old, *few], [], "demo", NOW, 7)
    assert report["events"] == 5
    assert verdicts(report)["credentials"] == Verdict.TOO_SMALL
    assert verdicts(measure(loaded, [], [], "demo", NOW, 7))["credentials"] == "none"


@pytest.mark.parametrize("share", [0.6, 0.05])
def test_calibration_and_scores_of_what_was_served(loaded: Bundle, share: float) -> None:
    """Each learner sees one list and takes the first item with the probability ``share``."""
    bins = loaded.manifest.metrics["scores"]
    edges, hits, items = (np.array(bins[name]) for name in ("edges", "hits", "items"))
    rng = np.random.default_rng(3)
    names = list(loaded.credentials.ids)
    rows, asked = [], []
    for i in range(400):
        score = float(edges[-1])
        shown = [{"credential": names[0], "score": score}]
        asked.append(decision(f"l{i}", loaded, NOW - DAY, items=shown))
        taken = names[0] if rng.random() < share else names[1]
        rows.append((f"l{i}", taken, "enrol", NOW - DAY / 2, None, str(i)))
    report = measure(loaded, rows, asked, "demo", NOW, 7)
    found = report["calibration"]
    place = int(np.searchsorted(edges, edges[-1], "right"))
    assert found["answers"] == 400
    assert found["predicted"] == pytest.approx(400 * hits[place] / items[place])
    expected = share / (hits[place] / items[place])
    assert found["ci"][0] < expected < found["ci"][1]
    assert found["verdict"] == (
        "taken less often" if expected < 0.9 else "taken more often than predicted"
    )
    # All scores of one bin, where training had a tenth in each.
    assert report["scores"]["verdict"] == Verdict.MUCH
    few = measure(loaded, rows[:9], asked[:9], "demo", NOW, 7)["calibration"]
    assert few["verdict"] == Verdict.TOO_SMALL


def test_answers_of_other_bundles_say_nothing_of_this_one(loaded: Bundle) -> None:
    other = decision("l", loaded, NOW - DAY, bundle_version="other")
    report = measure(loaded, [], [other], "demo", NOW, 7)
    assert set(report["absent"]) == {"scores", "calibration"}
    assert (report["answers"], report["by_this_bundle"]) == (1, 0)


def test_chance_alone_stays_below_what_it_is_said_to() -> None:
    rng = np.random.default_rng(1)
    share = np.full(10, 0.1)
    drawn = [shift(rng.multinomial(2000, share), rng.multinomial(500, share)) for _ in range(400)]
    above = np.mean([each.index > each.chance for each in drawn])
    assert 0.02 < above < 0.08
    assert {each.verdict for each in drawn} == {Verdict.STEADY}
    assert shift([50, 50], [1, 9]).verdict is Verdict.TOO_SMALL
    assert shift([500, 500], [400, 600]).verdict is Verdict.STEADY
    assert shift([500, 500], [320, 680]).verdict is Verdict.SOME
    assert shift([500, 500], [100, 900]).verdict is Verdict.MUCH


def test_intervals_of_shares() -> None:
    # Wilson's interval of 10 of 100, as tables have it.
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    low, high = wilson(0, 20)
    assert low == 0 < high < 0.2


def test_scores_are_counted_with_their_hits() -> None:
    from scipy.sparse import csr_array

    lists = np.array([[0, 1], [1, 2]], np.int32)
    scores = np.array([[1.0, 0.5], [0.9, np.nan]])
    told = at_training(lists, scores, csr_array(np.array([[0, 1, 0], [0, 1, 0]])))
    assert sum(told["items"]) == 3
    assert sum(told["hits"]) == 2
    assert counted(np.array([0.5]), np.array([0.2, 0.5, 0.7]), np.array([True, False, True])) == {
        "items": [1, 2],
        "hits": [1, 1],
    }


def test_the_command_prints_and_writes_what_it_found(
    run: Run, served: Path, tmp_path: Path
) -> None:
    events = [LoggedEvent(f"e{i}", f"l{i}", "bakery-0", Kind.VIEW, 1.0 + i / 10) for i in range(40)]
    record(tmp_path / "var", events)
    figures, page = tmp_path / "drift.json", tmp_path / "drift.html"
    code, out, _ = run("drift", served, "--days", "40000", "--json", figures, "--report", page)
    assert code == 0
    assert re.search(r"credentials +\d+ +40 +\d\.\d+ +\d\.\d+ +too small a sample", out)
    assert "Not measured: calibration" in out
    assert json.loads(figures.read_text())["events"] == 40
    html = page.read_text()
    assert html.count("<svg") >= 3
    assert "Population stability index" in html
