"""What is checked with each commit is what `make lint` checks, with the project's own tools."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
REPOSITORIES = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]


def test_hooks_are_the_commands_of_make_lint() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]
    tools = re.findall(r"^\t\$\(BIN\)/(\S+(?: [a-z]+)?)", recipe, re.M)
    entries = [hook["entry"] for repository in REPOSITORIES for hook in repository["hooks"]]
    assert [entry.removeprefix(".venv/bin/").partition(" --")[0] for entry in entries] == tools
    assert len(tools) == 4


def test_no_hook_is_downloaded() -> None:
    assert [repository["repo"] for repository in REPOSITORIES] == ["local"]
    hooks = REPOSITORIES[0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
