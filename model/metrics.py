"""Accuracy and confusion matrix of a classifier's answers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ShapeError

__all__ = ["accuracy", "confusion_matrix"]


def accuracy(predicted: NDArray[Any], labels: NDArray[Any]) -> float:
    """The share of right answers, 0..1.

    `predicted` holds probabilities (n, classes), of which the largest counts, or classes (n,);
    `labels` is (n,). Raises ShapeError unless there is exactly one answer for each label, and at
    least one.
    """
    answers = predicted.argmax(axis=1) if predicted.ndim == 2 else predicted
    _check_lengths(answers, labels)
    return float((answers == labels).mean())


def confusion_matrix(
    labels: NDArray[Any], predicted: NDArray[Any], classes: int = 10
) -> NDArray[np.int64]:
    """C (classes, classes), where C[t, p] counts the examples of class t that were predicted as p.

    The diagonal counts right answers; row t sums to the number of examples of class t. Raises
    ShapeError when the arrays differ in length, are empty or hold values outside the classes.
    """
    _check_lengths(predicted, labels)
    pairs = np.stack([labels, predicted]).astype(np.int64)  # (2, n)
    if pairs.min() < 0 or pairs.max() >= classes:
        raise ShapeError(
            "metrics.classes", most=classes - 1, low=int(pairs.min()), high=int(pairs.max())
        )
    counts = np.bincount(pairs[0] * classes + pairs[1], minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


def _check_lengths(answers: NDArray[Any], labels: NDArray[Any]) -> None:
    if answers.shape != labels.shape or answers.ndim != 1 or not answers.size:
        raise ShapeError(
            "metrics.one_answer_each", answers=str(answers.shape), labels=str(labels.shape)
        )
