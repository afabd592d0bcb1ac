"""What stands in deploy/: what is watched is there, and nothing is open that need not be."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bilik.services import metrics

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
OURS = ("rasa", "actions", "keeper", "web")
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


def told() -> dict[str, set[str]]:
    """Every series that a process may tell, with its labels."""
    found: dict[str, set[str]] = {}
    for family in metrics.registry.collect():
        for suffix in _SUFFIXES.get(family.type, ("",)):
            found[f"{family.name}{suffix}"] = {
                name for sample in family.samples for name in sample.labels
            }
    return found


def asked() -> Iterator[tuple[str, str]]:
    """Every expression of the dashboard and the rules, by where it stands."""
    board = json.loads((DEPLOY / "grafana" / "bilik.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            yield f"bilik.json: {panel['title']}", target["expr"]
    rules = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield f"rules.yml: {rule['alert']}", rule["expr"]


def test_every_figure_that_is_watched_is_told() -> None:
    known, watched = told(), list(asked())
    assert len(watched) > 30
    for where, expression in watched:
        names = re.findall(r"\b(?:bilik|process)_\w+", expression)
        assert [name for name in names if name not in known] == [], where
        assert names, where


def test_every_figure_of_bilik_s_is_watched() -> None:
    watched = " ".join(expression for _, expression in asked())
    families = {name for name in told() if name.startswith("bilik_")}
    families = {name for name in families if not name.endswith(("_sum", "_count"))}
    assert [name for name in sorted(families) if name not in watched] == []


def test_kinds_in_expressions_are_kinds_of_outcomes() -> None:
    kinds = {one.value for one in metrics.Kind}
    for where, expression in asked():
        for given in re.findall(r'kind=~?"([^"]+)"', expression):
            assert set(given.split("|")) <= kinds, where


def test_only_the_proxy_is_reached_from_outside(compose: dict[str, Any]) -> None:
    services, networks = compose["services"], compose["networks"]
    open_ports = {
        name: [one for one in service["ports"] if not one.startswith("127.0.0.1:")]
        for name, service in services.items()
        if "ports" in service
    }
    assert open_ports == {"proxy": ["443:8443"], "grafana": []}
    leading_out = {name for name, one in networks.items() if not one.get("internal")}
    assert leading_out == {"outside"}
    for name in ("actions", "keeper", "web", "postgres", "redis", "prometheus"):
        assert not leading_out & set(services[name]["networks"])
    on_data = {name for name, one in services.items() if "data" in one["networks"]}
    assert on_data == {*OURS, "postgres", "redis"}
    on_acts = {name for name, one in services.items() if "acts" in one["networks"]}
    assert on_acts == {"proxy", "rasa", "actions"}


def test_secrets_are_files_and_each_goes_only_to_who_uses_it(compose: dict[str, Any]) -> None:
    assert all(set(one) == {"file"} for one in compose["secrets"].values())
    users = {
        secret: {
            name for name, one in compose["services"].items() if secret in one.get("secrets", ())
        }
        for secret in compose["secrets"]
    }
    assert users == {
        "kunci_server": set(OURS), "basis_data": set(OURS), "sandi_postgres": {"postgres"},
        "sandi_grafana": {"grafana"}, "tls": {"proxy"},
    }  # fmt: skip
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            is_secret = re.search("SECRET|PASSWORD|TOKEN|DATABASE_URL", name)
            assert not is_secret or str(value).startswith("/run/secrets/"), name


def test_every_container_is_bounded_and_can_do_little(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["restart"] == "unless-stopped", name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        tag = service["image"].partition(":")[2]
        assert tag, name
        assert tag != "latest", name
        assert not service.get("privileged"), name
    # Keys of elections are on a disk that those who speak to voters do not see.
    with_keys = {
        name
        for name, one in compose["services"].items()
        if "bilik" in str(one.get("volumes")) and name in OURS
    }
    assert with_keys == {"keeper", "web"}


def test_the_image_runs_as_nobody_in_particular() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users == ["10001:10001"]
    assert not any(re.search(r"\blatest\b", line) for line in lines)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert [
        one for one in ignored if one.startswith("!") and re.search(r"env|var|models", one)
    ] == []


@pytest.mark.parametrize(
    "unit", sorted((DEPLOY / "systemd").glob("*.service")), ids=lambda one: one.name
)
def test_every_service_is_locked_in(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    for line in (
        "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
        "MemoryDenyWriteExecute=yes", "RestrictNamespaces=yes", "LimitCORE=0",
    ):  # fmt: skip
        assert f"\n{line}\n" in f"\n{text}\n"
    assert re.search(r"^User=(bilik|haproxy)$", text, re.MULTILINE)
    assert "SECRET_KEY=" not in text


def test_each_server_can_be_begun_by_its_name() -> None:
    script = (DEPLOY / "run").read_text(encoding="utf-8")
    subprocess.run(["sh", "-n", DEPLOY / "run"], check=True)
    subprocess.run(["sh", "-n", DEPLOY / "healthy"], check=True)
    for unit in (DEPLOY / "systemd").glob("bilik-*.service"):
        text = unit.read_text(encoding="utf-8")
        for role in re.findall(r"^ExecStart=/opt/bilik/deploy/run (\w+)", text, re.MULTILINE):
            assert f"\n{role})" in script or role in ("web", "backup")
