"""The alert rules and the dashboard ask for what a running service really tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

DOCS = Path(__file__).parents[2] / "docs"
RULES = yaml.safe_load((DOCS / "operations" / "alerts.yml").read_text())
DASHBOARD = json.loads((DOCS / "operations" / "dashboard.json").read_text())
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
TARGETS = [target for panel in DASHBOARD["panels"] for target in panel["targets"]]
OUTER = {"instance", "job"}
"""Labels that the scraper adds."""


def expressions() -> list[str]:
    """All PromQL; Grafana's own words stand for what it would put there."""
    shown = [target["expr"].replace("$__rate_interval", "5m") for target in TARGETS]
    return [rule["expr"] for rule in ALERTS] + shown


def selectors(node: Any) -> Iterator[Any]:
    """The vector selectors of a parsed expression."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node
    elif isinstance(node, promql_parser.MatrixSelector):
        yield node.vector_selector
    elif isinstance(node, promql_parser.Call):
        for argument in node.args:
            yield from selectors(argument)
    elif isinstance(node, promql_parser.BinaryExpr):
        yield from selectors(node.lhs)
        yield from selectors(node.rhs)
    elif isinstance(node, promql_parser.AggregateExpr | promql_parser.ParenExpr):
        yield from selectors(node.expr)
    else:
        assert isinstance(node, promql_parser.NumberLiteral), node


@pytest.fixture(scope="module")
def told(url: str, keys: Any) -> dict[str, dict[str, set[str]]]:
    """By name of a sample, each of its labels and the values seen, after some traffic."""
    headers = {"Authorization": f"Bearer {keys.fresh()}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        event = {"event_id": "o1", "learner_id": "ada", "credential_id": "c5"}
        assert client.post("/v1/events", json={"events": [event]}).status_code == 202
        asked = {"learner": {"id": "ada"}, "target_role": "odd"}
        for path in ("recommendations", "paths"):
            assert client.post(f"/v1/{path}", json=asked).status_code == 200
        text = client.get("/metrics").text
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    return found


def unknown(expression: str, told: dict[str, dict[str, set[str]]]) -> list[str]:
    """What the expression names that no sample has: metrics, labels, values of outcomes."""
    missing = []
    for selector in selectors(promql_parser.parse(expression)):
        labels = told.get(selector.name)
        if labels is None:
            missing.append(selector.name)
            continue
        for matcher in selector.matchers.matchers:
            if matcher.name not in labels.keys() | OUTER:
                missing.append(f"{selector.name}{{{matcher.name}}}")
            elif matcher.name in ("outcome", "kind", "part", "route"):
                test: Callable[[str], Any] = re.compile(matcher.value).fullmatch
                if not any(test(value) for value in labels[matcher.name]):
                    missing.append(f"{selector.name}{{{matcher.name}={matcher.value}}}")
    return missing


@pytest.mark.parametrize("expression", expressions())
def test_every_expression_parses_and_names_only_what_is_told(
    expression: str, told: dict[str, dict[str, set[str]]]
) -> None:
    assert list(selectors(promql_parser.parse(expression)))
    assert unknown(expression, told) == []


def test_what_is_not_told_is_found_out(told: dict[str, dict[str, set[str]]]) -> None:
    assert unknown("rate(cairn_nothing_total[5m])", told) == ["cairn_nothing_total"]
    assert unknown('cairn_answers_total{colour="red"}', told) == ["cairn_answers_total{colour}"]
    assert unknown('cairn_bundles_total{outcome="eaten"}', told) != []
    with pytest.raises(ValueError, match="unclosed"):
        promql_parser.parse("sum(rate(x[5m]) by")


def test_every_alert_is_whole_and_explained() -> None:
    page = (DOCS / "operations.md").read_text()
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS) >= 7
    for rule in ALERTS:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert re.fullmatch(r"\d+[mh]", rule.get("for", "1m"))
        assert f"### {rule['alert']}\n" in page, f"{rule['alert']} is not in the runbook"


def test_the_runbook_knows_no_other_alert() -> None:
    named = set(re.findall(r"^### (Cairn\w+)$", (DOCS / "operations.md").read_text(), re.MULTILINE))
    assert named == {rule["alert"] for rule in ALERTS}


def test_the_dashboard_is_laid_out_without_overlap() -> None:
    cells: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        mine = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & mine, panel["title"]
        cells |= mine
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
