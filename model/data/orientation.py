"""Whether digits are upright or transposed, as EMNIST stores them: a network that reads tells it.

EMNIST's files hold each image column by column. A network trained on them as they are reads such
images well and every upright digit wrong, and is sure of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.classifier import Classifier
from model.data.idx import SIDE
from model.metrics import accuracy

__all__ = ["Reading", "find_orientation", "transposed"]

Bytes = npt.NDArray[np.uint8]

LOOKED_AT = 1000  # images, from all over the data set
READS = 0.6  # the share that is read right one way, from which it may be the right way
BETTER = 0.25  # by so much more than the other way


@dataclass(frozen=True, slots=True)
class Reading:
    """What share, 0..1, of `looked_at` images is read right as they came, and transposed."""

    looked_at: int
    as_they_came: float
    turned: float

    @property
    def transposed(self) -> bool:
        """Whether they are read well when they are turned, and much worse as they came."""
        return self.turned >= READS and self.turned - self.as_they_came >= BETTER

    @property
    def upright(self) -> bool:
        """Whether they are read well as they came, and much worse when they are turned."""
        return self.as_they_came >= READS and self.as_they_came - self.turned >= BETTER


def find_orientation(images: Bytes, labels: Bytes, reader: Classifier) -> Reading:
    """Have digits (n, 784), white on black, read both ways by a network for upright ones.

    Of what are no digits about one in ten is read "right" either way, so neither is claimed.
    """
    step = max(1, len(labels) // LOOKED_AT)
    some, known = images[::step][:LOOKED_AT], labels[::step][:LOOKED_AT]
    return Reading(
        len(known),
        accuracy(reader.probabilities(some), known),
        accuracy(reader.probabilities(transposed(some)), known),
    )


def transposed(images: Bytes) -> Bytes:
    """The images (n, 784) with rows and columns exchanged."""
    turned = images.reshape(-1, SIDE, SIDE).transpose(0, 2, 1)
    return np.ascontiguousarray(turned).reshape(-1, SIDE * SIDE)
