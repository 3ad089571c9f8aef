"""Every relative link of the README and the docs leads somewhere, and every file named is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
TODAY = [page for page in PAGES if page.parent.name != "decisions"]  # those tell of the past too
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")

PATH = re.compile(r"`((?:app|benchmarks|docs|model|scripts|static|tests)/[\w./-]*)`")
MADE_UP = re.compile(r"NAME|/(?:messages|words)/\w\w\.")  # what a recipe would have one add


def anchors(page: Path) -> set[str]:
    """The names that headings get on the web: lower case, hyphens, no punctuation."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text()):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {path}"
        if anchor:
            assert anchor in anchors(target), f"{page.name}: {path}#{anchor}"


@pytest.mark.parametrize("page", TODAY, ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = {path for path in PATH.findall(page.read_text()) if not MADE_UP.search(path)}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
