"""SECURITY.md: every test that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_test_that_it_names_is_there() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 8
    for row in rows:
        held_by = row.rstrip(" |").rpartition("|")[2]
        folder = ROOT
        for name in re.findall(r"`([^`]+)`|\]\(([^)#]+)", held_by):
            path = name[0] or name[1]
            at = ROOT / path if "/" in path else folder / path
            assert at.exists(), path
            folder = at.parent
        assert re.search(r"`tests/|\(docs/", held_by), row


def test_every_setting_that_it_names_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for setting in set(re.findall(r"BYHAND_[A-Z_]+", PAGE)):
        assert f"| `{setting}` |" in readme
