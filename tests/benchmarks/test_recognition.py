"""The benchmarks of recognition run, and print a row for what they measure."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(name: str, *arguments: object) -> str:
    command = [sys.executable, str(BENCHMARKS / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def row(output: str, name: str) -> list[str]:
    return next(line for line in output.splitlines() if line.startswith(name)).split()


def test_every_condition_of_uploads_is_made_and_read(tmp_path: Path) -> None:
    picture = tmp_path / "errors.png"
    output = run("robustness.py", "--examples", 2, "--errors", picture)
    shares = [float(line[28:36].strip().rstrip("%")) for line in output.splitlines()[3:] if line]
    assert len(shares) >= 20
    assert min(shares) >= 50


def test_pen_strokes_are_drawn_and_read(tmp_path: Path) -> None:
    """Two ones and a seven; a seven that is labelled 3 counts as misread and is pictured."""
    one, seven = [[250, 100], [250, 400]], [[120, 100], [380, 100], [220, 420]]
    points = np.array(one + one + seven + seven, np.int16)
    file = tmp_path / "strokes.npz"
    np.savez(
        file,
        points=points,
        stroke_ends=np.array([2, 4, 7, 10], np.int32),
        digit_ends=np.array([1, 2, 3, 4], np.int32),
        labels=np.array([1, 1, 7, 3], np.uint8),
    )
    picture = tmp_path / "errors.png"
    output = run("pen_strokes.py", "--strokes", file, "--errors", picture)
    for pen in ("thin", "normal", "thick"):
        cells = row(output, pen)
        assert (cells[2], cells[4], cells[8], cells[-1]) == ("100.0%", "0.0%", "100.0%", "75.00%")
    with Image.open(picture) as sheet:
        assert np.asarray(sheet)[11:, 6:34].max() == 255
