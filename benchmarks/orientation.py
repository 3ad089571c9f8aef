"""Measures how surely upright digits are told from transposed ones, by samples of several sizes.

    python benchmarks/orientation.py [--strokes FILE]

Read are MNIST's training and test digits, and pen strokes of FILE (`docs/accuracy.md`), as they are
and transposed; then random samples of each, both ways. Printed are the shares that are read right,
how many samples were told wrongly, and the closest call.
"""

import argparse
import os
from pathlib import Path

from app.blas import ONE_THREAD

os.environ.update(ONE_THREAD)

import numpy as np
from pen_strokes import PENS, load_strokes, rasterise

from model.data.idx import load_mnist_part
from model.data.orientation import Reading, find_orientation, transposed
from model.serialization.checkpoint import pretrained

SIZES = {20: 200, 30: 200, 50: 200, 100: 200, 200: 200, 1000: 30}  # digits: samples


def row(name: str, images: np.ndarray, labels: np.ndarray, seed: int) -> str:
    """A row of the table: shares read right, samples told wrongly, the closest call."""
    reader = pretrained()
    rng = np.random.default_rng(seed)
    some = rng.choice(len(labels), min(1000, len(labels)), replace=False)
    whole = find_orientation(images[some], labels[some], reader)
    # Each image is read once in each way; a sample is judged by those that are in it.
    upright, turned = (
        reader.probabilities(kind).argmax(axis=1) == labels for kind in (images, transposed(images))
    )
    wrong, closest = 0, 1.0
    for size, samples in SIZES.items():
        for _ in range(samples):
            rows = rng.choice(len(labels), size, replace=False)
            shares = upright[rows].mean(), turned[rows].mean()
            given, other = Reading(size, *shares), Reading(size, *shares[::-1])
            wrong += (not given.upright) + (not other.transposed)
            closest = min(closest, abs(shares[0] - shares[1]))
    return f"| {name} | {whole.as_they_came:.1%} | {whole.turned:.1%} | {wrong} | {closest:.0%} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=Path, help="an .npz of pen strokes")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sets = {f"MNIST's {part} digits": load_mnist_part(part) for part in ("train", "test")}
    if options.strokes:
        digits, labels = load_strokes(options.strokes)
        sets["pen strokes"] = rasterise(digits, PENS["normal"]), labels
    print(f"{2 * sum(SIZES.values()):,} samples of each, half of them transposed.\n")
    print("| digits | read as they are | transposed | told wrongly | closest call |")
    print("|---|---|---|---|---|")
    for name, (images, labels) in sets.items():
        print(row(name, images[:10_000], labels[:10_000], options.seed), flush=True)


if __name__ == "__main__":
    main()
