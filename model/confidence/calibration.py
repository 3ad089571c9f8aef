"""Probabilities that can be trusted: of what is read at 90 %, nine in ten should be right.

A network's logits are divided by one number, the temperature T, before the softmax. That changes no
answer, only how sure it is (Guo et al., *On Calibration of Modern Neural Networks*, 2017).
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.errors import ShapeError
from model.network import Array, softmax

__all__ = ["BINS", "calibrated", "expected_calibration_error", "fit_temperature", "reliability"]

COLDEST, HOTTEST = 0.05, 20.0  # where a few images, all of them right or wrong, would have no limit
HALVINGS = 40  # of that range: far more digits than are kept
BINS = 15  # as in Guo et al.


def calibrated(model: Classifier, images: NDArray[Any], labels: NDArray[Any]) -> Classifier:
    """The same model at the temperature that suits images (n, 784) which it has not learnt from."""
    return replace(model, temperature=fit_temperature(model.trace(images).z[-1], labels))


def fit_temperature(logits: Array, labels: NDArray[Any]) -> float:
    """T, 0.05 to 20, at which softmax(Z / T) has the least cross-entropy; Z (n, classes).

    With β = 1/T the loss  L(β) = mean_i (log sum_k exp(β Z_ik) − β Z_iy)  is convex, and its slope
    dL/dβ = mean_i (sum_k P_ik Z_ik − Z_iy)  rises: halving finds where it is 0.
    """
    if not len(labels) or logits.shape[:1] != labels.shape:
        raise ShapeError(
            "calibration.one_label_each", logits=str(logits.shape), labels=str(labels.shape)
        )
    z = logits.astype(np.float64)
    z -= z.max(axis=1, keepdims=True)
    right = z[np.arange(len(z)), labels]  # (n,)
    low, high = 1 / HOTTEST, 1 / COLDEST
    for _ in range(HALVINGS):
        beta = math.sqrt(low * high)
        slope = ((softmax(beta * z) * z).sum(axis=1) - right).mean()
        low, high = (low, beta) if slope > 0 else (beta, high)
    return round(1 / math.sqrt(low * high), 4)


def reliability(probabilities: Array, labels: NDArray[Any]) -> NDArray[np.float64]:
    """Images, mean confidence and accuracy in each of 15 equal bins of confidence: (15, 3).

    Confidence is the highest probability of a row of P (n, classes). An empty bin has zeros.
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
    """ECE = sum_b n_b/n |accuracy_b − confidence_b| over the bins of `reliability`; 0 is best."""
    count, confidence, correct = reliability(probabilities, labels).T
    return float(count @ np.abs(correct - confidence) / count.sum())
