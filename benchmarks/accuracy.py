"""How often a model is right on MNIST's test images, and how far its probabilities can be trusted.

    python benchmarks/accuracy.py                     the bundled model
    python benchmarks/accuracy.py FILE.npz …          others, e.g. of `byhand train --seed 1`

ECE, the expected calibration error (Guo et al. 2017), is Σ_b n_b/n |accuracy_b − confidence_b| over
15 equal bins of the highest probability.
"""

import sys
from pathlib import Path

import numpy as np

from model.checkpoint import load_model, pretrained
from model.dataset import load_mnist_part
from model.metrics import accuracy

BINS = 15


def calibration_error(probabilities, labels) -> float:
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [(right[bins == b].sum() - confidence[bins == b].sum()) for b in range(BINS)]
    return float(np.abs(gaps).sum() / len(labels))


def main() -> None:
    images, labels = load_mnist_part("test")
    models = [load_model(Path(name)) for name in sys.argv[1:]] or [pretrained()]
    accuracies = []
    print(f"{'model':24} {'accuracy':>9} {'errors':>7} {'ECE':>7} {'temperature':>12}")
    for model in models:
        P = model.probabilities(images)
        accuracies.append(accuracy(P, labels))
        wrong = int((P.argmax(axis=1) != labels).sum())
        error = calibration_error(P, labels)
        figures = f"{accuracies[-1]:9.2%} {wrong:7} {error:7.4f} {model.temperature:12.3f}"
        print(f"{model.name:24} {figures}")
    if len(models) > 1:
        mean, deviation = np.mean(accuracies), np.std(accuracies, ddof=1)
        print(f"{len(models)} models: {mean:.2%} ± {deviation:.2%}")


if __name__ == "__main__":
    main()
