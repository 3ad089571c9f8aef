"""The benchmarks of recognition run, and print a row for what they measure."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.imaging import decode
from model.data.idx import load_mnist_part

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(name: str, *arguments: object) -> str:
    command = [sys.executable, str(BENCHMARKS / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def row(output: str, name: str) -> list[str]:
    return next(line for line in output.splitlines() if line.startswith(name)).split()


@pytest.fixture
def strokes(tmp_path: Path) -> Path:
    """Two ones and a seven, and a seven that is labelled 3."""
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
    return file


def test_every_condition_of_uploads_is_made_and_read(tmp_path: Path) -> None:
    picture = tmp_path / "errors.png"
    output = run("robustness.py", "--examples", 2, "--errors", picture)
    lines = [line for line in output.splitlines()[3:] if line]
    assert len(lines) >= 41
    shares = [float(line[28:36].strip().rstrip("%")) for line in lines]
    assert min(shares) >= 50
    with Image.open(picture) as sheet:
        assert sheet.width > 1000


def test_every_condition_makes_a_readable_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 3 digits each: a picture that opens, with light and dark in it, the same each time."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    conditions = import_module("pictures").CONDITIONS
    digits = load_mnist_part("test")[0][:3].reshape(-1, 28, 28)
    for name, make in conditions.items():
        rng, again = np.random.default_rng(1), np.random.default_rng(1)
        for digit in digits:
            file = make(digit, rng)
            assert np.ptp(decode.decode(file)[0]) >= 96, name
            assert make(digit, again) == file, name


def test_conditions_are_chosen_by_parts_of_their_names_and_made_of_strokes(strokes: Path) -> None:
    """The four digits are all that there are; one that is labelled 3 is a seven."""
    output = run("robustness.py", "--only", "16x16|dark on li", "--strokes", strokes)
    assert output.startswith("4 digits of pen strokes, themselves read to 75.00%")
    names = [line[:28].strip() for line in output.splitlines()[3:]]
    assert names == ["dark on light", "16x16, PNG"]
    assert row(output, "dark on light")[3:8] == ["75.0%", "97.0%", "25.0%", "1.0%", "0.0%"]


def test_pen_strokes_are_drawn_and_read(tmp_path: Path, strokes: Path) -> None:
    """The seven that is labelled 3 counts as misread and is pictured."""
    picture = tmp_path / "errors.png"
    output = run("pen_strokes.py", "--strokes", strokes, "--errors", picture)
    for pen in ("thin", "normal", "thick"):
        cells = row(output, pen)
        assert (cells[2], cells[4], cells[8], cells[-1]) == ("100.0%", "0.0%", "100.0%", "75.00%")
    with Image.open(picture) as sheet:
        assert np.asarray(sheet)[11:, 6:34].max() == 255
