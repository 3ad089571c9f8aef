"""Calibration by temperature scaling: of answers given at 90 %, about nine in ten are right.

A network's logits are divided by one number, the temperature T, before the softmax. That changes no
answer, only its probability (Guo et al., *On Calibration of Modern Neural Networks*, 2017).
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.data.idx import Dataset, Split
from model.errors import ShapeError
from model.metrics import accuracy
from model.network import Array, softmax

__all__ = [
    "BINS",
    "LEAST_ERRORS",
    "calibrated",
    "calibrated_and_tested",
    "expected_calibration_error",
    "fit_temperature",
    "reliability",
]

LOWEST, HIGHEST = 0.05, 20.0  # of T
PRIOR = 4.0  # a of the prior: log T within about 1/sqrt(a) of 0, unless many images say otherwise
LEAST_ERRORS = 10  # among held-out answers, from which on it is told how often they are wrong
BISECTIONS = 40  # of that range: far more precise than the four decimals that are kept
BINS = 15  # as in Guo et al.


def calibrated(model: Classifier, images: NDArray[Any], labels: NDArray[Any]) -> Classifier:
    """The same model with its temperature fitted to held-out images (n, 784) and labels (n,).

    They must not be among the training images, of which a network is too confident. With fewer than
    LEAST_ERRORS of them read wrong, the result has `few_errors`.
    """
    logits = model.trace(images).z[-1]
    wrong = int((logits.argmax(axis=1) != labels).sum())
    temperature = fit_temperature(logits, labels)
    return replace(model, temperature=temperature, few_errors=wrong < LEAST_ERRORS)


def calibrated_and_tested(model: Classifier, held_back: Split, dataset: Dataset) -> Classifier:
    """A trained model made ready for use: calibrated, and told how much of the test set it reads.

    Its temperature comes from the validation images of `held_back`, its `test_accuracy` from the
    test images of `dataset`.
    """
    model = calibrated(model, held_back.validation_images, held_back.validation_labels)
    right = accuracy(model.probabilities(dataset.test_images), dataset.test_labels)
    return replace(model, test_accuracy=right)


def fit_temperature(logits: Array, labels: NDArray[Any], prior: float = PRIOR) -> float:
    """T, 0.05 to 20, the most probable one after n answers; Z is (n, classes).

    With β = 1/T the cross-entropy  L(β) = sum_i (log sum_k exp(β Z_ik) − β Z_iy)  would have its
    least value at β = ∞ where every answer is right. So β has a gamma prior with its mode at 1,
    −log p(β) = a (β − 1 − log β)  with a = `prior`, which weighs little once n is in the hundreds.
    Both are convex, so the slope  sum_i (sum_k P_ik Z_ik − Z_iy) + a (1 − 1/β)  increases, and
    bisection finds its zero. Raises ShapeError unless there is one label for each row, and at least
    one.
    """
    if not len(labels) or logits.shape[:1] != labels.shape:
        raise ShapeError(
            "calibration.one_label_each", logits=str(logits.shape), labels=str(labels.shape)
        )
    z = logits.astype(np.float64)
    z -= z.max(axis=1, keepdims=True)
    right = z[np.arange(len(z)), labels]  # (n,)
    low, high = 1 / HIGHEST, 1 / LOWEST
    for _ in range(BISECTIONS):
        beta = math.sqrt(low * high)
        slope = ((softmax(beta * z) * z).sum(axis=1) - right).sum() + prior * (1 - 1 / beta)
        low, high = (low, beta) if slope > 0 else (beta, high)
    return round(1 / math.sqrt(low * high), 4)


def reliability(probabilities: Array, labels: NDArray[Any]) -> NDArray[np.float64]:
    """The reliability diagram: for each of 15 equal bins of confidence a row of (15, 3).

    A row holds the number of images, their mean confidence and their accuracy, zeros for an empty
    bin. Confidence is the highest probability of a row of P (n, classes).
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
    count, sure, correct = (
        np.bincount(bins, weights, minlength=BINS)
        for weights in (np.ones(len(bins)), confidence, right)
    )
    filled = np.maximum(count, 1)
    return np.stack([count, sure / filled, correct / filled], axis=1)


def expected_calibration_error(probabilities: Array, labels: NDArray[Any]) -> float:
    """ECE = sum_b n_b/n |accuracy_b − confidence_b| over the bins of `reliability`, 0..1."""
    count, confidence, correct = reliability(probabilities, labels).T
    return float(count @ np.abs(correct - confidence) / count.sum())
