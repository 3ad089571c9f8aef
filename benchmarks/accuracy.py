"""Measures a model's accuracy on MNIST's test images, and the calibration of its probabilities.

    python benchmarks/accuracy.py                     the bundled model
    python benchmarks/accuracy.py FILE.npz …          others, e.g. of `byhand train --seed 1`
    python benchmarks/accuracy.py --errors FILE.png   and a picture of what the first one misread

ECE, the expected calibration error, is defined in `model.confidence.calibration`.
"""

import argparse
from pathlib import Path

import numpy as np
from pictures import contact_sheet

from model.confidence.calibration import expected_calibration_error
from model.data.idx import load_mnist_part
from model.metrics import accuracy
from model.serialization.checkpoint import load_model, pretrained


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="*", help="weights (.npz)")
    parser.add_argument("--errors", type=Path, help="write a picture of what was misread here")
    options = parser.parse_args()
    images, labels = load_mnist_part("test")
    models = [load_model(path) for path in options.models] or [pretrained()]
    accuracies, sheet = [], None
    print(f"{'model':24} {'accuracy':>9} {'errors':>7} {'ECE':>7} {'temperature':>12}")
    for model in models:
        P = model.probabilities(images)
        found = P.argmax(axis=1)
        sheet = sheet or contact_sheet(images, labels, found, columns=20)
        accuracies.append(accuracy(P, labels))
        wrong, ece = int((found != labels).sum()), expected_calibration_error(P, labels)
        figures = f"{accuracies[-1]:9.2%} {wrong:7} {ece:7.4f} {model.temperature:12.3f}"
        print(f"{model.name:24} {figures}")
    if len(models) > 1:
        mean, deviation = np.mean(accuracies), np.std(accuracies, ddof=1)
        print(f"{len(models)} models: {mean:.2%} ± {deviation:.2%}")
    if options.errors and sheet:
        sheet.save(options.errors)


if __name__ == "__main__":
    main()
