"""The soak runs, says what grew, and fails where something did."""

import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


def judged(values: str) -> str:
    """The line of the table for handles of which these are the samples."""
    script = (
        f"import sys; sys.path.insert(0, {str(SOAK.parent)!r}); import soak; "
        f"flat = soak.judge(soak.CURVES[2], list({values})); sys.exit(0 if flat else 1)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == (0 if "| flat |" in done.stdout else 1), done.stderr
    return done.stdout


@pytest.mark.parametrize("values", ["[50] * 90", "[*range(30), *[40, 60] * 30]"])
def test_what_stays_as_it_is_is_flat(values: str) -> None:
    assert "| flat |" in judged(values)


def test_a_handle_that_leaks_with_every_few_requests_is_seen() -> None:
    assert "**grows**" in judged("range(50, 140)")


def test_a_short_one_prints_each_curve_and_is_answered_right() -> None:
    done = subprocess.run(
        [sys.executable, SOAK, "--minutes", "0.2"], capture_output=True, text=True
    )
    assert done.stdout.count("| flat |") + done.stdout.count("**grows**") == 5, done.stderr
    assert "| POST /predict |" in done.stdout
    assert "Wrong" not in done.stdout, done.stdout
