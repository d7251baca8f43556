"""The files that start a cluster have the settings that the search and docs/scaling.md count on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from indexer.qdrant.generations import OLDEST
from search.backends.address import QdrantAddress, location
from tests.qdrant import binary

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = ROOT / "deploy" / "qdrant" / "compose.yaml"
KUBERNETES = ROOT / "deploy" / "qdrant" / "kubernetes.yaml"
SHARDS = ROOT / "deploy" / "qdrant" / "shards.py"
SCALING = (ROOT / "docs" / "scaling.md").read_text("utf-8")

IMAGE = "qdrant/qdrant:v1.16.3-unprivileged"

#: Settings that every node has, wherever it is started.
SETTINGS = {
    "QDRANT__CLUSTER__ENABLED",
    "QDRANT__SERVICE__API_KEY",
    "QDRANT__SERVICE__READ_ONLY_API_KEY",
    "QDRANT__TELEMETRY_DISABLED",
    "QDRANT_INIT_FILE_PATH",
}


def fenced(language: str) -> list[str]:
    """The blocks of a language in docs/scaling.md."""
    return re.findall(rf"^```{language}\n(.*?)^```", SCALING, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text("utf-8"))


@pytest.fixture(scope="module")
def kinds() -> dict[str, dict[str, Any]]:
    documents = yaml.safe_load_all(KUBERNETES.read_text("utf-8"))
    return {each["kind"]: each for each in documents}


@pytest.fixture(scope="module")
def pod(kinds: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return kinds["StatefulSet"]["spec"]["template"]["spec"]


def test_compose_starts_three_nodes_that_find_each_other(compose: dict[str, Any]) -> None:
    assert {name: node["command"] for name, node in compose["services"].items()} == {
        "node1": "./entrypoint.sh --uri http://node1:6335 ${NODE1_BOOTSTRAP:-}",
        "node2": "./entrypoint.sh --bootstrap http://node1:6335 --uri http://node2:6335",
        "node3": "./entrypoint.sh --bootstrap http://node1:6335 --uri http://node3:6335",
    }
    assert [node["hostname"] for node in compose["services"].values()] == ["node1", "node2", "node3"]


@pytest.mark.parametrize("name", ["node1", "node2", "node3"])
def test_a_node_of_compose_is_closed_and_limited(compose: dict[str, Any], name: str) -> None:
    node = compose["services"][name]
    assert node["image"] == IMAGE
    assert set(node["environment"]) == SETTINGS
    assert node["environment"]["QDRANT__CLUSTER__ENABLED"] == "true"
    assert node["read_only"] is True
    assert node["cap_drop"] == ["ALL"]
    assert node["mem_limit"] == "${QDRANT_MEMORY:-8g}"
    assert [volume.partition(":")[2] for volume in node["volumes"]] == ["/qdrant/storage", "/qdrant/snapshots"]
    # Only the port of the HTTP interface, and only to this machine unless an address is given.
    assert [re.sub(":6[0-9]+:", ":N:", port) for port in node["ports"]] == ["${QDRANT_ADDRESS:-127.0.0.1}:N:6333"]


def test_volumes_of_compose_are_each_of_one_node(compose: dict[str, Any]) -> None:
    used = [volume.partition(":")[0] for node in compose["services"].values() for volume in node["volumes"]]
    assert sorted(used) == sorted(compose["volumes"])
    assert len(set(used)) == 6


def test_compose_starts_nothing_without_both_keys(compose: dict[str, Any]) -> None:
    settings = compose["services"]["node2"]["environment"]
    assert settings["QDRANT__SERVICE__API_KEY"].startswith("${IZDE_QDRANT_KEY:?")
    assert settings["QDRANT__SERVICE__READ_ONLY_API_KEY"].startswith("${QDRANT_READ_ONLY_KEY:?")


def test_ports_of_compose_are_those_of_the_address_in_the_documents(compose: dict[str, Any]) -> None:
    named = re.search(r"IZDE_INDEX=(qdrant://\S+)", SCALING)
    assert named
    address = location(named[1])
    assert isinstance(address, QdrantAddress)
    ports = [node["ports"][0].rsplit(":", 2)[1] for node in compose["services"].values()]
    assert [node.rpartition(":")[2] for node in address.nodes] == ports == ["6333", "6343", "6353"]


def test_docker_takes_the_files_for_compose(tmp_path: Path) -> None:
    if not _has_compose():
        pytest.skip("there is no docker compose here")
    (encrypted,) = [each for each in fenced("yaml") if each.startswith("# compose.tls.yaml")]
    (tmp_path / "compose.tls.yaml").write_text(encrypted, "utf-8")
    command = ["docker", "compose", "-f", str(COMPOSE), "-f", str(tmp_path / "compose.tls.yaml"), "config"]
    keys = {"IZDE_QDRANT_KEY": "full", "QDRANT_READ_ONLY_KEY": "read"}
    done = subprocess.run(command, env={**os.environ, **keys}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    node = yaml.safe_load(done.stdout)["services"]["node1"]
    assert node["environment"]["QDRANT__SERVICE__API_KEY"] == "full"
    assert node["environment"]["QDRANT__SERVICE__ENABLE_TLS"] == "true"
    without = subprocess.run(
        ["docker", "compose", "-f", str(COMPOSE), "config"],
        env={name: value for name, value in os.environ.items() if "KEY" not in name},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert without.returncode != 0
    assert "IZDE_QDRANT_KEY" in without.stderr


def _has_compose() -> bool:
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, timeout=30).returncode == 0


def test_the_variant_with_tls_is_of_the_same_nodes(compose: dict[str, Any]) -> None:
    (encrypted,) = [yaml.safe_load(each) for each in fenced("yaml") if each.startswith("# compose.tls.yaml")]
    for name, node in encrypted["services"].items():
        assert node["command"] == compose["services"][name]["command"].replace("http://", "https://")
        assert node["environment"] == {
            "QDRANT__SERVICE__ENABLE_TLS": "true",
            "QDRANT__CLUSTER__P2P__ENABLE_TLS": "true",
            "QDRANT__TLS__CERT": "/qdrant/tls/cert.pem",
            "QDRANT__TLS__KEY": "/qdrant/tls/key.pem",
            "QDRANT__TLS__CA_CERT": "/qdrant/tls/cacert.pem",
        }
    assert list(encrypted["services"]) == ["node1", "node2", "node3"]


def test_kubernetes_has_what_a_cluster_needs(kinds: dict[str, dict[str, Any]]) -> None:
    assert list(kinds) == ["Service", "ConfigMap", "StatefulSet", "PodDisruptionBudget", "NetworkPolicy"]
    labels = {"app.kubernetes.io/name": "qdrant"}
    stateful = kinds["StatefulSet"]["spec"]
    assert stateful["replicas"] == 3
    assert stateful["serviceName"] == kinds["Service"]["metadata"]["name"] == "qdrant"
    assert stateful["podManagementPolicy"] == "Parallel"
    assert kinds["Service"]["spec"]["clusterIP"] == "None"
    assert kinds["Service"]["spec"]["publishNotReadyAddresses"] is True
    assert kinds["Service"]["spec"]["selector"] == stateful["selector"]["matchLabels"] == labels
    assert labels.items() <= stateful["template"]["metadata"]["labels"].items()
    assert kinds["PodDisruptionBudget"]["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
    assert [each["metadata"]["name"] for each in stateful["volumeClaimTemplates"]] == ["storage", "snapshots"]


def test_a_pod_is_closed_and_limited(pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    assert container["image"] == IMAGE
    assert {each["name"] for each in container["env"]} == SETTINGS
    keys = [each["valueFrom"]["secretKeyRef"] for each in container["env"] if "valueFrom" in each]
    assert keys == [{"name": "qdrant-keys", "key": "key"}, {"name": "qdrant-keys", "key": "read-only-key"}]
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert container["resources"]["limits"]["memory"] == container["resources"]["requests"]["memory"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    (apart,) = pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart["topologyKey"] == "kubernetes.io/hostname"
    mounted = {each["mountPath"] for each in container["volumeMounts"]}
    assert mounted == {"/qdrant/storage", "/qdrant/snapshots", "/qdrant/init", "/qdrant/start"}


def test_only_nodes_reach_the_port_without_a_key(kinds: dict[str, dict[str, Any]]) -> None:
    rules = kinds["NetworkPolicy"]["spec"]["ingress"]
    allowed = {
        (source["podSelector"]["matchLabels"]["app.kubernetes.io/name"], port["port"])
        for rule in rules
        for source in rule["from"]
        for port in rule["ports"]
    }
    assert allowed == {("qdrant", 6333), ("qdrant", 6334), ("qdrant", 6335), ("izde", 6333)}


@pytest.mark.parametrize(
    ("host", "answering", "arguments"),
    [
        ("qdrant-0", False, "--uri http://qdrant-0.qdrant:6335"),
        ("qdrant-0", True, "--bootstrap http://qdrant-1.qdrant:6335 --uri http://qdrant-0.qdrant:6335"),
        ("qdrant-2", False, "--bootstrap http://qdrant-0.qdrant:6335 --uri http://qdrant-2.qdrant:6335"),
    ],
)
def test_a_pod_begins_a_cluster_or_joins_it(
    kinds: dict[str, dict[str, Any]], tmp_path: Path, host: str, answering: bool, arguments: str
) -> None:
    (tmp_path / "start.sh").write_text(kinds["ConfigMap"]["data"]["start.sh"], "utf-8")
    for name, content in (("entrypoint.sh", 'echo "$@"'), ("timeout", f"exit {0 if answering else 1}")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{content}\n", "utf-8")
        (tmp_path / name).chmod(0o755)
    settings = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOSTNAME": host}
    done = subprocess.run(["bash", "start.sh"], cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=10)
    assert done.stdout == f"{arguments}\n"


def test_the_image_is_the_server_that_is_tested_and_late_enough() -> None:
    version = IMAGE.removeprefix("qdrant/qdrant:v").removesuffix("-unprivileged")
    assert version == binary.VERSION
    assert tuple(map(int, version.split(".")[:2])) >= OLDEST
    named = {each for file in (COMPOSE, KUBERNETES) for each in re.findall(r"qdrant/qdrant:\S+", file.read_text())}
    assert named | set(re.findall(r"qdrant/qdrant:\S+", SCALING)) == {IMAGE}


def test_settings_of_the_documents_are_those_of_the_files() -> None:
    (by_hand,) = [each for each in fenced("sh") if each.startswith("QDRANT__")]
    assert {line.partition("=")[0] for line in by_hand.splitlines()} == SETTINGS
    variables = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE.read_text("utf-8")))
    assert variables == set(re.findall(r"^\| `((?:IZDE_)?(?:QDRANT|NODE1)_[A-Z_]+)` \|", SCALING, re.MULTILINE))


def test_no_file_holds_a_key() -> None:
    for file in (COMPOSE, KUBERNETES, SHARDS):
        text = file.read_text("utf-8")
        assert "kind: Secret" not in text
        assert re.findall(r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{32,}", text) == []


def test_every_file_of_yaml_in_the_documents_can_be_read() -> None:
    blocks = [yaml.safe_load(each) for each in fenced("yaml")]
    assert [next(iter(each)) for each in blocks] == ["x-tls", "scrape_configs", "groups"]


def test_messages_of_the_page_are_those_of_the_program() -> None:
    sources = [*(each for name in ("search", "indexer") for each in (ROOT / name).rglob("*.py")), ROOT / "izde.py"]
    program = re.sub(r'"\s*\n\s*f?"', "", "\n".join(source.read_text("utf-8") for source in sources))
    (table,) = re.findall(r"^\| message .*\n\|---.*\n((?:\|.*\n)+)", SCALING, re.MULTILINE)
    messages = [each for row in table.splitlines() for each in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert len(messages) > 25
    assert [each for each in messages if each not in program] == []
