"""Every ```python block of the README and the docs is run, and prints what the page says.

The blocks of a page share one namespace, from top to bottom. What `print` prints stands behind it
as a comment. Numbers may differ by one per cent, so that no example hangs on how a processor
rounds; everything else is compared as it stands.
"""

import contextlib
import io
import math
import re
from typing import Any

import pytest

from tests.docs.test_commands import PAGES, blocks

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
TOLERANCE = 0.01


def expectation(lines: list[str]) -> list[str]:
    """The comments behind the calls of print, one for each line that is printed."""
    found = []
    for line in lines:
        if line.lstrip().startswith("print("):
            assert "  # " in line, f"say behind it what it prints: {line}"
            found.append(line.rpartition("  # ")[2])
    return found


def agrees(printed: str, expected: str) -> bool:
    """Whether two lines are the same but for a hundredth of each number."""
    numbers = [float(one) for one in NUMBER.findall(printed)]
    wanted = [float(one) for one in NUMBER.findall(expected)]
    if NUMBER.sub("#", printed).split() != NUMBER.sub("#", expected).split():
        return False
    pairs = zip(numbers, wanted, strict=True)
    return all(math.isclose(one, other, rel_tol=TOLERANCE) for one, other in pairs)


def examples(page: str) -> list[tuple[int, list[str], list[str]]]:
    """(line, code, what it prints) of every python block."""
    python = [(line, code) for line, language, code in blocks(page) if language == "python"]
    return [(line, code, expectation(code)) for line, code in python]


@pytest.mark.parametrize("page", [page for page in PAGES if examples(page)])
def test_examples_print_what_the_page_says(page: str) -> None:
    names: dict[str, Any] = {}
    for line, code, expected in examples(page):
        output = io.StringIO()
        # The empty lines make a traceback name the page's own line.
        source = compile("\n" * (line - 1) + "\n".join(code), page, "exec")
        with contextlib.redirect_stdout(output):
            exec(source, names)
        printed = output.getvalue().splitlines()
        assert len(printed) == len(expected), f"{page}:{line}: {printed}"
        wrong = [
            (one, other)
            for one, other in zip(printed, expected, strict=True)
            if not agrees(one, other)
        ]
        assert not wrong, f"{page}:{line}: (printed, expected) {wrong}"


def test_the_readme_shows_the_network_in_ten_lines() -> None:
    _, code, expected = examples("README.md")[0]
    assert len([line for line in code if line]) <= 11
    assert len(expected) >= 3


def test_a_hundredth_of_a_number_is_forgiven_and_nothing_else() -> None:
    assert agrees("7 [13.5610, -2e-10]", "7 [13.5, -2.01e-10]")
    assert not agrees("13.561", "13.2")
    assert not agrees("8", "7")
    assert not agrees("True", "False")
    assert not agrees("1", "1 2")
