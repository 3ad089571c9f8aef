"""Rejection: which answers are uncertain, and why.

A classifier of ten digits finds a digit in every image. So the detector of `confidence.detector`
tells whether there is a single digit at all. With P (10,) the classifier's probabilities and K (6,)
the detector's, K_0 that of a single digit, an answer is accepted when

    K_0 · max_k P_k ≥ 1/2

that is, when the image is more likely than not a digit, and this one. Where a classifier's classes
are no digits, max_k P_k alone is compared.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.classifier import Classifier
from model.confidence.detector import detector
from model.messages import Message
from model.network import Array, Trace, forward
from model.synthesis import negatives

__all__ = ["KINDS", "Verdict", "predict_or_reject", "reasons"]

THRESHOLD = 0.5  # probability of being a digit and this one, below which an answer is rejected
WORTH_NAMING = 0.12  # probability from which a digit is named as an alternative
MOST_NAMED = 3  # alternatives

#: The detector's classes, and the reason for rejection that goes with all but the first.
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
    """The classifier's trace of n images, the detector's K (n, 6), the reasons for rejection."""

    trace: Trace
    kinds: Array
    reasons: list[Message | None]  # None: accepted


def predict_or_reject(model: Classifier, pixels: NDArray[Any]) -> Verdict:
    """Classify images (n, 784), 0..255, and reject the uncertain answers."""
    trace, second = model.trace(pixels), detector()
    # Networks with the same preprocessing share its result.
    same_inputs = model.preprocessing == second.preprocessing
    x = trace.a[0] if same_inputs else second.prepare(pixels)
    kinds = forward(second.parameters, x).a[-1]
    if model.classes:  # the detector knows digits alone
        return Verdict(trace, kinds, [_doubt(p, model) for p in trace.a[-1]])
    return Verdict(trace, kinds, reasons(trace.a[-1], kinds))


def reasons(P: Array, K: Array) -> list[Message | None]:
    """The reason to reject each row of P (n, 10) and K (n, 6); None where it is accepted."""
    highest = P.max(axis=1)
    sure = K[:, 0] * highest >= THRESHOLD
    return [
        None if sure[i] else _reason(P[i], K[i], digit=K[i, 0] >= highest[i])
        for i in range(len(sure))
    ]


def _doubt(p: Array, model: Classifier) -> Message | None:
    """The reason to reject P (10,) of a model whose classes are no digits; None if accepted."""
    if p.max() >= THRESHOLD:
        return None
    likely = np.argsort(-p, kind="stable")[:MOST_NAMED].tolist()
    names = [model.class_name(each) for each in likely if p[each] >= WORTH_NAMING]
    classes = [name for name in names if name is not None]
    if len(classes) < 2:
        return Message("reason.no_class_fits")
    return Message("reason.could_be", {"digits": classes})


def _reason(p: Array, k: Array, digit: bool) -> Message:
    """The kind of negative, or, if the image is a `digit`, which digits it could be."""
    if not digit:
        return REASONS[KINDS[1 + int(k[1:].argmax())]]
    named = np.flatnonzero(p >= WORTH_NAMING)
    if not 2 <= len(named) <= MOST_NAMED:
        return NOTHING_FITS
    digits = [Message(f"digit.{one}") for one in named.tolist()]  # with an article: "an 8"
    return Message("reason.could_be", {"digits": digits})
