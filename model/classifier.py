"""A trained network together with what it does to its input: what is saved, served and shared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import ShapeError
from model.network import Array, Parameters, Trace, forward, softmax
from model.preprocessing.pipeline import preprocess

__all__ = ["Classifier"]


@dataclass(frozen=True, slots=True)
class Classifier:
    """Reads digits from 28x28 images, 0..255, white ink on black.

    `deskew` and `features` say what the first layer sees of them (`model.preprocessing`).
    `temperature` T: probabilities are softmax(Z_L / T) (Guo et al. 2017); 1 leaves them alone.
    `recipe` says how it was trained, `test_accuracy` (0..1) what it reached on the test images.
    """

    parameters: Parameters
    deskew: bool = False
    features: str = "pixels"
    temperature: float = 1.0
    name: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    test_accuracy: float | None = None

    def prepare(self, pixels: NDArray[Any]) -> Array:
        """X (n, n_0), 0..1: what the network sees of `pixels` (n, n_0) or (n_0,), 0..255."""
        images = np.atleast_2d(pixels)
        inputs = self.parameters.layers[0]
        if images.ndim != 2 or images.shape[1] != inputs:
            raise ShapeError("classifier.pixels", expected=inputs, found=str(pixels.shape))
        shown = preprocess(images, self.deskew, self.features)
        x: Array = np.divide(shown, 255, dtype=self.parameters.dtype)
        return x

    def trace(self, pixels: NDArray[Any]) -> Trace:
        """The forward pass over `pixels`, with P at the classifier's temperature."""
        trace = forward(self.parameters, self.prepare(pixels))
        if self.temperature != 1:
            softmax(trace.z[-1] / np.float32(self.temperature), out=trace.a[-1])
        return trace

    def probabilities(self, pixels: NDArray[Any]) -> Array:
        """P (n, classes); rows sum to 1."""
        return self.trace(pixels).a[-1]
