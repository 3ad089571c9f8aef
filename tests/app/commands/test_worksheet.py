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
    assert text.count('class="sheet"') == 2
    assert text.count('class="key"') == 1
    assert "D1 = (D2 W2ᵀ)" in text  # in the key alone
    assert ran.err == ""
    assert byhand("worksheet", "--seed", 3).out.startswith("<!doctype html>")
    assert byhand("worksheet", "--level", 4).code == 2


def test_an_address_that_no_phone_reaches_is_told(byhand: Any) -> None:
    assert "no phone reaches" in byhand("worksheet").err
    assert "no phone reaches" in byhand("worksheet", "--address", "http://127.0.0.1:9000").err
