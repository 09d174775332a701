"""The Helm chart, rendered by Helm's own library; no cluster has taken it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python as helm
import pytest
import yaml

from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "deploy" / "helm" / "cairn"
NEEDED = {"bundleUrl": "s3://models/cairn", "secretName": "cairn", "keysSecretName": "keys"}


def rendered(**values: Any) -> dict[str, Any]:
    """What Helm makes of the chart, by kind."""
    with helm.Chart.load(str(CHART)) as chart:
        chart.validate_schema(NEEDED | values)
        texts = chart.render(NEEDED | values, name="paths", namespace="learning")
    parts = [part for text in texts.values() for part in yaml.safe_load_all(text) if part]
    return {part["kind"]: part for part in parts}


def container(workload: Any) -> Any:
    (only,) = workload["spec"]["template"]["spec"]["containers"]
    return only


def test_helm_finds_no_fault() -> None:
    assert not [
        each
        for each in helm.lint(str(CHART), NEEDED, strict=True)["messages"]
        if "icon" not in str(each)
    ]


def test_replicas_are_replaced_one_by_one_and_drain() -> None:
    found = rendered()
    assert set(found) == {
        "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget",
    }  # fmt: skip
    spec = found["Deployment"]["spec"]
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert "replicas" not in spec
    pod = spec["template"]
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    drained = values["drainSeconds"] + values["shutdownSeconds"]
    assert pod["spec"]["terminationGracePeriodSeconds"] > drained
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    inside = container(found["Deployment"])
    assert inside["securityContext"]["readOnlyRootFilesystem"] is True
    assert inside["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert inside["readinessProbe"]["httpGet"]["path"] == "/readyz"
    mounted = {each["name"] for each in inside["volumeMounts"]}
    assert mounted == {each["name"] for each in pod["spec"]["volumes"]}
    labels = pod["metadata"]["labels"]
    assert found["Service"]["spec"]["selector"] == labels == spec["selector"]["matchLabels"]
    assert found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels


def test_settings_are_ones_that_exist() -> None:
    known = {f"CAIRN_{name}".upper() for name in Settings.model_fields}
    env = container(rendered(tenantsConfigMapName="t")["Deployment"])["env"]
    assert {each["name"] for each in env} <= known


def test_with_persistence_each_replica_keeps_its_spool() -> None:
    found = rendered(persistence={"enabled": True}, autoscaling={"enabled": False})
    spec = found["StatefulSet"]["spec"]
    assert spec["volumeClaimTemplates"][0]["metadata"]["name"] == "var"
    assert spec["replicas"] == 2
    assert "Deployment" not in found


def test_the_alerts_are_those_of_the_docs() -> None:
    groups = yaml.safe_load((ROOT / "docs" / "operations" / "alerts.yml").read_text())
    found = rendered(serviceMonitor={"enabled": True}, **groups)
    assert found["PrometheusRule"]["spec"] == groups
    assert found["ServiceMonitor"]["spec"]["endpoints"][0]["path"] == "/metrics"


def test_retraining_is_scheduled_one_at_a_time_where_it_is_asked_for() -> None:
    assert "CronJob" not in rendered()
    spec = rendered(retrain={"enabled": True, "claimName": "learning"})["CronJob"]["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    pod = spec["jobTemplate"]["spec"]["template"]
    inside = container({"spec": {"template": pod}})
    assert inside["args"][:4] == ["retrain", "/data/data", "--url", NEEDED["bundleUrl"]]
    mounted = {each["name"] for each in inside["volumeMounts"]}
    assert mounted == {each["name"] for each in pod["spec"]["volumes"]}
    known = {f"CAIRN_{name}".upper() for name in Settings.model_fields}
    assert {each["name"] for each in inside["env"]} <= known


@pytest.mark.parametrize(
    "wrong",
    [
        {"bundleUrl": "models"},
        {"secretName": ""},
        {"worker": 2},
        {"workers": 0},
        {"retrain": {"enabled": True}},
    ],
)
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(helm.HelmError):
        rendered(**wrong)
