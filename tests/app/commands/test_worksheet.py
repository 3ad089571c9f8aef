"""`byhand worksheet`: sheets as one HTML file."""

from pathlib import Path
from typing import Any


def test_the_command_writes_a_page_that_needs_nothing_else(byhand: Any, tmp_path: Path) -> None:
    file = tmp_path / "sheets.html"
    options = ("--seed", 3, "--sheets", 2, "--solution", "--address", "http://class.local/")
    ran = byhand("worksheet", *options, "--output", file)
    assert ran.code == 0, ran.err
    text = file.read_text(encoding="utf-8")
    assert "http://class.local/exercises#level=3&amp;seed=4" in text
    assert "@page" in text
    assert "<link" not in text
    assert text.count("<article") == 4
    assert byhand("worksheet", "--seed", 3).out.startswith("<!doctype html>")
    assert byhand("worksheet", "--level", 4).code == 2
