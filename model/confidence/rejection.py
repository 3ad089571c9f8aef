"""When to say "I don't know", and why.

A network that knows ten digits finds one in everything. So a second one, in `confidence.detector`,
looks whether there is a single digit at all. With P (10,) the classifier's probabilities and K
(6,) the detector's, of which K_0 is that of a single digit, the answer is given for sure when

    K_0 · max_k P_k ≥ 1/2

that is, when it is more likely than not both a digit and this one.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.confidence.detector import detector
from model.messages import Message
from model.network import Array, Trace, forward
from model.synthesis import negatives

__all__ = ["KINDS", "Verdict", "judge", "reasons"]

LEAST = 0.5  # probability of being a digit and this one
WORTH_NAMING = 0.12  # probability of a digit that "it could be"
MOST_NAMED = 3

#: What the detector tells apart, and what is said of all but the first.
KINDS = ("digit", *negatives.KINDS)
REASONS = {
    "letter or sign": Message("reason.letter_or_sign"),
    "scribble": Message("reason.scribble"),
    "several digits": Message("reason.several_digits"),
    "filled shape": Message("reason.filled_shape"),
    "picture": Message("reason.picture"),
}
NOTHING_FITS = Message("reason.nothing_fits")


class Verdict(NamedTuple):
    """What is made of n images: the classifier's trace, K (n, 6), and why each is in doubt."""

    trace: Trace
    kinds: Array
    reasons: list[Message | None]  # None: it is not


def judge(model: Classifier, pixels: NDArray[Any]) -> Verdict:
    """Read images (n, 784), 0..255, and tell which answers are uncertain."""
    trace, second = model.trace(pixels), detector()
    # Where both look alike, what the first was shown serves the second too.
    alike = (model.deskew, model.features) == (second.deskew, second.features)
    x = trace.a[0] if alike else second.prepare(pixels)
    kinds = forward(second.parameters, x).a[-1]
    return Verdict(trace, kinds, reasons(trace.a[-1], kinds))


def reasons(P: Array, K: Array) -> list[Message | None]:
    """Why each row of P (n, 10) and K (n, 6) is uncertain; None where it is not."""
    highest = P.max(axis=1)
    sure = K[:, 0] * highest >= LEAST
    return [
        None if sure[i] else _reason(P[i], K[i], digit=K[i, 0] >= highest[i])
        for i in range(len(sure))
    ]


def _reason(p: Array, k: Array, digit: bool) -> Message:
    if not digit:
        return REASONS[KINDS[1 + int(k[1:].argmax())]]
    named = np.flatnonzero(p >= WORTH_NAMING)
    if not 2 <= len(named) <= MOST_NAMED:
        return NOTHING_FITS
    digits = [Message(f"digit.{one}") for one in named.tolist()]  # "an 8", where words are put
    return Message("reason.could_be", {"digits": digits})
