"""What is said of images that were read: the answer of /predict, and of `byhand predict`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from model.confidence.rejection import Verdict

__all__ = ["answer", "answers"]


def answer(verdict: Verdict, row: int, model: str) -> dict[str, Any]:
    """The digit in one image of a verdict, and how sure the network is; NumPy numbers are in it.

    `model` is the id or the file of the network that has read it.
    """
    probabilities = verdict.trace.a[-1][row]  # (10,)
    digit = int(probabilities.argmax())
    reason = verdict.reasons[row]
    return {
        "digit": digit,
        "confidence": probabilities[digit],
        "probabilities": probabilities,
        "uncertain": reason is not None,
        "reason": reason and str(reason),
        "model": model,
    }


def answers(verdicts: Sequence[Verdict], model: str) -> dict[str, Any]:
    """The same of all images of several verdicts, by column."""
    probabilities = np.concatenate([verdict.trace.a[-1] for verdict in verdicts])  # (n, 10)
    reasons = [reason for verdict in verdicts for reason in verdict.reasons]
    return {
        "digits": probabilities.argmax(axis=1),
        "probabilities": probabilities,
        "uncertain": [reason is not None for reason in reasons],
        "reasons": [reason and str(reason) for reason in reasons],
        "model": model,
    }
