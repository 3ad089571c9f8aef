"""The answer of /predict, /predict/batch and `byhand predict`, made from the model's verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from model.confidence.rejection import Verdict

__all__ = ["answer", "answers"]


def answer(verdict: Verdict, row: int, model: str, classes: Sequence[str] = ()) -> dict[str, Any]:
    """The answer for one row of a verdict, as a dict that may hold NumPy arrays.

    `model` is the id or the file name of the network, `classes` are the names of its classes where
    they are no digits.
    """
    probabilities = verdict.trace.a[-1][row]  # (10,)
    digit = int(probabilities.argmax())
    reason = verdict.reasons[row]
    named = {"class": _name(digit, classes)} if classes else {}
    return {
        "digit": digit,
        **named,
        "confidence": probabilities[digit],
        "probabilities": probabilities,
        "uncertain": reason is not None,
        "reason": reason and str(reason),
        "model": model,
    }


def answers(verdicts: Sequence[Verdict], model: str, classes: Sequence[str] = ()) -> dict[str, Any]:
    """The answer for all images of several verdicts: one list for each field."""
    probabilities = np.concatenate([verdict.trace.a[-1] for verdict in verdicts])  # (n, 10)
    reasons = [reason for verdict in verdicts for reason in verdict.reasons]
    digits = probabilities.argmax(axis=1)
    named = {"classes": [_name(digit, classes) for digit in digits.tolist()]} if classes else {}
    return {
        "digits": digits,
        **named,
        "probabilities": probabilities,
        "uncertain": [reason is not None for reason in reasons],
        "reasons": [reason and str(reason) for reason in reasons],
        "model": model,
    }


def _name(digit: int, classes: Sequence[str]) -> str | None:
    return classes[digit] if digit < len(classes) else None
