"""Measures the accuracy on people's pen strokes: `python benchmarks/pen_strokes.py --strokes FILE`.

FILE is an .npz of digits as pen strokes: `points` (P, 2) x to the right and y downwards in a box of
500 x 500, `stroke_ends` (S,), `digit_ends` (N,), `labels` (N,). They are drawn with the page's own
JavaScript (static/js/draw/) in Node, at three pen widths, and read by a model.
Prints what share is right for each digit and pen, beside clean MNIST; --errors writes a picture.
"""

import argparse
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
from pictures import contact_sheet

from model.data.idx import load_mnist_part
from model.serialization.checkpoint import load_model, pretrained

SCRIPT = Path(__file__).with_name("raster_batch.mjs")
CANVAS, BOX = 280, 500
PENS = {"thin": 8, "normal": 18, "thick": 28}  # canvas units

Strokes = list[list[dict[str, float]]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=Path, required=True, help="the .npz file of strokes")
    parser.add_argument("--model", type=Path, help="weights (.npz); the bundled ones unless given")
    parser.add_argument("--errors", type=Path, help="write a picture of what was misread here")
    options = parser.parse_args()
    digits, labels = load_strokes(options.strokes)
    classifier = load_model(options.model) if options.model else pretrained()
    test_images, test_labels = load_mnist_part("test")
    read = {"MNIST": classifier.probabilities(test_images).argmax(axis=1) == test_labels}
    truth = {"MNIST": test_labels}
    for name, width in PENS.items():
        images = rasterise(digits, width)
        found = classifier.probabilities(images).argmax(axis=1)
        read[name], truth[name] = found == labels, labels
        if name == "normal" and options.errors:
            contact_sheet(images, labels, found).save(options.errors)
    print(f"{len(labels):,} digits as pen strokes, and the MNIST test images, right in per cent\n")
    print("pen     " + "".join(f"{digit:>8}" for digit in range(10)) + "     all")
    for name, right in read.items():
        each = [share(right[truth[name] == digit]) for digit in range(10)]
        print(f"{name:8}" + "".join(each) + f"{right.mean():8.2%}")


def share(right: np.ndarray) -> str:
    """A cell of the table; a dash where there is no such digit."""
    return f"{right.mean():8.1%}" if right.size else f"{'-':>8}"


def load_strokes(path: Path) -> tuple[list[Strokes], np.ndarray]:
    """The digits in canvas units, and their labels. One that runs over the edge is moved inside."""
    with np.load(path, allow_pickle=False) as file:
        points = file["points"].astype(np.float64) * (CANVAS / BOX)
        stroke_ends, digit_ends, labels = (
            file[name] for name in ("stroke_ends", "digit_ends", "labels")
        )
    strokes = np.split(points, stroke_ends[:-1])
    digits, first = [], 0
    for end in digit_ends:
        drawn = strokes[first:end]
        first = end
        every = np.concatenate(drawn)
        low, high = every.min(axis=0), every.max(axis=0)
        margin = max(PENS.values()) / 2
        shift = np.maximum(margin - low, 0) + np.minimum(CANVAS - margin - high, 0)
        digits.append([[{"x": x, "y": y} for x, y in (s + shift).tolist()] for s in drawn])
    return digits, labels


def rasterise(digits: list[Strokes], width: float) -> np.ndarray:
    """Draw with a pen of `width` and read as the page does, in one Node process: (n, 784)."""
    node = shutil.which("node")
    if node is None:
        raise SystemExit("Node is needed to run the page's JavaScript: apt-get install nodejs.")
    done = subprocess.run(
        [node, str(SCRIPT), "read", str(width)],
        input=json.dumps(digits).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, 784)


if __name__ == "__main__":
    main()
