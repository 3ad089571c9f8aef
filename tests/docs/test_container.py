"""What can be held to of the container files without a container engine."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
BIN = Path(sys.executable).parent


def instruction(name: str) -> str:
    """The last stage's line that begins with `name`."""
    return [line for line in DOCKERFILE.splitlines() if line.startswith(name)][-1]


def test_the_image_holds_all_that_the_package_is_made_of() -> None:
    taken = {
        line.removeprefix("!").rstrip("/")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert taken == {"pyproject.toml", "LICENSE", project["project"]["readme"], *packages}


def test_the_image_does_not_run_as_root() -> None:
    assert instruction("USER ") == "USER byhand"


def test_the_image_listens_to_every_network_and_keeps_its_data_in_the_volume() -> None:
    environment = dict(pair.split("=", 1) for pair in shlex.split(instruction("ENV "))[1:])
    volume = instruction("VOLUME ").split()[1]
    assert environment["BYHAND_HOST"] == "0.0.0.0"
    assert environment["BYHAND_DATA_DIR"] == volume
    assert environment["BYHAND_PORT"] == instruction("EXPOSE ").split()[1]


@pytest.mark.parametrize("healthy", [True, False])
def test_the_health_check_tells_a_server_from_none(healthy: bool, live_server: str) -> None:
    check = json.loads(re.findall(r"CMD (\[.*\])", instruction("HEALTHCHECK "))[0])
    port = urlsplit(live_server).port if healthy else 9
    done = subprocess.run(
        [sys.executable, *check[1:]],
        env=os.environ | {"BYHAND_PORT": str(port)},
        capture_output=True,
        check=False,
    )
    assert (done.returncode == 0) == healthy


def test_what_the_image_starts_is_a_command_of_byhand() -> None:
    command, *arguments = json.loads(instruction("CMD ").removeprefix("CMD "))
    subprocess.run([BIN / command, *arguments, "--help"], check=True, capture_output=True)


@pytest.mark.parametrize("service", ["scheduler", "worker"])
def test_the_clusters_commands_have_the_options_they_are_given(service: str) -> None:
    command, *arguments = COMPOSE["services"][service]["command"]
    usage = subprocess.run(
        [BIN / command, arguments[0], "--help"], check=True, capture_output=True, text=True
    ).stdout
    options = {argument for argument in arguments if argument.startswith("--")}
    assert options <= set(re.findall(r"--[a-z-]+", usage))


def test_the_replicas_are_given_settings_that_exist() -> None:
    from app.settings import Settings

    names = {
        name.removeprefix("BYHAND_").lower()
        for name in COMPOSE["services"]["api"]["environment"]
        if name.startswith("BYHAND_")
    }
    assert names <= set(Settings.model_fields)
