"""Measures the accuracy on uploads in various conditions: `python benchmarks/robustness.py`.

Each test image is made into a file (benchmarks/pictures.py) that is classified as an upload; the
shares of right digits are printed. The goal is 97 % in each condition, 95 % for photos.
"""

import argparse
import time
from pathlib import Path

import numpy as np
from pictures import CONDITIONS
from PIL import Image

from app.errors import ProblemError
from app.imaging import decode
from model.classifier import Classifier
from model.data.idx import load_mnist_part
from model.errors import ByhandError
from model.preprocessing import normalize
from model.serialization.checkpoint import load_model, pretrained

GOAL, PHOTO_GOAL = 0.97, 0.95


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=500, help="test images a condition")
    parser.add_argument("--model", type=Path, help="weights (.npz); the bundled ones unless given")
    parser.add_argument("--only", default="", help="run the conditions whose name holds this")
    parser.add_argument("--errors", type=Path, help="write a picture of what was misread here")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    classifier = load_model(options.model) if options.model else pretrained()
    digits, labels = load_mnist_part("test")
    chosen = np.random.default_rng(options.seed).permutation(len(labels))[: options.examples]
    digits, labels = digits[chosen], labels[chosen]
    plain = (classifier.probabilities(digits).argmax(axis=1) == labels).mean()
    print(f"{options.examples} test images, themselves read to {plain:.2%}\n")
    print(f"{'condition':28}{'right':>8}{'goal':>7}{'refused':>9}{'ms each':>9}")
    misread: list[np.ndarray] = []
    for name in CONDITIONS:
        if options.only in name:
            misread += run(name, digits, labels, classifier, options.seed)
    if options.errors and misread:
        sheet(misread).save(options.errors)


def run(
    name: str, digits: np.ndarray, labels: np.ndarray, classifier: Classifier, seed: int
) -> list[np.ndarray]:
    """Print one condition's row; return the preparation of what was misread."""
    make, rng = CONDITIONS[name], np.random.default_rng(seed)
    seen = np.zeros((len(digits), 784), np.uint8)
    files, refused, seconds = [], 0, 0.0
    for i, digit in enumerate(digits):
        data = make(digit.reshape(28, 28), rng)
        files.append(data)
        start = time.perf_counter()
        try:
            seen[i] = normalize.to_mnist(decode.read_grey(data)).ravel()
        except (ByhandError, ProblemError):
            refused += 1
        seconds += time.perf_counter() - start
    right = classifier.probabilities(seen).argmax(axis=1) == labels
    right &= seen.any(axis=1)
    goal = PHOTO_GOAL if name.startswith("photo") else GOAL
    mark = "" if right.mean() >= goal else "  below"
    each = seconds / len(digits) * 1000
    print(f"{name:28}{right.mean():8.1%}{goal:7.0%}{refused:9}{each:9.2f}{mark}", flush=True)
    return [stages(files[i]) for i in np.flatnonzero(~right)[:12]]


def stages(data: bytes) -> np.ndarray:
    """The picture, the ink found in it and the 28x28, side by side."""
    try:
        made = decode.stages(data)
    except (ByhandError, ProblemError):
        return np.zeros((112, 336), np.uint8)
    cells = [made["grey"], made["ink"], made["input"]]
    return np.hstack([np.asarray(Image.fromarray(cell).resize((112, 112))) for cell in cells])


def sheet(rows: list[np.ndarray]) -> Image.Image:
    """A contact sheet, four to a row."""
    rows += [np.zeros_like(rows[0])] * (-len(rows) % 4)
    return Image.fromarray(np.vstack([np.hstack(rows[i : i + 4]) for i in range(0, len(rows), 4)]))


if __name__ == "__main__":
    main()
