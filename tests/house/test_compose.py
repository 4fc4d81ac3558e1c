"""The compose file and the image, by reading them: the same processes as `make run`, safely set up."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
INSIDE_COMPOSE_ONLY = {"FP_PHONES_HOST", "FP_HUB_NUMBER"}
"""Of the training phones, which are no part of the hub and have settings of their own."""


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.removeprefix(name).strip() for line in joined.splitlines() if line.startswith(name + " ")]


def test_the_same_commands_as_the_procfile() -> None:
    lines = [line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines()]
    procfile = {tuple(shlex.split(command)) for name, command in lines if name != "valkey"}
    assert {tuple(service["command"]) for service in OURS.values()} == procfile


def test_valkey_keeps_its_file_like_the_embedded_one() -> None:
    words = " ".join(SERVICES["valkey"]["command"])
    assert "--appendonly yes --appendfsync everysec" in words
    assert "--maxmemory-policy noeviction" in words


def test_every_service_starts_again_and_is_watched() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("no" if name == "release" else "unless-stopped")
    watched = [name for name, service in SERVICES.items() if "healthcheck" not in service]
    assert watched == ["dashboard"], "the dashboard alone has the image's own health check"
    assert "/health/live" in instructions("HEALTHCHECK")[0]


def test_nobody_starts_before_the_database_is_prepared() -> None:
    for name, service in OURS.items():
        needs = {other: entry["condition"] for other, entry in service["depends_on"].items()}
        assert needs["postgres"] == "service_healthy"
        if name != "release":
            assert needs["release"] == "service_completed_successfully"
            assert needs["valkey"] == "service_healthy"


def test_urgent_work_has_two_of_each() -> None:
    assert all(
        SERVICES[name]["deploy"]["replicas"] >= 2 for name in ("dispatch", "alerts", "records", "ticker")
    )


def test_only_the_dashboard_publishes_a_port() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["dashboard"]
    assert len(SERVICES["dashboard"]["ports"]) == 1
    assert all("network_mode" not in service for service in SERVICES.values())


def test_the_phones_belong_to_training() -> None:
    assert SERVICES["phones"]["profiles"] == ["training"]
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["phones"]


def test_no_image_is_whatever_is_latest() -> None:
    images = [image.split()[0] for image in instructions("FROM")]
    images += [service["image"] for service in SERVICES.values()]
    for image in images:
        _, colon, tag = image.rpartition(":")
        assert colon, image
        assert tag != "latest"


def test_what_is_kept_is_in_named_volumes() -> None:
    named = set(yaml.safe_load(COMPOSE)["volumes"])
    mounted = {volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]}
    assert mounted == named


def test_it_runs_as_a_normal_user_who_can_do_little() -> None:
    assert instructions("USER") == ["firstpoint"]
    assert "useradd --uid 10001" in DOCKERFILE
    assert DOCKERFILE.index("\nUSER ") < DOCKERFILE.index("\nCMD ")
    for service in OURS.values():
        assert "user" not in service
        assert "privileged" not in service
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["read_only"] is True


def test_no_secret_is_baked_in() -> None:
    baked = " ".join(instructions("ENV") + instructions("ARG"))
    assert not re.search(r"SECRET|TOKEN|PASSWORD|KEY", baked)
    secret = re.findall(r"^\s+\w*(?:SECRET|TOKEN|PASSWORD)\w*: (.*)$", COMPOSE, re.MULTILINE)
    assert secret
    assert all(re.fullmatch(r"\$\{\w+:[?-][^}]*\}", value) for value in secret), secret
    allowed = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    assert "*" in (ROOT / ".dockerignore").read_text().splitlines(), "nothing goes in that is not named"
    assert not {"!data", "!.env", "!.git", "!.venv"} & set(allowed)


def test_everything_that_runs_goes_into_the_image() -> None:
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks", "demo_day"}
    assert {f"!{room}" for room in rooms | {"migrations", "requirements"}} <= set(allowed)


def test_every_variable_is_in_the_example() -> None:
    example = ROOT / ".env.example"
    if not example.exists():
        pytest.skip("THERE IS NO .env.example YET: nothing says which variables a hub needs")
    text = example.read_text()
    used = set(re.findall(r"\bFP_[A-Z_]+", COMPOSE + DOCKERFILE)) - INSIDE_COMPOSE_ONLY
    used |= set(re.findall(r"\$\{(\w+)", COMPOSE)) - INSIDE_COMPOSE_ONLY
    missing = {name for name in used if not re.search(rf"^#? ?{name}=", text, re.MULTILINE)}
    assert not missing
