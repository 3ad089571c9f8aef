"""Measures how well networks learn with a wrong gradient.

    python benchmarks/mistakes_in_training.py

A small network trains once with the right gradients and once with each form of each mistake that
gives gradients of the right shapes, from the same seed, each at the better of two learning rates.
Printed is the share of validation images that is read, and how many end near the right one. No test
image is looked at.
"""

import argparse
import os

from app.blas import ONE_THREAD

os.environ.update(ONE_THREAD)

import numpy as np

from model.data.idx import Split, load_mnist, split
from model.exercises import MISTAKES, Mistake
from model.exercises.mistakes import steps_with
from model.metrics import accuracy
from model.network import forward, initialize, one_hot

BATCH = 50
OTHER_SHAPES = {"transposed", "biases_not_summed", "biases_summed_along_units"}
NEAR = 0.03  # three points


def learnt(made: tuple[Mistake, ...], data: Split, rate: float, options) -> float:
    """The validation accuracy after training; 0 where it diverged."""
    steps = steps_with(*made)
    theta = initialize((784, options.hidden, 10), "sigmoid", np.random.default_rng(options.seed))
    x = (data.train_images / 255).astype(np.float32)
    y = one_hot(data.train_labels)
    for epoch in range(options.epochs):
        order = np.random.default_rng((options.seed, epoch)).permutation(len(x))
        for start in range(0, len(x), BATCH):
            rows = order[start : start + BATCH]
            grads = steps.run(theta, x[rows], y[rows]).grads
            for name, place in theta.arrays().items():
                with np.errstate(all="ignore"):
                    place -= np.float32(rate) * grads[f"d{name}"]
    with np.errstate(all="ignore"):
        P = forward(theta, (data.validation_images / 255).astype(np.float32)).a[-1]
    return accuracy(P, data.validation_labels) if np.isfinite(P).all() else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=4000)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--hidden", type=int, default=24)
    parser.add_argument("--rates", type=float, nargs="+", default=[0.1, 0.5])
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    data = split(load_mnist(), train_examples=options.examples)

    def best(*made: Mistake) -> float:
        return max(learnt(made, data, rate, options) for rate in options.rates)

    right = best()
    print(f"| row | form | reads |\n|---|---|---|\n| | the right gradient | {right:.1%} |")
    found = []
    for each in MISTAKES:
        if each.form not in OTHER_SHAPES:
            found.append(best(each))
            print(f"| {each.number} | {each.form} | {found[-1]:.1%} |", flush=True)
    near = sum(share >= right - NEAR for share in found)
    half = sum(share >= 0.5 for share in found)
    print(f"\n{near} of {len(found)} end within three points of the right one, or above; ", end="")
    print(f"{half} read more than half.")


if __name__ == "__main__":
    main()
