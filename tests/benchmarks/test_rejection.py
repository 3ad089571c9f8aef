"""The benchmark of rejection runs, and prints a row for what it measures."""

from pathlib import Path

import numpy as np
from PIL import Image

from tests.benchmarks.test_recognition import row, run

MADE = (
    "letters, printed",
    "letters and signs, another hand",
    "scribbles",
    "two or three digits",
    "filled shapes",
    "painted scenes",
    "photos",
)


def test_every_kind_is_made_and_judged(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    grain = np.random.default_rng(0).integers(0, 256, (300, 200, 3), np.uint8)
    Image.fromarray(grain).save(photos / "grain.png")
    picture = tmp_path / "wrong.png"
    output = run("rejection.py", "--each", 8, "--pictures", photos, "--show", picture)
    for name in MADE:
        made, _, flagged, _ = row(output, name)[len(name.split()) : len(name.split()) + 4]
        assert made == "8"
        assert float(flagged.rstrip("%")) >= 50
    assert 0 < float(row(output, "MNIST's test digits")[4].rstrip("%")) <= 2
    assert float(row(output, "expected calibration error")[-1]) <= 0.01
    with Image.open(picture) as sheet:
        assert sheet.width == 29 * 40
