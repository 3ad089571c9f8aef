"""Two readings of one picture, where it is doubtful what is ink: which of them holds."""

from __future__ import annotations

from app.serving.inference import ImageVerdict
from model.confidence.rejection import Verdict
from model.messages import Message

__all__ = ["settle"]


def settle(usual: ImageVerdict, exchanged: ImageVerdict) -> ImageVerdict:
    """The reading that holds of the usual one and the one with light and dark exchanged.

    It is the one that is accepted, the usual one if none is; where both are and show different
    digits, the usual one with a reason that names both.
    """
    if _reason(exchanged) is not None:
        return usual
    if _reason(usual) is not None:
        return exchanged
    digits = [int(reading.trace.a[-1].argmax()) for reading in (usual, exchanged)]
    if digits[0] == digits[1]:
        return usual
    named = [Message(f"digit.{digit}") for digit in digits]
    reason = Message("reason.light_or_dark", {"digits": named})
    row = slice(usual.row, usual.row + 1)
    return ImageVerdict(Verdict(usual.trace, usual.verdict.kinds[row], [reason]), 0)


def _reason(reading: ImageVerdict) -> Message | None:
    return reading.verdict.reasons[reading.row]
