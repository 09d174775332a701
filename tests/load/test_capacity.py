"""The capacity model adds up, and the page about scaling shows what it prints."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pytest
from shared import ROOT

from load.capacity import Machines, Measured, Usage, main, plan

PAGE = (ROOT / "docs" / "scaling.md").read_text()
SHOWN = re.findall(
    r"^```console\n\$ python -m load\.capacity([^\n]*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
)


def test_the_page_shows_two_tables() -> None:
    assert len(SHOWN) == 2


@pytest.mark.parametrize(
    ("arguments", "table"), SHOWN, ids=[each or "default" for each, _ in SHOWN]
)
def test_the_page_shows_what_is_printed(
    arguments: str, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(shlex.split(arguments)) == 0
    assert capsys.readouterr().out == table


@pytest.mark.parametrize(
    ("words", "value"),
    [
        (r"first time \| ([\d.]+) ms", Measured().answer_ms),
        (r"one a request \| ([\d.]+) ms", Measured().event_ms),
        (r"([\d.]+) µs alone", Measured().append_us),
        (r"memory, of one file \| ([\d.]+) bytes an interaction", Measured().row_bytes),
        (r"LightFM \| ([\d.]+) µs", Measured().epoch_us),
        (r"gets (\d+) answers", Usage().answers),
        (r"does (\d+) things", Usage().events),
        (r"minute is (\d+) times", Usage().peak),
    ],
)
def test_the_page_tells_the_model_s_figures(words: str, value: float) -> None:
    [found] = re.findall(words, PAGE)
    assert float(found) == value


def test_a_plan_is_what_its_formulas_say() -> None:
    usage = Usage(answers=30, events=3, months=10, peak=4, decision_days=365.25 / 12)
    measured = Measured(answer_ms=10, event_ms=1, event_bytes=100, decision_bytes=1000)
    found = plan(2_629_800, usage, measured, Machines(busy=0.5, replica_cores=4, node_gb=20))
    assert found.answers_per_second == pytest.approx(120)
    assert found.events_per_second == pytest.approx(12)
    assert found.cores == pytest.approx(2.424)
    assert found.replicas == 2
    assert found.events_gb == pytest.approx(7.8894)
    assert found.decisions_gb == pytest.approx(78.894)
    assert found.nodes == 5
    assert found.tenant_learners == pytest.approx(20e9 / 33_000)
    assert found.interactions == pytest.approx(78_894_000)
    dearer = plan(2_629_800, usage, replace(measured, answer_ms=100), Machines(busy=0.5))
    assert dearer.replicas == 4
